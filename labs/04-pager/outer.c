/*
 * Given: the pager's pager. Gives a fresh page for each page number, the same
 * one when asked again.
 */
#include "window.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <string.h>

static char pages[ZONE_PAGES][L4_PAGESIZE]
    __attribute__((aligned(L4_PAGESIZE)));

static l4_msgtag_t serve(l4_msgtag_t request)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    if (l4_msgtag_label(request) != PAGE_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (l4_msgtag_words(request) < 1 || m->mr[0] >= ZONE_PAGES)
        return l4_msgtag(-L4_EINVAL, 0, 0, 0);
    m->mr[1] =
        l4_fpage((l4_addr_t)pages[m->mr[0]], L4_PAGESHIFT, L4_FPAGE_RW).raw;
    m->mr[0] = l4_map_control(0, 0, L4_MAP_ITEM_MAP);
    return l4_msgtag(0, 0, 1, 0);
}

int main(void)
{
    l4_umword_t label;
    memset(pages, 0, sizeof pages);
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
