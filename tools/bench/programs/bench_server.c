/*
 * The other side of bench_ipc, in a task of its own: binds the gate it was
 * given to its thread and answers everybody with an empty message.
 */
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>

int main(void)
{
    const l4re_env_t *env = l4re_env();
    l4_utcb_t *utcb = l4_utcb();
    l4_umword_t label;
    long error = l4_error(
        l4_rcv_ep_bind_thread(l4re_env_get_cap("gate"), env->main_thread, 0));

    if (error < 0) {
        printf("bench_server: no gate: error %ld\n", error);
        return 1;
    }
    l4_ipc_wait(utcb, &label, L4_IPC_NEVER);
    for (;;)
        l4_ipc_reply_and_wait(utcb, l4_msgtag(0, 0, 0, 0), &label,
                              L4_IPC_SEND_TIMEOUT_0);
}
