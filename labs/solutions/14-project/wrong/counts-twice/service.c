/*
 * Project "service": a service that survives its own end. What it must not
 * forget, the keeper has before it answers.
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>

enum { KEEPER_PROTOCOL = 0xe03, LOAD = 0, STORE };

static l4_umword_t total, last; /* the request that was counted last */

static long ask_keeper(unsigned op)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = op;
    m->mr[1] = total;
    m->mr[2] = last;
    return l4_error(l4_ipc_call(l4re_env_get_cap("keeper"), l4_utcb(),
                                l4_msgtag(KEEPER_PROTOCOL, 3, 0, 0),
                                L4_IPC_NEVER));
}

static l4_msgtag_t serve(l4_msgtag_t request)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    if (l4_msgtag_label(request) != SERVICE_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (m->mr[0] == ADD) {
        last = m->mr[1];
        total += m->mr[2];
        return l4_msgtag(ask_keeper(STORE), 0, 0, 0);
    }
    m->mr[0] = total;
    return l4_msgtag(0, 1, 0, 0);
}

int main(void)
{
    l4_umword_t label;
    if (ask_keeper(LOAD) < 0)
        return 1;
    total = l4_utcb_mr()->mr[1];
    last = l4_utcb_mr()->mr[2];
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
