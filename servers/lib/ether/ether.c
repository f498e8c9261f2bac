/*
 * Frames through a nic.iface session (see ether.h).
 */
#include "ether.h"
#include "nic-client.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/task.h>
#include <string.h>

enum { BUFFER = 2048, MEMORY = 2 * ETHER_BUFFERS * BUFFER };
enum { EVENT_RECEIVED = 1, EVENT_SENT = 2, EVENT_WORDS = 3 };
enum { SENT_FROM = ETHER_BUFFERS * BUFFER };

/* What a session that failed leaves: the memory stays for the next one. */
static long close_after(struct ether *e, long error)
{
    e->is_open = false;
    if (l4_is_valid_cap(e->session))
        l4_task_release_cap(L4RE_THIS_TASK_CAP, e->session);
    return error;
}

static long memory_take(struct ether *e)
{
    void *at = NULL;
    if (e->memory)
        return 0;
    e->ds = l4re_util_cap_alloc();
    e->session = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(e->ds) || l4_is_invalid_cap(e->session))
        return -L4_ENOMEM;
    long error = l4re_ma_alloc(MEMORY, e->ds, L4RE_MA_CONTINUOUS);
    if (error >= 0)
        error =
            l4re_rm_attach(&at, MEMORY, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                           e->ds, 0, L4_PAGESHIFT);
    if (error >= 0)
        e->memory = at;
    return error;
}

long ether_offer(struct ether *e)
{
    l4_umword_t taken = 0;
    if (!e->is_open || !e->offers)
        return 0;
    long error =
        nic_offer(e->session, e->offer, e->offers * sizeof e->offer[0], &taken);
    if (error < 0)
        return close_after(e, error);
    if (taken > e->offers)
        taken = e->offers;
    e->offers -= (unsigned)taken;
    memmove(e->offer, e->offer + taken, e->offers * sizeof e->offer[0]);
    return 0;
}

long ether_open(struct ether *e, l4_cap_idx_t gate, l4_cap_idx_t signal)
{
    l4_umword_t link = 0, frame_max, frames;
    size_t size = sizeof e->mac;
    long error = memory_take(e);
    if (error < 0)
        return error;
    e->gate = gate;
    e->signal = signal;
    error = nic_open(gate, MEMORY, e->ds, signal, e->session);
    if (error >= 0)
        error = nic_info(e->session, e->mac, &size, &link, &frame_max, &frames);
    if (error < 0)
        return close_after(e, error);
    e->is_open = true;
    e->is_up = link != 0;
    e->first = e->count = e->sending = e->offers = 0;
    for (unsigned i = 0; i < ETHER_BUFFERS; i++)
        e->offer[e->offers++] = i * BUFFER;
    return ether_offer(e);
}

static void on_event(struct ether *e, const l4_uint32_t *event)
{
    unsigned what = event[0], offset = event[1], size = event[2];
    if (offset % BUFFER || offset >= MEMORY)
        return;
    if (what == EVENT_SENT && offset >= SENT_FROM) {
        e->sending &= ~(1u << (offset - SENT_FROM) / BUFFER);
    } else if (what == EVENT_RECEIVED && offset < SENT_FROM &&
               e->count < ETHER_BUFFERS) {
        unsigned at = (e->first + e->count++) % ETHER_BUFFERS;
        e->came[at].buffer = offset / BUFFER;
        e->came[at].size = size <= ETHER_FRAME_MAX ? size : 0;
    }
}

long ether_look(struct ether *e)
{
    l4_uint32_t events[NIC_NEXT_EVENTS_MAX / sizeof(l4_uint32_t)];
    size_t size;
    do {
        if (!e->is_open)
            return -L4_ENODEV;
        size = sizeof events;
        long error = nic_next(e->session, 0, events, &size);
        if (error < 0)
            return close_after(e, error);
        unsigned words = (unsigned)(size / sizeof events[0]);
        for (unsigned i = 0; i + EVENT_WORDS <= words; i += EVENT_WORDS)
            on_event(e, events + i);
    } while (size + EVENT_WORDS * sizeof events[0] > sizeof events);
    return 0;
}

unsigned ether_receive(struct ether *e, void *frame)
{
    unsigned size = 0;
    while (e->count && !size) {
        unsigned buffer = e->came[e->first].buffer;
        size = e->came[e->first].size;
        memcpy(frame, e->memory + buffer * BUFFER, size);
        e->first = (e->first + 1) % ETHER_BUFFERS;
        e->count--;
        if (e->offers < ETHER_BUFFERS)
            e->offer[e->offers++] = buffer * BUFFER;
    }
    return size;
}

long ether_send(struct ether *e, const void *frame, unsigned size)
{
    l4_umword_t taken = 0;
    if (!e->is_open)
        return -L4_ENODEV;
    if (!size || size > ETHER_FRAME_MAX)
        return -L4_EINVAL;
    if (e->sending == ~0u) {
        long error = ether_look(e);
        if (error < 0)
            return error;
        if (e->sending == ~0u)
            return -L4_EBUSY;
    }
    unsigned buffer = (unsigned)__builtin_ctz(~e->sending);
    l4_uint32_t pair[2] = {SENT_FROM + buffer * BUFFER, size};
    memcpy(e->memory + pair[0], frame, size);
    long error = nic_send(e->session, pair, sizeof pair, &taken);
    if (error < 0)
        return close_after(e, error);
    if (!taken)
        return -L4_EBUSY;
    e->sending |= 1u << buffer;
    return 0;
}
