/*
 * The server: subtracts and negates for whoever holds a capability to it.
 *
 * It owns the receiving end of an IPC gate, which the description calls
 * "calc_server". bind_thread says which thread gets the gate's messages and
 * which label they carry; then one loop answers a request and waits for the
 * next in a single system call.
 */
#include "calc.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>

enum { GATE_LABEL = 0x40 }; /* any multiple of 4 */

/* Answers the request in the message registers; the result goes there too. */
static l4_msgtag_t serve(l4_msgtag_t request)
{
    l4_msg_regs_t *m = l4_utcb_mr();

    if (l4_msgtag_label(request) != CALC_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);

    if (m->mr[0] == CALC_SUB && l4_msgtag_words(request) == 3)
        m->mr[0] = m->mr[1] - m->mr[2];
    else if (m->mr[0] == CALC_NEG && l4_msgtag_words(request) == 2)
        m->mr[0] = -m->mr[1];
    else
        return l4_msgtag(-L4_ENOSYS, 0, 0, 0);

    return l4_msgtag(0, 1, 0, 0); /* no error, one word */
}

int main(void)
{
    l4_cap_idx_t gate = l4re_env_get_cap("calc_server");
    l4_umword_t label;

    long error = l4_error(
        l4_rcv_ep_bind_thread(gate, l4re_env()->main_thread, GATE_LABEL));
    if (error < 0) {
        printf("no gate: %s\n", l4sys_errtostr(error));
        return 1;
    }
    printf("ready\n");

    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag)) /* the client did not wait */
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), serve(tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}
