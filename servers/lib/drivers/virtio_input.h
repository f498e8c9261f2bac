/*
 * Input devices: virtio keyboards, tablets and the like.
 */
#ifndef DRIVERS_VIRTIO_INPUT_H
#define DRIVERS_VIRTIO_INPUT_H

#include "virtio.h"

enum { INPUT_BUFFERS = 64, INPUT_ANSWER = 128 };

/* The numbers are those of Linux' input layer. */
struct input_event {
    l4_uint16_t type, code;
    l4_uint32_t value;
};

/* What virtio_input_ask() may be asked. */
enum {
    INPUT_NAME = 0x01,   /* text, no zero byte behind it */
    INPUT_IDS = 0x03,    /* bus, vendor, product, version: 16 bits each */
    INPUT_PROPS = 0x10,  /* bits: properties */
    INPUT_EVENTS = 0x11, /* more: a type; bits: codes of it that may come */
    INPUT_ABS = 0x12,    /* more: an axis; min, max, fuzz, flat, resolution */
};

struct virtio_input {
    struct virtio v;
    struct virtq events;
    struct device_memory buffer;       /* struct input_event each */
    unsigned char event_of[VIRTQ_MAX]; /* descriptor to buffer */
};

/* The n-th input device; `thread` receives its interrupts. It tells of nothing
 * before virtio_input_start(). 0, -L4_ENODEV, or an error with what failed in
 * *ret_what. */
long virtio_input_open(struct virtio_input *i, unsigned n, l4_cap_idx_t thread,
                       l4_umword_t label, const char **ret_what);
void virtio_input_start(struct virtio_input *i);
/* What the device says of itself: at most INPUT_ANSWER bytes; how many. */
unsigned virtio_input_ask(const struct virtio_input *i, unsigned what,
                          unsigned more, void *answer);
/* The next event that came; false: none is there. */
bool virtio_input_next(struct virtio_input *i, struct input_event *ret_event);

#endif
