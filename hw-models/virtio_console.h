/*
 * virtio console: one port, queue 0 receives, queue 1 transmits.
 */
#ifndef HW_VIRTIO_CONSOLE_H
#define HW_VIRTIO_CONSOLE_H

#include "clock.h"
#include "virtio.h"

struct hw_virtio_console {
    struct hw_virtio *slot;
    struct hw_virtio_kind kind;
    struct hw_clock *clock;
    struct hw_event sent; /* of the buffer in `chain` */
    unsigned char config[12];
    struct hw_virtio_chain chain, input;
    void (*output)(void *data, const void *text, unsigned size);
    void *data;
};

/* A buffer takes this time, whatever is in it. */
enum { HW_CONSOLE_BUFFER_NS = 10000 };

void hw_virtio_console_init(
    struct hw_virtio_console *c, struct hw_virtio *slot, struct hw_clock *clock,
    void (*output)(void *data, const void *text, unsigned size), void *data);
/* Text arrives; returns how much of it the driver's next buffer took. */
unsigned hw_virtio_console_input(struct hw_virtio_console *c, const void *text,
                                 unsigned size);

#endif
