/*
 * The victim: a well-behaved task with a secret.
 *
 * It even tells everybody where the secret lies: an address is not a
 * capability. It answers requests for that address until one says STOP,
 * and checks that all others' mistakes have left its memory alone.
 */
#include "victim.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>
#include <string.h>

enum { GATE_LABEL = 0x40 };

static char secret[] = "the secret";

int main(void)
{
    l4_umword_t label;
    long request;
    long error =
        l4_error(l4_rcv_ep_bind_thread(l4re_env_get_cap("victim_server"),
                                       l4re_env()->main_thread, GATE_LABEL));
    if (error < 0) {
        printf("no gate: %s\n", l4sys_errtostr(error));
        return 1;
    }
    do {
        l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        request = l4_msgtag_label(tag);
        l4_utcb_mr()->mr[0] = (l4_umword_t)secret;
        l4_ipc_reply(L4_INVALID_REPLY_CAP, l4_utcb(), l4_msgtag(0, 1, 0, 0),
                     L4_IPC_BOTH_TIMEOUT_0);
    } while (request != VICTIM_STOP);

    printf("my secret is %s\n",
           strcmp(secret, "the secret") ? "damaged" : "as it was");
    return strcmp(secret, "the secret") ? 2 : 0;
}
