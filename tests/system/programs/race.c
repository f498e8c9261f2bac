/*
 * Two of these make a dead-lock on some schedules only: each looks whether
 * the other calls already, works for some time slices, and calls.
 * If slices are so short that the other begins before the work is done, both
 * have looked and neither listens.
 */
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>

enum { WORK_US = 45000 };

static void work(void)
{
    l4_cpu_time_t end = l4_kip_clock(l4_kip()) + WORK_US;

    while (l4_kip_clock(l4_kip()) < end)
        ;
}

/* Answers the other if it calls within `timeout`. */
static int answer(l4_timeout_t timeout)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, timeout);

    if (l4_ipc_error(tag, l4_utcb()))
        return 0;
    l4_ipc_send(L4_INVALID_CAP | L4_SYSF_REPLY, l4_utcb(),
                l4_msgtag(0, 0, 0, 0), L4_IPC_BOTH_TIMEOUT_0);
    return 1;
}

int main(void)
{
    l4_cap_idx_t mine = l4re_env_get_cap("mine");
    l4_cap_idx_t yours = l4re_env_get_cap("yours");

    if (l4_error(l4_rcv_ep_bind_thread(mine, l4re_env()->main_thread, 0x40)) <
        0)
        return 1;
    if (answer(L4_IPC_BOTH_TIMEOUT_0))
        return 0;
    work();
    if (l4_error(l4_ipc_call(yours, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                             L4_IPC_NEVER)) < 0)
        return 2;
    return 0;
}
