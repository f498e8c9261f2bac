/*
 * Given: answers every chat: as many words, each one larger by one; label 1.
 * It takes every capability it can get.
 */
#include "protocol.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>

static void window(void)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->bdr = 0;
    b->br[0] = l4re_util_cap_alloc() | L4_RCV_ITEM_SINGLE_CAP;
    b->br[1] = 0;
}

int main(void)
{
    l4_umword_t label;
    l4_rcv_ep_bind_thread(l4re_env_get_cap("server"), l4re_env()->main_thread,
                          0);
    window();
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        unsigned words = l4_msgtag_has_error(tag) ? 0 : l4_msgtag_words(tag);
        for (unsigned i = 0; i < words; i++)
            l4_utcb_mr()->mr[i]++;
        window();
        tag = l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(1, words, 0, 0),
                                    &label, L4_IPC_SEND_TIMEOUT_0);
    }
}
