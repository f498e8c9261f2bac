/*
 * Input devices (see virtio_input.h).
 *
 *   buffer:  | event 0 | event 1 | ...     all offered to the device, and
 *                                          offered again when one was read
 *
 * I1  each event of the buffer is in exactly one descriptor of the queue, but
 *     for the one being read.
 *
 * Source: VIRTIO 1.1, section 5.8.
 */
#include "virtio_input.h"
#include <l4/sys/err.h>
#include <l4/vitrine/mmio.h>

enum {
    CONFIG_SELECT = 0,
    CONFIG_SUBSEL = 1,
    CONFIG_SIZE = 2,
    CONFIG_ANSWER = 8
};

static void offer(struct virtio_input *i, unsigned event)
{
    struct virtq_piece p = {i->buffer.bus + event * sizeof(struct input_event),
                            sizeof(struct input_event)};
    int descriptor = virtq_add(&i->events, &p, 0, 1);
    if (descriptor >= 0)
        i->event_of[descriptor] = (unsigned char)event;
}

long virtio_input_open(struct virtio_input *i, unsigned n, l4_cap_idx_t thread,
                       l4_umword_t label, const char **ret_what)
{
    *i = (struct virtio_input){0};
    long error =
        virtio_open(&i->v, VIRTIO_INPUT, n, 0, thread, label, ret_what);
    if (error)
        return error;
    *ret_what = "queue";
    error = virtq_init(&i->events, &i->v, 0, INPUT_BUFFERS);
    if (!error)
        error = device_memory(INPUT_BUFFERS * sizeof(struct input_event),
                              &i->buffer);
    return error;
}

void virtio_input_start(struct virtio_input *i)
{
    virtio_start(&i->v);
    for (unsigned n = 0; n < INPUT_BUFFERS; n++)
        offer(i, n);
    virtq_kick(&i->events);
}

unsigned virtio_input_ask(const struct virtio_input *i, unsigned what,
                          unsigned more, void *answer)
{
    virtio_config_write8(&i->v, CONFIG_SELECT, (l4_uint8_t)what);
    virtio_config_write8(&i->v, CONFIG_SUBSEL, (l4_uint8_t)more);
    unsigned size = virtio_config8(&i->v, CONFIG_SIZE);
    if (size > INPUT_ANSWER)
        size = INPUT_ANSWER;
    for (unsigned n = 0; n < size; n++)
        ((l4_uint8_t *)answer)[n] = virtio_config8(&i->v, CONFIG_ANSWER + n);
    return size;
}

/* Keeps I1. */
bool virtio_input_next(struct virtio_input *i, struct input_event *ret_event)
{
    l4_uint32_t written;
    int descriptor = virtq_take(&i->events, &written);
    if (descriptor < 0)
        return false;
    unsigned event = i->event_of[descriptor];
    *ret_event = ((struct input_event *)i->buffer.at)[event];
    offer(i, event);
    virtq_kick(&i->events);
    return true;
}
