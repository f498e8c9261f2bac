/*
 * Part 1: an echo server.
 *
 * Clients call the gate behind the capability "server". Answer each request
 * with the words it brought, as many as it brought, label 0.
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>

/* The answer to a request whose words are in the message registers. */
static l4_msgtag_t serve(l4_msgtag_t request)
{
    (void)request;
    /* TODO: another protocol than ECHO_PROTOCOL is -L4_EBADPROTO */
    /* TODO: the same words back */
    return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
}

int main(void)
{
    l4_cap_idx_t gate = l4re_env_get_cap("server");

    long error =
        l4_error(l4_rcv_ep_bind_thread(gate, l4re_env()->main_thread, 0));
    if (error < 0) {
        printf("no gate: %s\n", l4sys_errtostr(error));
        return 1;
    }

    /* TODO: this answers one request and ends. A server goes on for ever,
     * also when an answer could not be delivered. */
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    l4_ipc_reply_and_wait(l4_utcb(), serve(tag), &label, L4_IPC_SEND_TIMEOUT_0);
    return 0;
}
