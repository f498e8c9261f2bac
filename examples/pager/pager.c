/*
 * The pager: gives another task's thread its memory, page by page.
 *
 * When a thread touches a page that is not there, the kernel sends a message
 * on its behalf to its pager: label L4_PROTO_PAGE_FAULT, MR0 the address
 * (bit 1: it wanted to write), MR1 where the program was. The answer carries
 * the missing page as a map item, and the thread goes on without noticing.
 *
 *      worker touches 0x...3000 -> kernel -> pager: "fault at 0x...3000"
 *      worker goes on           <- kernel <- pager: map item, one page
 *
 * The pages come from this task's own memory: what it maps, it can see, too.
 */
#include "window.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>
#include <string.h>

enum { GATE_LABEL = 0x40 };

/* The pool, and how many of it are given away. */
static char pool[WINDOW_PAGES][L4_PAGESIZE]
    __attribute__((aligned(L4_PAGESIZE)));
static unsigned used;

static l4_addr_t window; /* where the worker's pages are to be */

/* Remembers the window, as the worker's task asks for it. */
static l4_msgtag_t on_window(void)
{
    window = l4_utcb_mr()->mr[0];
    return l4_msgtag(0, 0, 0, 0);
}

static l4_msgtag_t on_page_fault(void)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_addr_t address = l4_trunc_page(m->mr[0]);
    int write = (m->mr[0] & 2) != 0;

    if (address < window || address >= window + WINDOW_SIZE ||
        used == WINDOW_PAGES) {
        printf("fault outside the window: refused\n");
        return l4_msgtag(-L4_EACCESS, 0, 0, 0);
    }

    unsigned page = (unsigned)((address - window) / L4_PAGESIZE);
    char *memory = pool[used++];
    snprintf(memory, L4_PAGESIZE, "page %u, given as number %u", page, used);
    printf("%s fault in page %u: frame %u goes there\n",
           write ? "write" : "read", page, used - 1);

    /* printf() has used the message registers: fill them only now. */
    m->mr[0] = l4_map_control(address, 0, L4_MAP_ITEM_MAP);
    m->mr[1] = l4_fpage((l4_addr_t)memory, L4_PAGESHIFT, L4_FPAGE_RW).raw;
    return l4_msgtag(0, 0, 1, 0); /* no words, one item */
}

static l4_msgtag_t serve(l4_msgtag_t request)
{
    if (l4_msgtag_is_page_fault(request))
        return on_page_fault();
    if (l4_msgtag_label(request) == WINDOW_PROTOCOL)
        return on_window();
    return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
}

int main(void)
{
    l4_cap_idx_t gate = l4re_env_get_cap("pager_server");
    l4_umword_t label;

    memset(pool, 0, sizeof pool); /* now the pages themselves are here */
    long error = l4_error(
        l4_rcv_ep_bind_thread(gate, l4re_env()->main_thread, GATE_LABEL));
    if (error < 0) {
        printf("no gate: %s\n", l4sys_errtostr(error));
        return 1;
    }

    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), serve(tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}
