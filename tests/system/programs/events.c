/*
 * Everything there is to ask about input devices, and what happens there.
 *
 *      sys-events COUNT [process]      ends after so many events
 *
 * When the server ends it asks the next one for a buffer and goes on; but with
 * `process` all is left to l4re_event_buffer_consumer_process().
 */
#include "event-client.h"
#include "watch.h"
#include <l4/re/c/event.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { EV_SYN = 0, EV_KEY = 1, EV_ABS = 3, KEY_A = 30, BUTTON_LEFT = 272 };
enum { NO_STREAM = 77, NO_AXIS = 9, LABEL_EVENTS = 0x10, LABEL_AGAIN = 0x20 };

static l4_cap_idx_t input;
static l4re_event_buffer_consumer_t buffer;
static unsigned seen, wanted;

static bool has(const unsigned long *bits, unsigned bit)
{
    return bits[bit / L4_MWORD_BITS] >> bit % L4_MWORD_BITS & 1;
}

static void axes_print(const l4re_event_stream_info_t *info)
{
    static const unsigned axes[] = {0, 1}, none[] = {NO_AXIS};
    l4re_event_absinfo_t range[2];
    long error =
        l4re_event_get_axis_info(input, info->stream_id, 2, axes, range);
    if (error)
        printf("  no axes: %ld\n", error);
    else
        for (unsigned i = 0; i < 2; i++)
            printf("  axis %u: %d to %d\n", i, range[i].min, range[i].max);
    printf("  axis %u: %ld\n", none[0],
           l4re_event_get_axis_info(input, info->stream_id, 1, none, range));
}

static void streams_print(void)
{
    l4re_event_stream_info_t info, same;
    int streams = l4re_event_get_num_streams(input);
    printf("%d streams\n", streams);
    for (int i = 0; i < streams; i++) {
        if (l4re_event_get_stream_info(input, i, &info) < 0 ||
            l4re_event_get_stream_info_for_id(input, info.stream_id, &same) <
                0 ||
            same.id.product != info.id.product)
            printf("stream %d has no information\n", i);
        printf("stream %lu: %s, %s%s%s\n", info.stream_id, info.name,
               has(info.keybits, KEY_A) ? "keys" : "",
               has(info.keybits, BUTTON_LEFT) ? "buttons" : "",
               has(info.evbits, EV_ABS) ? ", axes" : "");
        axes_print(&info);
    }
    printf("stream %d: %ld, number %d: %ld\n", NO_STREAM,
           l4re_event_get_stream_info_for_id(input, NO_STREAM, &info), -1,
           l4re_event_get_stream_info(input, -1, &info));
}

static void on_event(l4re_event_t *e, void *data)
{
    (void)data;
    if (e->type == EV_SYN)
        return;
    seen++;
    printf("stream %lu: %s %u %d\n", e->stream_id,
           e->type == EV_KEY ? "key" : "axis", e->code, e->value);
}

/* Ends what would go on for ever. */
static void on_event_or_end(l4re_event_t *e, void *data)
{
    on_event(e, data);
    if (seen < wanted)
        return;
    printf("%u events: 0\n", seen);
    exit(0);
}

/* A buffer, and its interrupt. */
static long attach(l4_cap_idx_t irq)
{
    l4re_ds_t ds = l4re_util_cap_alloc();
    long error = l4re_event_get_buffer(input, ds);
    if (error >= 0)
        error = l4re_event_buffer_attach(&buffer, ds, l4re_env()->rm);
    if (error >= 0)
        error = l4_error(l4_icu_bind(input, 0, irq));
    if (error >= 0) /* what came before the interrupt could */
        l4re_event_buffer_consumer_foreach_available_event(&buffer, NULL,
                                                           on_event);
    return error;
}

static l4_cap_idx_t irq_make(l4_umword_t label)
{
    l4_cap_idx_t irq = l4re_util_cap_alloc();
    if (l4_error(l4_factory_create_irq(l4re_env()->factory, irq)) < 0 ||
        l4_error(l4_rcv_ep_bind_thread(irq, l4re_env()->main_thread, label)) <
            0)
        exit(2);
    return irq;
}

/* Waits until all have come. */
static long listen(l4_cap_idx_t irq)
{
    while (seen < wanted) {
        l4re_event_t *e;
        l4_umword_t label = 0;
        l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        if (label == LABEL_AGAIN) {
            long error = l4re_event_buffer_detach(&buffer, l4re_env()->rm);
            if (error >= 0)
                error = attach(irq);
            if (error < 0)
                return error;
        }
        while ((e = l4re_event_buffer_next(&buffer))) {
            on_event(e, NULL);
            l4re_event_free(e);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    l4_cap_idx_t irq = irq_make(LABEL_EVENTS), again = irq_make(LABEL_AGAIN);
    wanted = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 0;
    input = l4re_env_get_cap("input");
    streams_print();
    long error = watch_start(
        &(struct watched){input, EVENT_PROTOCOL, EVENT_WATCH}, again);
    if (!error)
        error = attach(irq);
    if (!error && argc > 2)
        l4re_event_buffer_consumer_process(
            &buffer, irq, l4re_env()->main_thread, NULL, on_event_or_end);
    if (!error)
        error = listen(irq);
    printf("%u events: %ld\n", seen, error);
    return error ? 1 : 0;
}
