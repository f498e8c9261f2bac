/*
 * ICU: the protocol that binds lines to what they trigger, and the machine's
 * own interrupt controller (ABI.md section 1, ICU).
 *
 *      number in a request      line
 *      0 .. wired-1             a wire
 *      L4_ICU_FLAG_MSI | n      message-signalled interrupt n: a device raises
 *                               it by writing data n to an address
 *
 * The machine's ICU also answers platform control (platform.c).
 */
#include "icu.h"
#include "abi.h"
#include "ipc.h"
#include "irq.h"
#include "kassert.h"
#include "kmem.h"
#include "platform.h"
#include "trace.h"

struct icu {
    struct object object;
    struct line_set set;
    paddr_t msi_address; /* constant, as boot_info tells */
    uint32_t msi_data;
    unsigned wakers; /* lines that end a suspend; 0: all do */
};

/* There is one of the machine; interrupts find their objects through it. */
static struct icu *icu_the;

enum {
    MODE_SET = 1,
    MODE_LEVEL = 2,
    MODE_BOTH = 8,
    MODE_WAKE = 0x10,    /* ends a suspend */
    MODE_NO_WAKE = 0x20, /* not any more */
    MODE_ALL = 0x3f,
};
#define ICU_MSI 0x80000000u

/* --- the protocol ------------------------------------------------------- */

/* The line of that number, NULL: there is none. */
static struct line *icu_line(const struct line_set *set, word_t number)
{
    word_t n = number & ~(word_t)ICU_MSI;
    if (number & ICU_MSI)
        return n < set->msis ? &set->line[set->wired + n] : NULL;
    return n < set->wired ? &set->line[n] : NULL;
}

/* The line and the object a request names. */
static long icu_request(const struct line_set *set, const struct thread *t,
                        const struct invocation *inv, unsigned need,
                        struct line **ret_line, struct trigger **ret_trigger)
{
    if (inv_words(inv) < 2)
        return -L4_EMSGTOOSHORT;
    struct line *l = icu_line(set, inv->mr[1]);
    struct cap_slot *c = invoke_cap(t, inv, 0);
    struct trigger *g = c ? trigger_of(c->object) : NULL;
    if (!l || !g)
        return -L4_EINVAL;
    if ((c->rights & need) != need)
        return -L4_EPERM;
    *ret_line = l;
    *ret_trigger = g;
    return 0;
}

static long icu_bind(const struct line_set *set, const struct thread *t,
                     const struct invocation *inv)
{
    struct line *l;
    struct trigger *g;
    long error = icu_request(set, t, inv, CAP_W, &l, &g);
    if (error)
        return error;
    if (l->trigger)
        return -L4_EBUSY;
    line_unbind(g);
    line_bind(l, g);
    return 0; /* the bound object is the one to unmask */
}

static long icu_unbind(const struct line_set *set, const struct thread *t,
                       const struct invocation *inv)
{
    struct line *l;
    struct trigger *g;
    long error = icu_request(set, t, inv, 0, &l, &g);
    if (error)
        return error;
    if (l->trigger != g)
        return -L4_ENOENT;
    line_unbind(g);
    return 0;
}

static void icu_set_wake(struct line *l, word_t mode)
{
    bool wakes = mode & MODE_WAKE;
    if (!(mode & (MODE_WAKE | MODE_NO_WAKE)) || !l->device || l->wakes == wakes)
        return;
    l->wakes = wakes;
    icu_the->wakers += wakes ? 1 : -1u;
}

static long icu_set_mode(const struct line_set *set,
                         const struct invocation *inv)
{
    if (inv_words(inv) < 3)
        return -L4_EMSGTOOSHORT;
    struct line *l = icu_line(set, inv->mr[1]);
    word_t mode = inv->mr[2];
    bool level = mode & MODE_LEVEL;
    bool wire = l && l->device && !(inv->mr[1] & ICU_MSI);
    if (!l || (mode & ~(word_t)MODE_ALL) || (level && (mode & MODE_BOTH)))
        return -L4_EINVAL;
    if ((mode & MODE_SET) && level && !wire)
        return -L4_EINVAL; /* a message has no level */
    icu_set_wake(l, mode);
    if (!(mode & MODE_SET))
        return 0;
    int error = wire ? port_irq_set_mode(l->number, (unsigned)mode) : 0;
    if (!error)
        l->level = level;
    return error;
}

/* Send only; a receive phase may follow: closed, it is from the IRQ. (From a
 * semaphore it would be a down without the right to it.) */
static void icu_mask(struct object *o, const struct line_set *set,
                     struct thread *t, const struct invocation *inv, bool mask)
{
    struct line *l = inv_words(inv) < 2 ? NULL : icu_line(set, inv->mr[1]);
    if (!l) {
        ipc_answer(t, -L4_EINVAL, 0, 0);
        return;
    }
    struct trigger *g = l->trigger;
    if (mask)
        line_mask(l);
    else
        line_unmask(l);
    bool from_irq = g && g->object->ops == &irq_ops;
    invoke_then_receive(from_irq ? g->object : o, t, inv);
}

static void icu_info(const struct line_set *set, struct thread *t)
{
    t->utcb->mr[0] = set->msis ? ICU_MSI : 0;
    t->utcb->mr[1] = set->wired;
    t->utcb->mr[2] = set->msis;
    ipc_answer(t, 0, 3, 0);
}

static void icu_msi_info(const struct line_set *set, struct thread *t,
                         const struct invocation *inv)
{
    word_t n = inv->mr[1] & ~(word_t)ICU_MSI;
    long error = !set->msis           ? -L4_ENOSYS
                 : inv_words(inv) < 3 ? -L4_EMSGTOOSHORT
                 : n >= set->msis     ? -L4_EINVAL
                                      : 0;
    if (!error) {
        t->utcb->mr[0] = icu_the->msi_address;
        t->utcb->mr[1] = icu_the->msi_data + n;
    }
    ipc_answer(t, error, error ? 0 : 2, 0);
}

void icu_serve(struct object *o, const struct line_set *set, struct thread *t,
               const struct invocation *inv)
{
    int op = invoke_check(inv, L4_PROTO_IRQ, 0);
    switch (op) {
    case ICU_BIND:
        ipc_answer(t, icu_bind(set, t, inv), 0, 0);
        break;
    case ICU_UNBIND:
        ipc_answer(t, icu_unbind(set, t, inv), 0, 0);
        break;
    case ICU_INFO:
        icu_info(set, t);
        break;
    case ICU_MSI_INFO:
        icu_msi_info(set, t, inv);
        break;
    case ICU_UNMASK:
    case ICU_MASK:
        icu_mask(o, set, t, inv, op == ICU_MASK);
        break;
    case ICU_SET_MODE:
        ipc_answer(t, icu_set_mode(set, inv), 0, 0);
        break;
    default:
        ipc_answer(t, op < 0 ? op : -L4_ENOSYS, 0, 0);
    }
}

/* --- the machine's ------------------------------------------------------- */

static void icu_invoke(struct object *o, struct thread *t,
                       const struct invocation *inv)
{
    struct icu *icu = container_of(o, struct icu, object);
    if (tag_label(inv->args.tag) == 0)
        platform_invoke(t, inv);
    else
        icu_serve(o, &icu->set, t, inv);
}

void icu_hit(unsigned line)
{
    if (line < icu_the->set.wired + icu_the->set.msis) {
        struct line *l = &icu_the->set.line[line];
        if (l->wakes || !icu_the->wakers)
            platform_wake();
        line_hit(l);
        return;
    }
    port_irq_mask(line);
    port_irq_ack(line);
}

static const struct object_ops icu_ops = {
    .type = VTR_T_ICU,
    .protocols = {L4_PROTO_IRQ},
    .invoke = icu_invoke,
    .destroy = object_rest,
    .free = object_never_free,
};

struct object *icu_create(struct quota *q, const struct boot_info *info)
{
    unsigned lines = info->irq_count + info->msi_count;
    struct icu *icu = kmem_alloc(q, sizeof(*icu));
    struct line *line = kmem_alloc(q, lines * sizeof(*line));
    if (!icu || !line)
        return NULL;
    for (unsigned i = 0; i < lines; i++) {
        line_init(&line[i], i, true);
        line[i].level = i < info->irq_count;
    }
    *icu = (struct icu){
        .set = {.line = line,
                .wired = info->irq_count,
                .msis = info->msi_count},
        .msi_address = info->msi_address,
        .msi_data = info->msi_data,
    };
    object_init(&icu->object, &icu_ops, q, 0, kmem_charge(sizeof(*icu)));
    object_pin(&icu->object); /* interrupts need it for ever */
    icu_the = icu;
    return &icu->object;
}

void icu_check(void)
{
    for (unsigned i = 0; icu_the && i < icu_the->set.wired + icu_the->set.msis;
         i++)
        line_check(&icu_the->set.line[i]);
}
