/*
 * Part 1: an alarm clock.
 *
 * One thread, many alarms. The server cannot sleep until an alarm is due,
 * for then it would be deaf to new requests; it cannot only wait for
 * requests, for then no bell would ring. It waits for a request *until* the
 * next alarm is due: the receive timeout of l4_ipc_wait().
 */
#include "protocol.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/kip.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/task.h>
#include <stdio.h>

struct alarm {
    l4_cap_idx_t bell; /* a slot of ours for the client's interrupt object */
    l4_cpu_time_t due; /* 0: not set */
};

static struct alarm alarms[ALARMS_MAX];
static l4_cap_idx_t incoming; /* where the next capability will arrive */

/* Says where a capability that comes with a request is to go. */
static void open_window(void)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->bdr = 0;
    b->br[0] = incoming | L4_RCV_ITEM_SINGLE_CAP;
    b->br[1] = 0;
}

static l4_msgtag_t on_set(l4_msgtag_t request)
{
    (void)request;
    (void)alarms;
    /* TODO: check, find a free alarm, note when it is due; the capability
     * lies in `incoming`: keep that slot, and take a fresh one for the next
     * (l4re_util_cap_alloc) */
    return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
}

/* Rings every bell that is due. */
static void ring(void)
{
    /* TODO: l4_irq_trigger(), then the alarm is free again; give the slot
     * back: l4_task_delete_obj() would destroy the client's object for
     * everybody, l4_task_release_cap() only empties our slot */
}

/* How long to wait for a request. */
static l4_timeout_t patience(void)
{
    /* TODO: until the earliest alarm. l4_timeout_from_us() makes a receive
     * timeout; what if it is due already? */
    return L4_IPC_NEVER;
}

static l4_msgtag_t serve(l4_msgtag_t request)
{
    if (l4_msgtag_label(request) != ALARM_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    return on_set(request);
}

int main(void)
{
    long error = l4_error(l4_rcv_ep_bind_thread(l4re_env_get_cap("server"),
                                                l4re_env()->main_thread, 0));
    if (error < 0) {
        printf("no gate: %s\n", l4sys_errtostr(error));
        return 1;
    }
    incoming = l4re_util_cap_alloc();

    for (;;) {
        l4_umword_t label;
        open_window();
        l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, patience());
        if (!l4_msgtag_has_error(tag))
            l4_ipc_send(L4_INVALID_CAP | L4_SYSF_REPLY, l4_utcb(), serve(tag),
                        L4_IPC_BOTH_TIMEOUT_0);
        ring();
    }
}
