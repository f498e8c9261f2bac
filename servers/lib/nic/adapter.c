/*
 * A client's side of `nic` (see adapter.h).
 *
 *   call --IPC error--> the driver has ended: open a session again, with all
 *                       buffers that are not in use, and go on
 */
#include "adapter.h"
#include "again.h"
#include "nic-client.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/task.h>
#include <string.h>

enum { EVENT_RECEIVED = 1, EVENT_SENT = 2, EVENT_WORDS = 3 };
/* All of them: a bit each. */
#define BUFFERS ((1ul << ADAPTER_FRAMES) - 1)
enum { HALF = ADAPTER_FRAMES * ADAPTER_FRAME_SIZE, MEMORY = 2 * HALF };

static l4_uint32_t buffer_offset(unsigned buffer)
{
    return HALF + buffer * ADAPTER_FRAME_SIZE;
}

/* --- the session ------------------------------------------------------ */

/* Gives buffers (a bit each) to receive in; keeps I2. */
static long offer(struct adapter *a, unsigned long buffers)
{
    l4_uint32_t list[ADAPTER_FRAMES];
    l4_umword_t taken, n = 0;
    for (unsigned i = 0; i < ADAPTER_FRAMES; i++)
        if (buffers >> i & 1)
            list[n++] = buffer_offset(i);
    long error = nic_offer(a->session, list, n * sizeof list[0], &taken);
    return error < 0 ? error : 0;
}

static long session_open(void *what)
{
    struct adapter *a = what;
    l4_umword_t link, frames;
    size_t mac_size = sizeof a->mac;
    long error =
        nic_info(a->gate, a->mac, &mac_size, &link, &a->frame_max, &frames);
    if (error >= 0)
        error = nic_open(a->gate, MEMORY, a->memory, a->signal, a->session);
    if (error < 0)
        return error;
    a->has_link = link;
    a->sending = 0; /* keeps I1: what was under way is lost */
    return offer(a, ~a->held & BUFFERS);
}

/* The driver has ended. */
static long session_again(struct adapter *a)
{
    a->restarts++;
    l4_task_release_cap(L4_BASE_TASK_CAP, a->session);
    return again_until_open(session_open, a);
}

/* --- opening ------------------------------------------------------------ */

static long memory_make(struct adapter *a)
{
    void *at = NULL;
    long error = l4re_ma_alloc(MEMORY, a->memory, L4RE_MA_CONTINUOUS);
    if (error >= 0)
        error = l4re_rm_attach(&at, MEMORY,
                               L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW |
                                   L4RE_RM_F_DETACH_FREE,
                               a->memory, 0, L4_PAGESHIFT);
    a->at = at;
    return error < 0 ? error : 0;
}

void adapter_close(struct adapter *a)
{
    l4re_util_cap_free_um(a->session);
    if (a->at)
        l4re_rm_detach_ds_unmap(a->at, NULL, L4RE_THIS_TASK_CAP);
    l4re_util_cap_free_um(a->memory);
}

long adapter_open(struct adapter *a, l4_cap_idx_t gate, l4_cap_idx_t signal)
{
    *a = (struct adapter){.gate = gate,
                          .signal = signal,
                          .session = l4re_util_cap_alloc(),
                          .memory = l4re_util_cap_alloc()};
    bool has_slots = l4_is_valid_cap(a->session) && l4_is_valid_cap(a->memory);
    long error = has_slots ? memory_make(a) : -L4_ENOMEM;
    if (!error)
        error = again_until_open(session_open, a);
    if (error < 0)
        adapter_close(a);
    return error < 0 ? error : 0;
}

/* --- frames ----------------------------------------------------------------
 */

static void on_event(struct adapter *a, const l4_uint32_t *event)
{
    unsigned place = event[1] / ADAPTER_FRAME_SIZE;
    if (event[0] == EVENT_SENT && place < ADAPTER_FRAMES) {
        a->sending &= ~(1ul << place);
        a->frames_sent++;
    }
    place -= ADAPTER_FRAMES;
    if (event[0] != EVENT_RECEIVED || place >= ADAPTER_FRAMES ||
        event[2] > ADAPTER_FRAME_SIZE || a->held >> place & 1)
        return;
    unsigned at = (a->received_first + a->received_count) % ADAPTER_FRAMES;
    a->received[at].buffer = place;
    a->received[at].size = event[2];
    a->received_count++;
    a->held |= 1ul << place; /* keeps I2 */
    a->frames_received++;
}

/* What has happened since; wait: until something has. */
static long collect(struct adapter *a, bool wait)
{
    l4_uint32_t events[NIC_NEXT_EVENTS_MAX / sizeof(l4_uint32_t)];
    size_t size = sizeof events;
    long error = nic_next(a->session, wait, events, &size);
    if (again_is_ipc_error(error))
        return session_again(a);
    size_t words = error < 0 ? 0 : size / sizeof events[0];
    for (size_t i = 0; i + EVENT_WORDS <= words; i += EVENT_WORDS)
        on_event(a, &events[i]);
    return error;
}

long adapter_send(struct adapter *a, const void *frame, size_t size)
{
    if (!size || size > a->frame_max || size > ADAPTER_FRAME_SIZE)
        return -L4_EINVAL;
    if (a->sending == BUFFERS)
        collect(a, false);
    if (a->sending == BUFFERS)
        return -L4_EBUSY;
    unsigned place = (unsigned)__builtin_ctzl(~a->sending);
    l4_uint32_t what[2] = {place * ADAPTER_FRAME_SIZE, (l4_uint32_t)size};
    l4_umword_t taken = 0;
    memcpy(a->at + what[0], frame, size);
    long error;
    while (again_is_ipc_error(
        error = nic_send(a->session, what, sizeof what, &taken))) {
        error = session_again(a);
        if (error < 0)
            return error;
    }
    if (error < 0)
        return error;
    if (!taken)
        return -L4_EBUSY;
    a->sending |= 1ul << place; /* keeps I1 */
    return 0;
}

const void *adapter_receive(struct adapter *a, bool wait, size_t *ret_size)
{
    long error = a->received_count ? 0 : collect(a, false);
    while (wait && !a->received_count && error >= 0)
        error = collect(a, true);
    if (!a->received_count)
        return NULL;
    unsigned at = a->received_first;
    a->received_first = (at + 1) % ADAPTER_FRAMES;
    a->received_count--;
    *ret_size = a->received[at].size;
    return a->at + buffer_offset(a->received[at].buffer);
}

void adapter_release(struct adapter *a, const void *frame)
{
    size_t offset = (size_t)((const char *)frame - a->at) - HALF;
    unsigned long buffer = 1ul << offset / ADAPTER_FRAME_SIZE;
    a->held &= ~buffer;
    if (again_is_ipc_error(offer(a, buffer)))
        session_again(a); /* offers it, too */
}
