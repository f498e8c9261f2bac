/*
 * Drawing requests (see draw.h): an interface's table and random numbers.
 */
#include "draw.h"
#include <l4/sys/consts.h>

static unsigned long state;

void draw_seed(unsigned long seed)
{
    state = seed;
}

unsigned long draw(unsigned long below)
{
    state = state * 6364136223846793005ul + 1442695040888963407ul;
    return (state >> 33) % below;
}

bool draw_spoils(void)
{
    return draw(8) == 0;
}

/* A number: small, at a border, or of any size. */
static l4_umword_t draw_word(void)
{
    static const l4_umword_t border[] = {
        0, 1, L4_PAGESIZE - 1, L4_PAGESIZE, 1ul << 40, 1ul << 63, ~0ul,
    };
    unsigned long how = draw(8);
    if (how < 5)
        return draw(1000);
    return how == 5 ? border[draw(sizeof border / sizeof border[0])]
                    : ~0ul >> draw(64);
}

/* A slot with nothing in it. */
static l4_cap_idx_t draw_empty(void)
{
    return (0x7000 + draw(0x100)) << L4_CAP_SHIFT;
}

static void put_cap(struct l4re_msg *m, const struct offers *o)
{
    bool is_odd = draw_spoils();
    l4_cap_idx_t cap = o->cap[is_odd ? draw(o->count) : 0];
    if (is_odd && draw(o->count + 1) == 0)
        cap = draw_empty();
    l4re_msg_cap(m, cap, draw_spoils() ? L4_CAP_FPAGE_RO : L4_CAP_FPAGE_RWS);
}

static void put_bytes(struct l4re_msg *m, unsigned limit, bool text)
{
    unsigned long size = draw(draw(2) ? limit + 1 : limit / 16 + 2);
    unsigned long said = draw_spoils() ? draw_word() : size;
    l4re_msg_word(m, said);
    for (unsigned long i = 0; i < size; i += sizeof(l4_umword_t))
        l4re_msg_word(m, text && !draw_spoils() ? 0x612f61612f616161ul
                                                : draw_word());
}

/* Words that have become items: a capability, or nothing. */
static void put_items(struct l4re_msg *m, const struct offers *o)
{
    unsigned items = m->items;
    m->items = 0;
    while (m->items < items)
        put_cap(m, o);
}

static void spoil_length(struct l4re_msg *m, const struct offers *o)
{
    if (draw_spoils())
        m->words = (unsigned)draw(m->words + 1);
    if (draw_spoils() && m->words < 50)
        m->words += (unsigned)draw(10);
    if (draw_spoils() && m->words < 50)
        put_cap(m, o);
    put_items(m, o);
}

struct l4re_msg draw_request(const struct interface *i, const struct offers *o)
{
    const struct l4_vitrine_method *method = &i->methods[draw(i->count)];
    long protocol = draw_spoils() ? (long)draw(0x8000) : i->protocol;
    struct l4re_msg m = l4re_msg_start(
        protocol,
        draw_spoils() ? draw_word() : (l4_umword_t)(int)method->number);

    l4_utcb_br()->br[0] = o->spare | L4_RCV_ITEM_SINGLE_CAP;
    l4_utcb_br()->br[1] = 0;
    for (unsigned n = 0; n < method->takes; n++) {
        const struct l4_vitrine_argument *a = &method->argument[n];
        if (a->kind == L4_VITRINE_ARGUMENT_WORD)
            l4re_msg_word(&m, draw_word());
        else if (a->kind != L4_VITRINE_ARGUMENT_CAP)
            put_bytes(&m, a->limit, a->kind == L4_VITRINE_ARGUMENT_TEXT);
    }
    for (unsigned n = 0; n < method->takes; n++)
        if (method->argument[n].kind == L4_VITRINE_ARGUMENT_CAP &&
            !draw_spoils())
            put_cap(&m, o);
    m.error = 0;
    spoil_length(&m, o);
    return m;
}
