/*
 * Two of these make a dead-lock: each listens on "mine" and calls "yours",
 * so both wait for an answer that the other is too busy waiting to give.
 */
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>

static long call_the_other(void)
{
    l4_cap_idx_t yours = l4re_env_get_cap("yours");
    return l4_error(
        l4_ipc_call(yours, l4_utcb(), l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER));
}

int main(void)
{
    l4_cap_idx_t mine = l4re_env_get_cap("mine");
    long error =
        l4_error(l4_rcv_ep_bind_thread(mine, l4re_env()->main_thread, 0x40));
    if (error < 0)
        return 1;
    printf("calling\n");
    return call_the_other() < 0 ? 2 : 3;
}
