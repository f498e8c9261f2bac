/*
 * Broken server 2: a counter with two threads.
 *
 * Each thread serves a gate of its own, so that one customer does not wait
 * for the other. They share the count.
 */
#include "protocol.h"
#include "threads.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>

static volatile l4_umword_t count;

static l4_msgtag_t serve(void)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    if (m->mr[0] == INC) {
        work(60); /* something is looked up */
        m->mr[0] = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
        return l4_msgtag(0, 1, 0, 0);
    }
    if (m->mr[0] != GET)
        return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
    m->mr[0] = count;
    return l4_msgtag(0, 1, 0, 0);
}

static void serve_for_ever(void)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), serve(), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}

int main(void)
{
    l4_cap_idx_t second = thread_start(serve_for_ever, 2);
    l4_rcv_ep_bind_thread(l4re_env_get_cap("first"), l4re_env()->main_thread,
                          0);
    l4_rcv_ep_bind_thread(l4re_env_get_cap("second"), second, 0);
    serve_for_ever();
}
