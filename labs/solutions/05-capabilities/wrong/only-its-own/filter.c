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

/* Nothing but words may come: no window for anything. */
static void close_window(void)
{
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0;
}

/* Passes a request on to the world. Its answer is ours. */
static l4_msgtag_t pass(l4_msgtag_t request)
{
    return l4_ipc_call(
        l4re_env_get_cap("world"), l4_utcb(),
        l4_msgtag(l4_msgtag_label(request), l4_msgtag_words(request), 0, 0),
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

    l4_umword_t label;
    close_window();
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag)) {
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
            continue;
        }
        l4_msgtag_t answer = pass(tag);
        close_window();
        tag = l4_ipc_reply_and_wait(
            l4_utcb(),
            l4_msgtag(l4_msgtag_label(answer), l4_msgtag_words(answer), 0, 0),
            &label, L4_IPC_SEND_TIMEOUT_0);
    }
}
