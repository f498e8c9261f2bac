/*
 * virtio input: a keyboard or a tablet; queue 0 brings events, queue 1 takes
 * what the driver says (lights).
 *
 * An event is {type, code, value} with the numbers of Linux' input layer;
 * SYN 0 0 ends what happened at once. What the device is and can do the driver
 * asks by writing `select` and `subsel` of its configuration.
 */
#ifndef HW_VIRTIO_INPUT_H
#define HW_VIRTIO_INPUT_H

#include "virtio.h"

enum hw_input_what { HW_INPUT_KEYBOARD, HW_INPUT_TABLET };
enum { HW_INPUT_SYN = 0, HW_INPUT_KEY = 1, HW_INPUT_ABS = 3 };

struct hw_virtio_input {
    struct hw_virtio *slot;
    struct hw_virtio_kind kind;
    enum hw_input_what what;
    unsigned char asked[2];    /* select, subsel, as written */
    unsigned char config[136]; /* select, subsel, size, 5 unused, answer */
    struct hw_virtio_chain chain;
    void (*listens)(void *data); /* the driver has offered buffers */
    void *data;
};

void hw_virtio_input_init(struct hw_virtio_input *i, struct hw_virtio *slot,
                          enum hw_input_what what, void (*listens)(void *data),
                          void *data);
/* Can this device tell of such an event? */
bool hw_virtio_input_has(const struct hw_virtio_input *i, unsigned type,
                         unsigned code);
/* An event happens; false: it is lost, the driver has no buffer for it. */
bool hw_virtio_input_event(struct hw_virtio_input *i, uint16_t type,
                           uint16_t code, uint32_t value);

#endif
