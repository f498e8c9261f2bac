/*
 * A stream: one input device, and what it says of itself in L4Re's words.
 */
#ifndef INPUT_STREAM_H
#define INPUT_STREAM_H

#include "virtio_input.h"
#include <l4/re/c/event.h>
#include <l4/re/c/server.h>

struct stream {
    struct l4re_irq irq; /* first */
    struct virtio_input device;
    l4re_event_stream_info_t info;
    l4_int32_t value[L4RE_EVENT_ABS_MAX + 1]; /* of each axis, as of now */
};

/* The n-th input device; its id is n + 1. 0, -L4_ENODEV: there are not so
 * many, or an error with what failed in *ret_what. */
long stream_open(struct stream *s, unsigned n, const char **ret_what);
/* The range of an axis and where it is; false: the device does not have it. */
bool stream_axis(const struct stream *s, unsigned axis,
                 l4re_event_absinfo_t *ret_info);
/* Such an event has come. */
void stream_note(struct stream *s, const struct input_event *e);

#endif
