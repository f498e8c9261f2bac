/*
 * The server: squares numbers. Its description gives it one CPU, the last, and
 * it can have no other: its scheduler is a proxy that knows only that one.
 */
#include "smp.h"
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>

int main(void)
{
    l4_cap_idx_t gate = l4re_env_get_cap("square_server");
    l4_umword_t label;
    long error =
        l4_error(l4_rcv_ep_bind_thread(gate, l4re_env()->main_thread, 0x40));
    if (error < 0) {
        printf("no gate: %s\n", l4sys_errtostr(error));
        return 1;
    }
    printf("%d CPU for the server\n", __builtin_popcountl(cpus_online()));
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        l4_umword_t *mr = l4_utcb_mr()->mr;
        int known = l4_msgtag_label(tag) == SQUARE_PROTOCOL &&
                    l4_msgtag_words(tag) == 1;
        mr[0] *= mr[0];
        tag = known ? l4_msgtag(0, 1, 0, 0) : l4_msgtag(-L4_ENOSYS, 0, 0, 0);
        tag = l4_ipc_reply_and_wait(l4_utcb(), tag, &label,
                                    L4_IPC_SEND_TIMEOUT_0);
    }
}
