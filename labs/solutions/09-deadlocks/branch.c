/*
 * Broken server 1: a branch of the bank.
 *
 * It works as long as the two branches never need each other at once.
 * Customers come through the gate "server", the other branch through
 * "adds"; the other branch's "adds" is our "peer".
 */
#include "protocol.h"
#include "threads.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>

static l4_umword_t balance = OPENING;

/* Has the other branch add an amount. */
static long tell_peer(l4_umword_t amount)
{
    l4_utcb_mr()->mr[0] = ADD;
    l4_utcb_mr()->mr[1] = amount;
    return l4_error(l4_ipc_call(l4re_env_get_cap("peer"), l4_utcb(),
                                l4_msgtag(BRANCH_PROTOCOL, 2, 0, 0),
                                L4_IPC_NEVER));
}

static l4_msgtag_t serve(void)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_umword_t amount = m->mr[1];

    switch (m->mr[0]) {
    case TRANSFER:
        __atomic_fetch_sub(&balance, amount, __ATOMIC_SEQ_CST);
        work(200); /* the books are written */
        return l4_msgtag(tell_peer(amount), 0, 0, 0);
    case ADD:
        __atomic_fetch_add(&balance, amount, __ATOMIC_SEQ_CST);
        return l4_msgtag(0, 0, 0, 0);
    case BALANCE:
        m->mr[0] = balance;
        return l4_msgtag(0, 1, 0, 0);
    default:
        return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
    }
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
    l4_rcv_ep_bind_thread(l4re_env_get_cap("server"), l4re_env()->main_thread,
                          0);
    /* Who only adds never waits for the other branch: a thread of its own,
     * so that no circle can close. */
    l4_cap_idx_t adder = thread_start(serve_for_ever, 2);
    l4_rcv_ep_bind_thread(l4re_env_get_cap("adds"), adder, 0);
    serve_for_ever();
}
