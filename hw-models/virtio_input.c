/*
 * virtio input (see virtio_input.h).
 *
 *   config:  | select | subsel | size | 5 unused | 128 bytes of answer |
 *
 * Invariants:
 * N1  size and answer belong to select and subsel; size 0: no such thing.
 *
 * Simplified: of events that happen at once, those without a buffer are lost,
 * not all of them. Not modelled: serial numbers, repeating keys, lights.
 * Source: VIRTIO 1.1, section 5.8; names and numbers as QEMU 7.2 has them.
 */
#include "virtio_input.h"
#include <string.h>

enum { QUEUE_EVENTS = 0, QUEUE_STATUS = 1, QUEUE_SIZE = 64 };
enum { SELECT = 0, SUBSEL = 1, SIZE = 2, ANSWER = 8 };
enum {
    CFG_NAME = 0x01,
    CFG_IDS = 0x03,
    CFG_EVENTS =
        0x11,       /* subsel: a type; the answer: codes it has, a bit each */
    CFG_ABS = 0x12, /* subsel: an axis */
};
enum { BUS_VIRTUAL = 6, VENDOR = 0x0627, VERSION = 1 };
enum { KEY_FIRST = 1, KEY_LAST = 127 };
enum { BUTTON_FIRST = 0x110, BUTTON_LAST = 0x112, ABS_X = 0, ABS_Y = 1 };
enum { ABS_MAX = 0x7fff };

static const struct {
    const char *name;
    uint16_t product;
} devices[] = {
    [HW_INPUT_KEYBOARD] = {"QEMU Virtio Keyboard", 1},
    [HW_INPUT_TABLET] = {"QEMU Virtio Tablet", 3},
};

struct event {
    uint16_t type, code;
    uint32_t value;
};

/* First and last code of a type; false: it has none. */
static bool codes(enum hw_input_what what, unsigned type, unsigned *ret_first,
                  unsigned *ret_last)
{
    if (type == HW_INPUT_KEY) {
        *ret_first = what == HW_INPUT_KEYBOARD ? KEY_FIRST : BUTTON_FIRST;
        *ret_last = what == HW_INPUT_KEYBOARD ? KEY_LAST : BUTTON_LAST;
        return true;
    }
    *ret_first = ABS_X;
    *ret_last = ABS_Y;
    return type == HW_INPUT_ABS && what == HW_INPUT_TABLET;
}

bool hw_virtio_input_has(const struct hw_virtio_input *i, unsigned type,
                         unsigned code)
{
    unsigned first, last;

    return codes(i->what, type, &first, &last) && code >= first && code <= last;
}

/* --- configuration ---------------------------------------------------------
 */

static unsigned answer_codes(const struct hw_virtio_input *i, unsigned type,
                             unsigned char *to)
{
    unsigned first, last;

    if (!codes(i->what, type, &first, &last))
        return 0;
    for (unsigned c = first; c <= last; c++)
        to[c / 8] |= (unsigned char)(1u << c % 8);
    return last / 8 + 1;
}

static unsigned answer(const struct hw_virtio_input *i, unsigned char *to)
{
    const uint16_t ids[] = {BUS_VIRTUAL, VENDOR, devices[i->what].product,
                            VERSION};
    const uint32_t range[] = {0, ABS_MAX, 0, 0, 0};
    const char *name = devices[i->what].name;
    unsigned subsel = i->config[SUBSEL];

    switch (i->config[SELECT]) {
    case CFG_NAME:
        memcpy(to, name, strlen(name));
        return (unsigned)strlen(name);
    case CFG_IDS:
        memcpy(to, ids, sizeof(ids));
        return sizeof(ids);
    case CFG_EVENTS:
        return answer_codes(i, subsel, to);
    case CFG_ABS:
        if (!hw_virtio_input_has(i, HW_INPUT_ABS, subsel))
            return 0;
        memcpy(to, range, sizeof(range));
        return sizeof(range);
    default:
        return 0;
    }
}

/* Keeps N1. */
static void on_config(void *device, uint64_t offset, unsigned size,
                      uint64_t value)
{
    struct hw_virtio_input *i = device;

    for (unsigned n = 0; n < size; n++, offset++, value >>= 8)
        if (offset <= SUBSEL)
            i->config[offset] = (unsigned char)value;
    memset(i->config + SIZE, 0, sizeof(i->config) - SIZE);
    i->config[SIZE] = (unsigned char)answer(i, i->config + ANSWER);
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

    if (queue == QUEUE_EVENTS && i->listens && hw_virtio_is_live(i->slot))
        i->listens(i->data);
    while (queue == QUEUE_STATUS &&
           hw_virtio_pop(i->slot, QUEUE_STATUS, &i->chain))
        hw_virtio_push(i->slot, QUEUE_STATUS, i->chain.head, 0);
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
        .config_size = sizeof(i->config),
        .configure = on_config,
        .notify = on_notify,
        .device = i,
    };
    hw_virtio_plug(slot, &i->kind);
}
