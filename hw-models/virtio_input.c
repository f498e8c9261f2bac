/*
 * virtio input (see virtio_input.h).
 *
 *   config:  | select | subsel | size | 5 unused | 128 bytes of answer |
 *
 * Invariants:
 * N1  size and answer belong to what was asked; if there is no such thing, all
 *     of it is 0.
 *
 * Simplified: of events that happen at once, those without a buffer are lost,
 * not all of them; a question of which only a part is written, after one that
 * had no answer, keeps the other part. Not modelled: serial numbers, the wheel,
 * repeating keys and lights (though it says that it has them, as QEMU does).
 * Source: VIRTIO 1.1, section 5.8; names and numbers as QEMU 7.2 has them.
 */
#include "virtio_input.h"
#include <string.h>

enum { QUEUE_EVENTS = 0, QUEUE_STATUS = 1, QUEUE_SIZE = 64 };
enum { SELECT = 0, SUBSEL = 1, SIZE = 2, ANSWER = 8 };
enum {
    CFG_NAME = 0x01,
    CFG_IDS = 0x03,
    /* subsel: a type; the answer: codes it has, a bit each */
    CFG_EVENTS = 0x11,
    CFG_ABS = 0x12, /* subsel: an axis */
};
enum { WHEEL = 0x02, LIGHTS = 0x11, REPEAT = 0x14 }; /* types of events */
enum { BUS_VIRTUAL = 6, VENDOR = 0x0627, ABS_MAX = 0x7fff };
enum { TYPES_MAX = 3, CODES_MAX = 43 };

/* What a device can do: of each type of events a bit for each code, in `size`
 * bytes. */
static const struct model {
    const char *name; /* its zero byte is told, too */
    uint16_t product, version;
    unsigned answer_max; /* bytes of its longest answer */
    struct {
        unsigned type, size;
        unsigned char bits[CODES_MAX];
    } codes[TYPES_MAX];
} models[] = {
    [HW_INPUT_KEYBOARD] =
        {"QEMU Virtio Keyboard",
         1,
         1,
         29,
         {{HW_INPUT_KEY, 29, {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                              0xff, 0xff, 0xcf, 0x7b, 0xff, 0xff, 0xbe, 0xfe,
                              0xff, 0xdf, 0x00, 0xf8, 0x78, 0x30, 0x00, 0x00,
                              0x00, 0x00, 0x00, 0x00, 0x04}},
          {LIGHTS, 1, {0x07}},
          {REPEAT, 1, {0}}}},
    [HW_INPUT_TABLET] = {"QEMU Virtio Tablet",
                         3,
                         2,
                         43,
                         {{HW_INPUT_KEY, 43, {[34] = 0x1f, [42] = 0x03}},
                          {WHEEL, 2, {[1] = 0x01}},
                          {HW_INPUT_ABS, 1, {0x03}}}},
};

struct event {
    uint16_t type, code;
    uint32_t value;
};

/* Which codes of a type; its size in bytes, 0: none. */
static unsigned codes_of(enum hw_input_what what, unsigned type,
                         const unsigned char **ret_bits)
{
    for (unsigned i = 0; i < TYPES_MAX; i++)
        if (models[what].codes[i].type == type) {
            *ret_bits = models[what].codes[i].bits;
            return models[what].codes[i].size;
        }
    return 0;
}

bool hw_virtio_input_has(const struct hw_virtio_input *i, unsigned type,
                         unsigned code)
{
    const unsigned char *bits;
    unsigned size = codes_of(i->what, type, &bits);

    return code / 8 < size && bits[code / 8] >> code % 8 & 1;
}

/* --- configuration ---------------------------------------------------------
 */

static unsigned answer(const struct hw_virtio_input *i, unsigned char *to)
{
    const struct model *m = &models[i->what];
    const uint16_t ids[] = {BUS_VIRTUAL, VENDOR, m->product, m->version};
    const uint32_t range[] = {0, ABS_MAX, 0, 0, 0};
    const void *from = m->name;
    const unsigned char *bits = NULL;
    unsigned size = 0;

    switch (i->asked[SELECT]) {
    case CFG_NAME:
        size = (unsigned)strlen(m->name) + 1;
        break;
    case CFG_IDS:
        from = ids;
        size = sizeof(ids);
        break;
    case CFG_EVENTS:
        size = codes_of(i->what, i->asked[SUBSEL], &bits);
        from = bits;
        break;
    case CFG_ABS:
        from = range;
        if (hw_virtio_input_has(i, HW_INPUT_ABS, i->asked[SUBSEL]))
            size = sizeof(range);
        break;
    }
    if (size)
        memcpy(to, from, size);
    return size;
}

/* Keeps N1. */
static void on_config(void *device, uint64_t offset, unsigned size,
                      uint64_t value)
{
    struct hw_virtio_input *i = device;

    for (unsigned n = 0; n < size; n++, offset++, value >>= 8)
        if (offset <= SUBSEL)
            i->asked[offset] = (unsigned char)value;
    memset(i->config, 0, sizeof(i->config));
    i->config[SIZE] = (unsigned char)answer(i, i->config + ANSWER);
    if (i->config[SIZE])
        memcpy(i->config, i->asked, sizeof(i->asked));
    hw_virtio_config_changed(i->slot);
}

/* --- events ----------------------------------------------------------------
 */

bool hw_virtio_input_event(struct hw_virtio_input *i, uint16_t type,
                           uint16_t code, uint32_t value)
{
    const struct event e = {type, code, value};

    if (!hw_virtio_is_live(i->slot) ||
        !hw_virtio_pop(i->slot, QUEUE_EVENTS, &i->chain))
        return false;
    hw_virtio_push(i->slot, QUEUE_EVENTS, i->chain.head,
                   (uint32_t)hw_virtio_in(&i->chain, 0, &e, sizeof(e)));
    return true;
}

static void on_notify(void *device, unsigned queue)
{
    struct hw_virtio_input *i = device;
    struct event e; /* what the driver says, which nobody looks at */

    if (queue == QUEUE_EVENTS && i->listens && hw_virtio_is_live(i->slot))
        i->listens(i->data);
    while (queue == QUEUE_STATUS &&
           hw_virtio_pop(i->slot, QUEUE_STATUS, &i->chain))
        hw_virtio_push(i->slot, QUEUE_STATUS, i->chain.head,
                       (uint32_t)hw_virtio_out(&i->chain, 0, &e, sizeof(e)));
}

void hw_virtio_input_init(struct hw_virtio_input *i, struct hw_virtio *slot,
                          enum hw_input_what what, void (*listens)(void *data),
                          void *data)
{
    *i = (struct hw_virtio_input){
        .slot = slot, .what = what, .listens = listens, .data = data};
    i->kind = (struct hw_virtio_kind){
        .id = HW_VIRTIO_INPUT,
        .features = HW_VIRTIO_F_COMMON,
        .queues = 2,
        .queue_size = QUEUE_SIZE,
        .config = i->config,
        .config_size = ANSWER + models[what].answer_max,
        .configure = on_config,
        .notify = on_notify,
        .device = i,
    };
    hw_virtio_plug(slot, &i->kind);
}
