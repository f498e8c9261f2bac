/*
 * A stream (see stream.h).
 */
#include "stream.h"
#include <l4/re/env.h>
#include <string.h>

/* Types of events, of Linux' input layer. */
enum { EV_KEY = 1, EV_REL = 2, EV_ABS = 3, EV_SW = 5 };
enum { BITS = 8 };

/* The device's bits 0..max about `what` into a bit map of words; false: there
 * are none. */
static bool bits(const struct stream *s, unsigned what, unsigned more,
                 unsigned max, unsigned long *map)
{
    unsigned char answer[INPUT_ANSWER];
    unsigned size = virtio_input_ask(&s->device, what, more, answer);
    bool any = false;
    for (unsigned bit = 0; bit <= max && bit / BITS < size; bit++) {
        if (!(answer[bit / BITS] >> bit % BITS & 1))
            continue;
        map[bit / L4_MWORD_BITS] |= 1ul << bit % L4_MWORD_BITS;
        any = true;
    }
    return any;
}

static void events_of_type(struct stream *s, unsigned type, unsigned max,
                           unsigned long *map)
{
    if (bits(s, INPUT_EVENTS, type, max, map))
        s->info.evbits[0] |= 1ul << type;
}

static void describe(struct stream *s)
{
    l4re_event_stream_info_t *info = &s->info;
    unsigned char answer[INPUT_ANSWER];
    unsigned size = virtio_input_ask(&s->device, INPUT_NAME, 0, answer);
    memcpy(info->name, answer,
           size < sizeof info->name ? size : sizeof info->name - 1);
    if (virtio_input_ask(&s->device, INPUT_IDS, 0, answer) == sizeof info->id)
        memcpy(&info->id, answer, sizeof info->id);
    info->evbits[0] = 1; /* SYN */
    bits(s, INPUT_PROPS, 0, L4RE_EVENT_PROP_MAX, info->propbits);
    events_of_type(s, EV_KEY, L4RE_EVENT_KEY_MAX, info->keybits);
    events_of_type(s, EV_REL, L4RE_EVENT_REL_MAX, info->relbits);
    events_of_type(s, EV_ABS, L4RE_EVENT_ABS_MAX, info->absbits);
    events_of_type(s, EV_SW, L4RE_EVENT_SW_MAX, info->swbits);
}

long stream_open(struct stream *s, unsigned n, const char **ret_what)
{
    long error =
        virtio_input_open(&s->device, n, l4re_env()->main_thread, 0, ret_what);
    if (error)
        return error;
    s->info.stream_id = n + 1;
    describe(s);
    return 0;
}

bool stream_axis(const struct stream *s, unsigned axis,
                 l4re_event_absinfo_t *ret_info)
{
    struct {
        l4_uint32_t min, max, fuzz, flat, resolution;
    } range;
    unsigned char answer[INPUT_ANSWER];
    if (axis > L4RE_EVENT_ABS_MAX || !(s->info.absbits[0] >> axis & 1) ||
        virtio_input_ask(&s->device, INPUT_ABS, axis, answer) < sizeof range)
        return false;
    memcpy(&range, answer, sizeof range);
    *ret_info = (l4re_event_absinfo_t){
        .value = s->value[axis],
        .min = (l4_int32_t)range.min,
        .max = (l4_int32_t)range.max,
        .fuzz = (l4_int32_t)range.fuzz,
        .flat = (l4_int32_t)range.flat,
        .resolution = (l4_int32_t)range.resolution,
    };
    return true;
}

void stream_note(struct stream *s, const struct input_event *e)
{
    if (e->type == EV_ABS && e->code <= L4RE_EVENT_ABS_MAX)
        s->value[e->code] = (l4_int32_t)e->value;
}
