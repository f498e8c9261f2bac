/*
 * Given: keeps a number; who may only look is told by the label.
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>

enum { RIGHT_W_IN_LABEL = 1 };

static l4_umword_t number;

static l4_msgtag_t serve(l4_umword_t label, l4_msgtag_t request)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    if (l4_msgtag_label(request) != VAULT_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (m->mr[0] == VAULT_CHANGE) {
        if (!(label & RIGHT_W_IN_LABEL))
            return l4_msgtag(-L4_EPERM, 0, 0, 0);
        number = m->mr[1];
    }
    m->mr[0] = number;
    return l4_msgtag(0, 1, 0, 0);
}

int main(void)
{
    l4_umword_t label;
    l4_rcv_ep_bind_thread(l4re_env_get_cap("server"), l4re_env()->main_thread,
                          0x10);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), serve(label, tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}
