/*
 * Project "service": a service that survives its own end.
 *
 * It is killed three times, at any moment, and started again. What is here
 * does its work, and forgets everything each time.
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>

static l4_umword_t total;

static l4_msgtag_t serve(l4_msgtag_t request)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    if (l4_msgtag_label(request) != SERVICE_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (m->mr[0] == ADD) {
        /* TODO: once, even if it is asked for twice, and for good: the
         * keeper (capability "keeper") outlives us. */
        total += m->mr[2];
        return l4_msgtag(0, 0, 0, 0);
    }
    m->mr[0] = total;
    return l4_msgtag(0, 1, 0, 0);
}

int main(void)
{
    l4_umword_t label;
    l4_rcv_ep_bind_thread(l4re_env_get_cap("server"), l4re_env()->main_thread,
                          0);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), serve(tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}
