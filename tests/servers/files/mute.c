/*
 * A server that is there and answers nobody: what it is asked is taken, and
 * that is all.
 */
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>

int main(void)
{
    l4_umword_t label;
    if (l4_error(l4_rcv_ep_bind_thread(l4re_env_get_cap("fs_server"),
                                       l4re_env()->main_thread, 0)) < 0)
        return 1;
    for (;;)
        l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
}
