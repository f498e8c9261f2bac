/*
 * input: keyboards and the like, by L4Re's event protocol (event.iface).
 *
 *      rom/input      capabilities: input_server, and those of a driver
 *                     (servers/lib/drivers)
 *
 *      device --event--> every client's buffer, a ring --line 0--> its
 * interrupt
 *
 * The published gate is a client itself; who creates sessions there gives each
 * of his clients a buffer of its own. A buffer that is full loses what comes.
 *
 * I1  a client with a buffer is on the list `clients`.
 */
#include "event-server.h"
#include "events.h"
#include "stream.h"
#include "watch.h"
#include <l4/re/env.h>
#include <l4/sys/irq.h>
#include <stdio.h>
#include <string.h>

enum { STREAMS_MAX = 8 };

struct client {
    struct l4re_session session; /* first */
    struct events events;
    struct client *other; /* I1 */
};

static struct l4re_server server;
static struct stream streams[STREAMS_MAX];
static unsigned count;
static struct client *clients; /* I1 */
static l4_cap_idx_t watcher;

static struct client *client_of(struct l4re_session *session)
{
    return (struct client *)session;
}

/* --- events --------------------------------------------------------------
 */

static void on_interrupt(struct l4re_server *s, struct l4re_irq *irq)
{
    struct stream *stream = (struct stream *)irq;
    long long time = (long long)l4_kip_clock(l4re_kip());
    struct input_event e;
    bool came = false;
    (void)s;
    virtio_interrupt(&stream->device.v);
    while (virtio_input_next(&stream->device, &e)) {
        stream_note(stream, &e);
        l4re_event_t event = {time ? time : 1, e.type, e.code, (int)e.value,
                              stream->info.stream_id};
        for (struct client *c = clients; c; c = c->other)
            events_put(&c->events, &event);
        came = true;
    }
    for (struct client *c = clients; c && came; c = c->other)
        events_tell(&c->events);
    l4_irq_unmask(irq->cap);
}

/* --- clients ---------------------------------------------------------------
 */

static long on_get_buffer(struct l4re_session *session,
                          l4_cap_idx_t *ret_buffer)
{
    struct client *c = client_of(session);
    bool had = events_are_wanted(&c->events);
    long error = events_buffer(&c->events, ret_buffer);
    if (error || had)
        return error;
    c->other = clients; /* keeps I1 */
    clients = c;
    return 0;
}

static long on_opened(struct l4re_session *session, struct l4re_request *r)
{
    (void)r;
    events_init(&client_of(session)->events);
    return 0;
}

static void on_closed(struct l4re_session *session)
{
    struct client *c = client_of(session), **at = &clients;
    while (*at && *at != c)
        at = &(*at)->other;
    if (*at)
        *at = c->other;
    events_end(&c->events);
}

static long on_icu(struct l4re_session *session, struct l4re_request *r,
                   struct l4re_msg *answer)
{
    bool changed;
    return lines_serve(&client_of(session)->events.lines, session, r, answer,
                       &changed);
}

/* --- what there is ---------------------------------------------------------
 */

static struct stream *stream_of_id(l4_umword_t id)
{
    for (unsigned i = 0; i < count; i++)
        if (streams[i].info.stream_id == id)
            return &streams[i];
    return NULL;
}

static long on_num_streams(struct l4re_session *session,
                           l4_umword_t *ret_streams)
{
    (void)session;
    *ret_streams = count;
    return 0;
}

static long info(const struct stream *s, void *ret_info, size_t *ret_size)
{
    if (!s)
        return -L4_ENOENT;
    memcpy(ret_info, &s->info, sizeof s->info);
    *ret_size = sizeof s->info;
    return 0;
}

static long on_stream_info(struct l4re_session *session, long number,
                           void *ret_info, size_t *ret_info_size)
{
    (void)session;
    return info(number >= 0 && number < (long)count ? &streams[number] : NULL,
                ret_info, ret_info_size);
}

static long on_stream_info_for_id(struct l4re_session *session, l4_umword_t id,
                                  void *ret_info, size_t *ret_info_size)
{
    (void)session;
    return info(stream_of_id(id), ret_info, ret_info_size);
}

static long on_axis_info(struct l4re_session *session, l4_umword_t id,
                         const void *axes, size_t axes_size, void *ret_info,
                         size_t *ret_info_size)
{
    const struct stream *s = stream_of_id(id);
    l4re_event_absinfo_t *to = ret_info;
    (void)session;
    if (!s)
        return -L4_ENOENT;
    for (size_t i = 0; i < axes_size / sizeof(l4_uint32_t); i++) {
        l4_uint32_t axis;
        memcpy(&axis, (const char *)axes + i * sizeof axis, sizeof axis);
        if (!stream_axis(s, axis, &to[i]))
            return -L4_EINVAL;
        *ret_info_size = (i + 1) * sizeof *to;
    }
    return 0;
}

/* One place is enough for who restarts with it. */
static long on_watch(struct l4re_session *session, l4_cap_idx_t token)
{
    return watch_keep(&watcher, session, token);
}

/* --- start -----------------------------------------------------------------
 */

static long streams_start(void)
{
    for (unsigned i = 0; i < count; i++) {
        long error =
            l4re_irq_attach(&server, &streams[i].irq,
                            streams[i].device.v.device.irq, on_interrupt);
        if (error < 0)
            return error;
        virtio_input_start(&streams[i].device);
        l4_irq_unmask(streams[i].irq.cap);
    }
    return 0;
}

static void streams_open(void)
{
    const char *failed;
    while (count < STREAMS_MAX) {
        long error = stream_open(&streams[count], count, &failed);
        if (error == -L4_ENODEV)
            return;
        if (error) {
            printf("device %u, no %s: %s\n", count, failed,
                   l4sys_errtostr(error));
            return;
        }
        printf("%s\n", streams[count++].info.name);
    }
}

int main(void)
{
    static const struct event_methods methods = {
        .get_buffer = on_get_buffer,
        .num_streams = on_num_streams,
        .stream_info = on_stream_info,
        .stream_info_for_id = on_stream_info_for_id,
        .axis_info = on_axis_info,
        .watch = on_watch,
    };
    static const struct l4re_service service = {
        .interface = &event_interface,
        .methods = &methods,
        .session_size = sizeof(struct client),
        .opened = on_opened,
        .closed = on_closed,
        .other = on_icu,
    };
    static struct client root;
    streams_open();
    if (!count) {
        printf("no input devices (are there any? --events FILE)\n");
        return 1;
    }
    events_init(&root.events);
    if (l4re_server_init(&server, 0) < 0 ||
        l4re_server_publish(&server, &root.session, &service,
                            l4re_env_get_cap("input_server")) < 0 ||
        streams_start() < 0)
        return 1;
    return (int)l4re_server_run(&server);
}
