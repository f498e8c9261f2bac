/*
 * Given: the post office. Takes letters (label LETTER, one word) and refuses
 * those to nobody (the word is 0).
 */
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdlib.h>

enum { LETTER = 0x111 };

int main(int argc, char **argv)
{
    static const int refusals[] = {L4_ENOENT, L4_EINVAL, L4_EPERM, L4_EBUSY};
    int refusal = refusals[argc > 1 ? atoi(argv[1]) % 4 : 0];
    l4_umword_t label;

    l4_rcv_ep_bind_thread(l4re_env_get_cap("server"), l4re_env()->main_thread,
                          0);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        int good = l4_msgtag_label(tag) == LETTER && l4_utcb_mr()->mr[0];
        tag = l4_ipc_reply_and_wait(l4_utcb(),
                                    l4_msgtag(good ? 0 : -refusal, 0, 0, 0),
                                    &label, L4_IPC_SEND_TIMEOUT_0);
    }
}
