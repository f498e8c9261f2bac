/*
 * Ports: what answers nic.iface to the switch's clients.
 *
 *      send()   client's memory --copy--> switch_buffer --> switch_frame()
 *      deliver  switch_buffer --copy--> a buffer the client offered --> event
 *
 * A client's memory is a dataspace of its own which may vanish at any time, so
 * it is never mapped here: moe copies (l4re_ds_copy_in()), and says so if it is
 * gone. Before the first copy it is made sure that it is a dataspace of moe's:
 * a request to anything else might never be answered.
 *
 * I1  a port's offers and events are at most SWITCH_FRAMES and 2 *
 * SWITCH_FRAMES I2  `ports` of a jack are the ports opened at it
 */
#include "nic-server.h"
#include "switch.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/irq.h>
#include <stdlib.h>
#include <string.h>

enum { EVENT_RECEIVED = 1, EVENT_SENT = 2, EVENTS = 2 * SWITCH_FRAMES };
enum { MEMORY_MAX = 4 << 20 };

struct event {
    l4_uint32_t what, offset, size;
};

struct port {
    struct l4re_session session; /* first */
    unsigned number;
    struct jack *jack; /* NULL: gone before */
    l4_cap_idx_t memory, signal;
    l4_umword_t size;
    l4_uint32_t offer[SWITCH_FRAMES]; /* a ring */
    unsigned first_offer, offers;
    struct event event[EVENTS];         /* a ring */
    unsigned first_event, events, sent; /* `sent`: events of that kind */
    bool is_waited_for;
    struct l4re_caller waiter; /* in next() */
};

static struct port *ports[SWITCH_PORTS];

static bool is_inside(const struct port *p, l4_umword_t offset,
                      l4_umword_t size)
{
    return offset <= p->size && size <= p->size - offset;
}

bool port_exists(unsigned number)
{
    return ports[number] != NULL;
}

/* --- events ----------------------------------------------------------- */

static size_t tell(struct port *p, void *ret_events, size_t max)
{
    size_t n = 0;
    while (p->events && (n + 1) * sizeof(struct event) <= max) {
        const struct event *e = &p->event[p->first_event];
        memcpy((char *)ret_events + n++ * sizeof *e, e, sizeof *e);
        p->sent -= e->what == EVENT_SENT;
        p->first_event = (p->first_event + 1) % EVENTS;
        p->events--;
    }
    return n * sizeof(struct event);
}

static void answer_waiter(struct port *p, long result)
{
    char events[NIC_NEXT_EVENTS_MAX];
    size_t size = result < 0 ? 0 : tell(p, events, sizeof events);
    p->is_waited_for = false;
    nic_next_answer(p->session.server, p->waiter, result, events, size);
}

/* Something happened at the port. Keeps I1: there is room. */
static void event_add(struct port *p, l4_uint32_t what, l4_uint32_t offset,
                      l4_uint32_t size)
{
    unsigned at = (p->first_event + p->events++) % EVENTS;
    p->event[at] = (struct event){what, offset, size};
    p->sent += what == EVENT_SENT;
}

static void announce(struct port *p)
{
    if (!p->events)
        return;
    if (p->is_waited_for)
        answer_waiter(p, 0);
    else if (l4_is_valid_cap(p->signal))
        l4_irq_trigger(p->signal); /* waits for nobody, whatever it is */
}

/* --- frames ----------------------------------------------------------- */

void port_deliver(unsigned number, unsigned size)
{
    struct port *p = ports[number];
    if (!p->offers || p->events - p->sent == SWITCH_FRAMES)
        return;
    l4_uint32_t offset = p->offer[p->first_offer];
    if (l4re_ds_copy_in(p->memory, offset, switch_ds, 0, size) < 0)
        return; /* its memory is gone */
    p->first_offer = (p->first_offer + 1) % SWITCH_FRAMES;
    p->offers--;
    event_add(p, EVENT_RECEIVED, offset, size);
    announce(p);
}

/* A frame of the client's goes out; false: it cannot be read. */
static bool send_one(struct port *p, l4_uint32_t offset, l4_uint32_t size)
{
    if (l4re_ds_copy_in(switch_ds, 0, p->memory, offset, size) < 0)
        return false;
    event_add(p, EVENT_SENT, offset, size);
    switch_frame(p->number, size);
    return true;
}

static long on_send(struct l4re_session *session, const void *frames,
                    size_t size, l4_umword_t *ret_taken)
{
    struct port *p = (struct port *)session;
    l4_umword_t taken = 0;
    long error = 0;
    for (; (taken + 1) * 8 <= size && p->sent < SWITCH_FRAMES; taken++) {
        l4_uint32_t frame[2];
        memcpy(frame, (const char *)frames + taken * 8, sizeof frame);
        if (frame[1] < SWITCH_HEADER || frame[1] > ETHER_FRAME_MAX ||
            !is_inside(p, frame[0], frame[1]) ||
            !send_one(p, frame[0], frame[1])) {
            error = -L4_ERANGE;
            break;
        }
    }
    if (taken)
        announce(p);
    *ret_taken = taken;
    return taken ? 0 : error;
}

static long on_offer(struct l4re_session *session, const void *buffers,
                     size_t size, l4_umword_t *ret_taken)
{
    struct port *p = (struct port *)session;
    l4_umword_t taken = 0;
    for (; (taken + 1) * 4 <= size && p->offers < SWITCH_FRAMES; taken++) {
        l4_uint32_t offset;
        memcpy(&offset, (const char *)buffers + taken * 4, sizeof offset);
        if (!is_inside(p, offset, ETHER_FRAME_MAX)) {
            *ret_taken = taken;
            return taken ? 0 : -L4_ERANGE;
        }
        p->offer[(p->first_offer + p->offers++) % SWITCH_FRAMES] = offset;
    }
    *ret_taken = taken;
    return 0;
}

static long on_next(struct l4re_session *session, l4_umword_t wait,
                    void *ret_events, size_t *ret_events_size)
{
    struct port *p = (struct port *)session;
    if (p->is_waited_for)
        return -L4_EBUSY;
    *ret_events_size = tell(p, ret_events, *ret_events_size);
    if (*ret_events_size)
        return 0;
    if (!wait) {
        uplink_look();
        return 0;
    }
    long error = l4re_session_later(session, &p->waiter);
    p->is_waited_for = !error;
    return error ? error : L4RE_LATER;
}

static long info(unsigned number, void *ret_mac, size_t *ret_mac_size,
                 l4_umword_t *ret_link, l4_umword_t *ret_frame_max,
                 l4_umword_t *ret_frames)
{
    switch_mac(number, ret_mac);
    *ret_mac_size = ETHER_MAC;
    *ret_link = 1;
    *ret_frame_max = ETHER_FRAME_MAX;
    *ret_frames = SWITCH_FRAMES;
    return 0;
}

static long on_port_info(struct l4re_session *session, void *ret_mac,
                         size_t *ret_mac_size, l4_umword_t *ret_link,
                         l4_umword_t *ret_frame_max, l4_umword_t *ret_frames)
{
    return info(((struct port *)session)->number, ret_mac, ret_mac_size,
                ret_link, ret_frame_max, ret_frames);
}

/* --- opening and closing ---------------------------------------------- */

static void on_port_closed(struct l4re_session *session)
{
    struct port *p = (struct port *)session;
    if (p->is_waited_for)
        answer_waiter(p, -L4_EIO);
    ports[p->number] = NULL;
    table_forget_port(p->number);
    if (p->jack)
        p->jack->ports--; /* keeps I2 */
    l4re_util_cap_free_um(p->memory);
    if (l4_is_valid_cap(p->signal))
        l4re_util_cap_free_um(p->signal);
    free(p);
}

/* Is it a dataspace of moe's, of this size? moe looks at what it is given. */
static bool is_memory(l4_cap_idx_t memory, l4_umword_t size)
{
    return size <= MEMORY_MAX && size >= ETHER_FRAME_MAX &&
           l4re_ds_copy_in(switch_ds, 0, memory, size - 1, 1) >= 0;
}

static int number_new(void)
{
    for (int i = 0; i < SWITCH_PORTS; i++)
        if (!ports[i])
            return i;
    return -1;
}

/* Keeps the capabilities that came; on an error all is as before. */
static long port_open(struct l4re_session *parent, struct port *p,
                      l4_cap_idx_t memory, l4_cap_idx_t signal)
{
    static const struct nic_methods methods = {.info = on_port_info,
                                               .send = on_send,
                                               .offer = on_offer,
                                               .next = on_next};
    static const struct l4re_service service = {.interface = &nic_interface,
                                                .methods = &methods,
                                                .closed = on_port_closed};
    long error = l4re_session_keep_cap(parent, memory);
    if (error < 0)
        return error;
    p->memory = memory;
    if (l4_is_valid_cap(signal)) {
        error = l4re_session_keep_cap(parent, signal);
        if (error >= 0)
            p->signal = signal;
    }
    if (error >= 0)
        error = l4re_session_open(parent, &p->session, &service, NULL);
    if (error < 0) {
        l4re_util_cap_free_um(memory);
        if (l4_is_valid_cap(p->signal))
            l4re_util_cap_free_um(p->signal);
    }
    return error;
}

static long on_open(struct l4re_session *parent, l4_umword_t size,
                    l4_cap_idx_t memory, l4_cap_idx_t signal,
                    l4_cap_idx_t *ret_session)
{
    struct jack *jack = (struct jack *)parent;
    int number = number_new();
    if (jack->ports >= jack->limit || number < 0)
        return -L4_EBUSY;
    if (!is_memory(memory, size))
        return -L4_EINVAL;
    struct port *p = calloc(1, sizeof *p);
    if (!p)
        return -L4_ENOMEM;
    p->signal = L4_INVALID_CAP;
    long error = port_open(parent, p, memory, signal);
    if (error < 0) {
        free(p);
        return error;
    }
    p->number = (unsigned)number;
    p->size = size;
    p->jack = jack;
    ports[number] = p;
    jack->ports++; /* keeps I2 */
    *ret_session = p->session.gate;
    return 0;
}

static long on_jack_info(struct l4re_session *session, void *ret_mac,
                         size_t *ret_mac_size, l4_umword_t *ret_link,
                         l4_umword_t *ret_frame_max, l4_umword_t *ret_frames)
{
    int number = number_new();
    (void)session;
    if (number < 0)
        return -L4_EBUSY;
    return info((unsigned)number, ret_mac, ret_mac_size, ret_link,
                ret_frame_max, ret_frames);
}

/* create(ports): a jack of a client's own, for so many ports (1). */
static long on_jack_opened(struct l4re_session *session,
                           struct l4re_request *request)
{
    struct jack *jack = (struct jack *)session;
    long limit = 1;
    int found = l4re_varg_int(request, &limit);
    if (found < 0 || limit < 1 || limit > SWITCH_PORTS)
        return -L4_EINVAL;
    jack->limit = (unsigned)limit;
    return 0;
}

static void on_jack_closed(struct l4re_session *session)
{
    for (unsigned i = 0; i < SWITCH_PORTS; i++)
        if (ports[i] && ports[i]->jack == (struct jack *)session)
            ports[i]->jack = NULL;
}

static const struct nic_methods jack_methods = {.info = on_jack_info,
                                                .open = on_open};
const struct l4re_service jack_service = {
    .interface = &nic_interface,
    .methods = &jack_methods,
    .session_size = sizeof(struct jack),
    .opened = on_jack_opened,
    .closed = on_jack_closed,
};
