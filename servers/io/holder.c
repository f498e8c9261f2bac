/*
 * Locks and events of a bus's driver (see holder.h).
 *
 * They are the bus's, not the gate's: a driver's libraries have opened a
 * session, and a program written for L4Re knows the gate only.
 */
#include "event-server.h"
#include "inhibitor-server.h"
#include "io.h"
#include "power.h"
#include <l4/re/env.h>
#include <l4/re/event_enums.h>
#include <string.h>

static const char *const lock_names[LOCKS] = {
    [L4RE_INHIBITOR_SUSPEND] = "suspend",
    [L4RE_INHIBITOR_SHUTDOWN] = "shutdown",
    [L4RE_INHIBITOR_WAKEUP] = "wakeup",
};

_Static_assert(REASON_MAX == (int)INHIBITOR_ACQUIRE_REASON_MAX, "one size");

void holder_init(struct holder *h)
{
    *h = (struct holder){0};
    events_init(&h->events);
}

void holder_end(struct holder *h)
{
    events_end(&h->events);
    holder_init(h);
    power_look();
}

void holder_ask(struct holder *h, unsigned lock)
{
    l4re_event_t event = {
        .type = L4RE_EV_PM, .code = (unsigned short)lock, .value = 1};
    event.time = (long long)l4_kip_clock(l4re_kip()) + 1; /* 0: free */
    events_put(&h->events, &event);
    events_tell(&h->events);
}

/* --- locks ------------------------------------------------------------- */

static long on_acquire(struct l4re_session *session, l4_umword_t id,
                       const char *reason)
{
    struct bus *b = bus_asked(session);
    if (id >= LOCKS)
        return -L4_ENODEV;
    if (!b->is_open)
        return -L4_ENOENT;
    if (power_is_under_way((unsigned)id))
        return -L4_EBUSY;
    b->holder.holds[id] = true;
    strcpy(b->holder.reason[id], reason);
    return 0;
}

static long on_release(struct l4re_session *session, l4_umword_t id)
{
    struct bus *b = bus_asked(session);
    if (id >= LOCKS)
        return -L4_ENODEV;
    if (!b->is_open)
        return -L4_ENOENT;
    b->holder.holds[id] = false;
    power_look();
    return 0;
}

static long on_next_lock_info(struct l4re_session *session, long current,
                              l4_umword_t *ret_id, char *ret_name)
{
    (void)session;
    if (current < -1 || current + 1 >= LOCKS)
        return -L4_ENODEV;
    *ret_id = (l4_umword_t)(current + 1);
    strcpy(ret_name, lock_names[current + 1]);
    return 0;
}

/* --- events ------------------------------------------------------------ */

static long on_get_buffer(struct l4re_session *session,
                          l4_cap_idx_t *ret_buffer)
{
    struct bus *b = bus_asked(session);
    return b->is_open ? events_buffer(&b->holder.events, ret_buffer)
                      : -L4_ENOENT;
}

/* No device of a bus makes events. */
static long on_num_streams(struct l4re_session *session,
                           l4_umword_t *ret_streams)
{
    (void)session;
    *ret_streams = 0;
    return 0;
}

static long on_line(struct l4re_session *session, struct l4re_request *r,
                    struct l4re_msg *answer)
{
    struct bus *b = bus_asked(session);
    bool changed;
    if (!b->is_open)
        return -L4_ENOENT;
    return lines_serve(&b->holder.events.lines, session, r, answer, &changed);
}

long holder_serve(struct l4re_session *session, struct l4re_request *r,
                  struct l4re_msg *answer)
{
    static const struct event_methods events = {.get_buffer = on_get_buffer,
                                                .num_streams = on_num_streams};
    static const struct inhibitor_methods locks = {
        .acquire = on_acquire,
        .release = on_release,
        .next_lock_info = on_next_lock_info,
    };
    switch (r->protocol) {
    case INHIBITOR_PROTOCOL:
        return inhibitor_interface.dispatch(session, &locks, r, answer);
    case EVENT_PROTOCOL:
        return event_interface.dispatch(session, &events, r, answer);
    case L4_PROTO_IRQ:
        return on_line(session, r, answer);
    default:
        return -L4_EBADPROTO;
    }
}
