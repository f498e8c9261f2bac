/*
 * Part 3: a filter.
 *
 * The spy has a capability it must not pass on, and one way out: you. This
 * filter passes on everything, the capability too. See how it travels, then
 * stop it, but let the words through.
 */
#include "protocol.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>

static l4_cap_idx_t slot;

static void open_window(void)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->bdr = 0;
    b->br[0] = slot | L4_RCV_ITEM_SINGLE_CAP;
    b->br[1] = 0;
}

/* Passes a request on to the world. Its answer is ours. */
static l4_msgtag_t pass(l4_msgtag_t request)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    unsigned words = l4_msgtag_words(request);
    unsigned items = l4_msgtag_items(request);

    if (items) {
        m->mr[words] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
        m->mr[words + 1] = l4_obj_fpage(slot, 0, L4_CAP_FPAGE_RWS).raw;
    }
    /* TODO: the words are lost, and the answer's, too */
    return l4_ipc_call(l4re_env_get_cap("world"), l4_utcb(),
                       l4_msgtag(l4_msgtag_label(request), 0, items, 0),
                       L4_IPC_NEVER);
}

int main(void)
{
    long error = l4_error(l4_rcv_ep_bind_thread(l4re_env_get_cap("server"),
                                                l4re_env()->main_thread, 0));
    if (error < 0) {
        printf("no gate: %s\n", l4sys_errtostr(error));
        return 1;
    }
    slot = l4re_util_cap_alloc();

    l4_umword_t label;
    open_window();
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        l4_msgtag_t answer = l4_msgtag(0, 0, 0, 0);
        if (!l4_msgtag_has_error(tag))
            pass(tag);
        open_window();
        tag = l4_ipc_reply_and_wait(l4_utcb(), answer, &label,
                                    L4_IPC_SEND_TIMEOUT_0);
    }
}
