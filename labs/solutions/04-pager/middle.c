/*
 * Part 4: a pager that has no memory of its own.
 *
 * It answers the program's page faults as pager.c does (the demand zone
 * only), but every page comes from another pager, "outer": ask it with
 * PAGE_PROTOCOL, receive the page into your own `store`, and hand it on.
 *
 *      program --fault--> middle --call--> outer
 *              <--page---        <--page---
 */
#include "window.h"
#include <l4/re/c/rm.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>

static l4_addr_t store;  /* a free range of our address space */
static l4_addr_t window; /* where the program's window begins */

/* Gets page number `page` from outer into its place in the store. */
static long fetch(unsigned page)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->bdr = 0;
    b->br[0] = L4_ITEM_MAP;
    b->br[1] =
        l4_fpage(store + page * L4_PAGESIZE, L4_PAGESHIFT, L4_FPAGE_RW).raw;
    b->br[2] = 0;
    l4_utcb_mr()->mr[0] = page;
    return l4_error(l4_ipc_call(l4re_env_get_cap("outer"), l4_utcb(),
                                l4_msgtag(PAGE_PROTOCOL, 1, 0, 0),
                                L4_IPC_NEVER));
}

static l4_msgtag_t on_page_fault(void)
{
    l4_addr_t address = l4_trunc_page(l4_utcb_mr()->mr[0]);

    if (address < window ||
        address >= window + ZONE_PAGES * (l4_addr_t)L4_PAGESIZE)
        return l4_msgtag(-L4_EACCESS, 0, 0, 0);
    unsigned page = (unsigned)((address - window) / L4_PAGESIZE);
    long error = fetch(page);
    if (error < 0)
        return l4_msgtag(error, 0, 0, 0);
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = l4_map_control(address, 0, L4_MAP_ITEM_MAP);
    m->mr[1] =
        l4_fpage(store + page * L4_PAGESIZE, L4_PAGESHIFT, L4_FPAGE_RW).raw;
    return l4_msgtag(0, 0, 1, 0);
}

static l4_msgtag_t serve(l4_msgtag_t request)
{
    if (l4_msgtag_is_page_fault(request))
        return on_page_fault();
    if (l4_msgtag_label(request) != WINDOW_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    window = l4_utcb_mr()->mr[0];
    return l4_msgtag(0, 0, 0, 0);
}

int main(void)
{
    long error = l4_error(l4_rcv_ep_bind_thread(l4re_env_get_cap("server"),
                                                l4re_env()->main_thread, 0));
    if (error >= 0)
        error = l4re_rm_reserve_area(&store, ZONE_PAGES * L4_PAGESIZE,
                                     L4RE_RM_F_SEARCH_ADDR, L4_PAGESHIFT);
    if (error < 0) {
        printf("no gate or no room: %s\n", l4sys_errtostr(error));
        return 1;
    }

    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), serve(tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}
