/*
 * Consoles: a virtio console's first port.
 */
#ifndef DRIVERS_VIRTIO_CONSOLE_H
#define DRIVERS_VIRTIO_CONSOLE_H

#include "virtio.h"
#include <stddef.h>

struct virtio_console {
    struct virtio v;
    struct virtq receive, transmit;
    struct device_memory buffer; /* a page each way */
    unsigned have, next;         /* bytes received, and read of them */
    bool is_sending;
};

/* The n-th console; `thread` receives its interrupts. 0, -L4_ENODEV, or an
 * error with what failed in *ret_what. */
long virtio_console_open(struct virtio_console *c, unsigned n,
                         l4_cap_idx_t thread, const char **ret_what);
/* --- without waiting, for who serves others at the same time */

/* Sends the beginning of the text, as much as fits now; how much it was. */
size_t virtio_console_fill(struct virtio_console *c, const char *text,
                           size_t length);
/* The next byte of input, -1: none is there. */
int virtio_console_byte(struct virtio_console *c);
/* Takes note of an interrupt. */
void virtio_console_acknowledge(struct virtio_console *c);

/* --- waiting for the device's interrupts */

/* Writes text; returns when the device has it all. */
long virtio_console_write(struct virtio_console *c, const char *text,
                          size_t length);
/* The next byte of input, -1: none came in time. */
int virtio_console_read(struct virtio_console *c, l4_timeout_t timeout);

#endif
