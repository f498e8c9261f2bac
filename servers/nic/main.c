/*
 * nic: a network adapter, driven for another (nic.iface).
 *
 *      rom/nic [N]      the N-th adapter (0); capabilities: nic_server, and
 *                       those of a driver (servers/lib/drivers)
 *
 * Frames lie in the client's memory, which is never touched here. Each that is
 * under way has a slot; when the adapter is done with it the slot waits for
 * next().
 *
 *      free --send, offer--> the adapter's --interrupt--> done --next--> free
 *
 * When a session closes the adapter is reset: it forgets what it was given, so
 * that it does not write into memory that may be somebody else's by then.
 *
 * I1  a slot is free, the adapter's, or on the list of those that are done.
 */
#include "nic-server.h"
#include "virtio_net.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/irq.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Crash points, for tests (tests/system/programs/crash_point.h): nothing here.
 */
#ifndef NIC_POINT
#define NIC_POINT() ((void)0)
#endif

enum { EVENT_RECEIVED = 1, EVENT_SENT = 2, EVENT_WORDS = 3 };
enum { SLOTS = 2 * NET_FRAMES };

/* A frame or buffer under way. */
struct slot {
    struct slot *next; /* of the free ones, or of those that are done */
    unsigned what;     /* EVENT_... */
    l4_uint32_t offset, size;
};

/* The one client there may be. */
struct client {
    struct l4re_session session; /* first */
    bool is_open;
    l4_cap_idx_t memory, signal;
    l4_uint64_t bus;
    l4_umword_t size;
    bool is_waited_for;
    struct l4re_caller waiter; /* in next() */
};

static struct l4re_server server;
static struct l4re_session root;
static struct l4re_irq irq;
static struct virtio_net net;
static struct client client;
static struct slot slots[SLOTS], *free_slots, *done, **last_done;

/* --- slots ------------------------------------------------------------ */

static void slots_reset(void)
{
    done = free_slots = NULL;
    last_done = &done;
    for (unsigned i = 0; i < SLOTS; i++) {
        slots[i].next = free_slots;
        free_slots = &slots[i];
    }
}

static struct slot *slot_new(unsigned what, l4_uint32_t offset,
                             l4_uint32_t size)
{
    struct slot *s = free_slots;
    if (s) {
        free_slots = s->next;
        *s = (struct slot){NULL, what, offset, size};
    }
    return s;
}

static void slot_free(struct slot *s)
{
    s->next = free_slots;
    free_slots = s;
}

static void slot_done(struct slot *s)
{
    s->next = NULL;
    *last_done = s;
    last_done = &s->next;
}

static bool is_inside(l4_umword_t offset, l4_umword_t size)
{
    return offset <= client.size && size <= client.size - offset;
}

/* --- events ----------------------------------------------------------- */

static size_t tell(l4_uint32_t *events, size_t max)
{
    size_t n = 0;
    while (done && (n + EVENT_WORDS) * sizeof *events <= max) {
        struct slot *s = done;
        events[n++] = s->what;
        events[n++] = s->offset;
        events[n++] = s->size;
        done = s->next;
        slot_free(s);
    }
    if (!done)
        last_done = &done;
    return n * sizeof *events;
}

static void answer_waiter(long result)
{
    l4_uint32_t events[NIC_NEXT_EVENTS_MAX / sizeof(l4_uint32_t)];
    size_t size = result < 0 ? 0 : tell(events, sizeof events);
    NIC_POINT();
    client.is_waited_for = false;
    nic_next_answer(&server, client.waiter, result, events, size);
}

static void on_interrupt(struct l4re_server *s, struct l4re_irq *i)
{
    struct slot *slot;
    unsigned size;
    (void)s;
    NIC_POINT();
    virtio_interrupt(&net.v);
    if (virtio_is_broken(&net.v)) {
        printf("the adapter is broken\n"); /* a new driver will reset it */
        exit(1);
    }
    while ((slot = virtio_net_sent(&net))) {
        NIC_POINT();
        slot_done(slot);
    }
    while ((slot = virtio_net_received(&net, &size))) {
        NIC_POINT();
        slot->size = size;
        slot_done(slot);
    }
    NIC_POINT();
    if (done && client.is_waited_for)
        answer_waiter(0);
    else if (done && l4_is_valid_cap(client.signal))
        l4_irq_trigger(client.signal);
    NIC_POINT();
    l4_irq_unmask(i->cap);
}

/* --- a session -------------------------------------------------------- */

/* Takes the list's entries one after the other, until one cannot be. */
static long take_all(l4_umword_t count, bool (*take)(l4_umword_t i, void *list),
                     bool (*is_good)(l4_umword_t i, const void *list),
                     void *list, l4_umword_t *ret_taken)
{
    l4_umword_t i = 0;
    while (i < count && is_good(i, list) && take(i, list))
        i++;
    *ret_taken = i;
    return !i && count && !is_good(0, list) ? -L4_ERANGE : 0;
}

static bool frame_is_good(l4_umword_t i, const void *list)
{
    const l4_uint32_t *frame = (const l4_uint32_t *)list + 2 * i;
    return frame[1] && frame[1] <= NET_FRAME_MAX &&
           is_inside(frame[0], frame[1]);
}

static bool frame_take(l4_umword_t i, void *list)
{
    const l4_uint32_t *frame = (const l4_uint32_t *)list + 2 * i;
    struct slot *s = slot_new(EVENT_SENT, frame[0], frame[1]);
    NIC_POINT();
    if (s && virtio_net_post(&net, client.bus + s->offset, s->size, s)) {
        NIC_POINT();
        return true;
    }
    if (s)
        slot_free(s);
    return false;
}

static long on_send(struct l4re_session *session, const void *frames,
                    size_t size, l4_umword_t *ret_taken)
{
    l4_uint32_t list[NIC_SEND_FRAMES_MAX / sizeof(l4_uint32_t)];
    (void)session;
    memcpy(list, frames, size);
    return take_all(size / (2 * sizeof list[0]), frame_take, frame_is_good,
                    list, ret_taken);
}

static bool buffer_is_good(l4_umword_t i, const void *list)
{
    return is_inside(((const l4_uint32_t *)list)[i], NET_FRAME_MAX);
}

static bool buffer_take(l4_umword_t i, void *list)
{
    struct slot *s = slot_new(EVENT_RECEIVED, ((l4_uint32_t *)list)[i], 0);
    NIC_POINT();
    if (s && virtio_net_offer(&net, client.bus + s->offset, s)) {
        NIC_POINT();
        return true;
    }
    if (s)
        slot_free(s);
    return false;
}

static long on_offer(struct l4re_session *session, const void *buffers,
                     size_t size, l4_umword_t *ret_taken)
{
    l4_uint32_t list[NIC_OFFER_BUFFERS_MAX / sizeof(l4_uint32_t)];
    (void)session;
    memcpy(list, buffers, size);
    return take_all(size / sizeof list[0], buffer_take, buffer_is_good, list,
                    ret_taken);
}

static long on_next(struct l4re_session *session, l4_umword_t wait,
                    void *ret_events, size_t *ret_events_size)
{
    if (client.is_waited_for)
        return -L4_EBUSY;
    *ret_events_size = tell(ret_events, *ret_events_size);
    NIC_POINT();
    if (*ret_events_size || !wait)
        return 0;
    long error = l4re_session_later(session, &client.waiter);
    client.is_waited_for = !error;
    return error ? error : L4RE_LATER;
}

static long on_info(struct l4re_session *session, void *ret_mac,
                    size_t *ret_mac_size, l4_umword_t *ret_link,
                    l4_umword_t *ret_frame_max, l4_umword_t *ret_frames)
{
    (void)session;
    NIC_POINT();
    memcpy(ret_mac, net.mac, sizeof net.mac);
    *ret_mac_size = sizeof net.mac;
    *ret_link = virtio_net_has_link(&net);
    *ret_frame_max = NET_FRAME_MAX;
    *ret_frames = NET_FRAMES;
    return 0;
}

/* --- opening and closing ---------------------------------------------- */

static void give_caps_back(void)
{
    if (l4_is_valid_cap(client.memory))
        l4re_util_cap_free_um(client.memory);
    if (l4_is_valid_cap(client.signal))
        l4re_util_cap_free_um(client.signal);
    client.memory = client.signal = L4_INVALID_CAP;
    client.is_open = false;
}

static void on_closed(struct l4re_session *session)
{
    (void)session;
    if (client.is_waited_for)
        answer_waiter(-L4_EIO);
    virtio_net_reset(&net);
    slots_reset();
    device_unshare(client.bus, client.size);
    give_caps_back();
}

static long client_open(struct l4re_session *parent, l4_cap_idx_t memory,
                        l4_cap_idx_t signal)
{
    static const struct nic_methods methods = {
        .info = on_info, .send = on_send, .offer = on_offer, .next = on_next};
    static const struct l4re_service service = {
        .interface = &nic_interface, .methods = &methods, .closed = on_closed};
    long error = l4re_session_keep_cap(parent, memory);
    if (!error) {
        client.memory = memory;
        if (l4_is_valid_cap(signal))
            error = l4re_session_keep_cap(parent, signal);
    }
    if (!error) {
        client.signal = signal;
        NIC_POINT();
        error = device_share(memory, client.size, &client.bus);
        NIC_POINT();
    }
    if (error)
        return error;
    error = l4re_session_open(parent, &client.session, &service, NULL);
    if (error < 0)
        device_unshare(client.bus, client.size);
    return error;
}

static long on_open(struct l4re_session *parent, l4_umword_t size,
                    l4_cap_idx_t memory, l4_cap_idx_t signal,
                    l4_cap_idx_t *ret_session)
{
    if (client.is_open)
        return -L4_EBUSY;
    client = (struct client){.is_open = true,
                             .memory = L4_INVALID_CAP,
                             .signal = L4_INVALID_CAP,
                             .size = size};
    NIC_POINT();
    long error = client_open(parent, memory, signal);
    NIC_POINT();
    if (error < 0)
        give_caps_back();
    else
        *ret_session = client.session.gate;
    return error;
}

/* --- start ------------------------------------------------------------ */

static bool adapter_find(unsigned number)
{
    const char *failed;
    const l4_uint8_t *m = net.mac;
    long error =
        virtio_net_attach(&net, number, l4re_env()->main_thread, &failed);
    if (error)
        printf("no %s: %s (is there an adapter? --net hub)\n", failed,
               l4sys_errtostr(error));
    else
        printf("adapter %02x:%02x:%02x:%02x:%02x:%02x\n", m[0], m[1], m[2],
               m[3], m[4], m[5]);
    return !error;
}

int main(int argc, char **argv)
{
    static const struct nic_methods methods = {.info = on_info,
                                               .open = on_open};
    static const struct l4re_service service = {.interface = &nic_interface,
                                                .methods = &methods};
    slots_reset();
    client.signal = L4_INVALID_CAP;
    NIC_POINT();
    if (!adapter_find(argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 0))
        return 1;
    if (l4re_server_init(&server, L4RE_SERVER_LATER) < 0 ||
        l4re_irq_attach(&server, &irq, net.v.device.irq, on_interrupt) < 0 ||
        l4re_server_publish(&server, &root, &service,
                            l4re_env_get_cap("nic_server")) < 0)
        return 1;
    NIC_POINT();
    l4_irq_unmask(net.v.device.irq);
    return (int)l4re_server_run(&server);
}
