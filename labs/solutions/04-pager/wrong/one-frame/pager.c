/*
 * Part 1 to 3: a pager.
 *
 * When a thread touches a page that is not there (or writes one that is read
 * only), the kernel sends a message on its behalf to its pager: label
 * L4_PROTO_PAGE_FAULT, MR0 the address (bit 1 set: it wanted to write), MR1
 * where the program was. The answer carries the page as a map item; the
 * thread goes on and has noticed nothing. An answer with a negative label
 * refuses: the thread gets an exception instead.
 */
#include "window.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_PER_PAGE = L4_PAGESIZE / sizeof(l4_umword_t) };

/* Memory to give away: one page for each of the window is enough. */
static l4_umword_t pool[WINDOW_PAGES][WORDS_PER_PAGE]
    __attribute__((aligned(L4_PAGESIZE)));
static l4_umword_t template[WORDS_PER_PAGE]
    __attribute__((aligned(L4_PAGESIZE)));

static l4_addr_t window; /* where the program's window begins */

/* The answer that maps a page of ours at `address` of the program. */
static l4_msgtag_t give(l4_umword_t *page, l4_addr_t address,
                        unsigned char rights)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = l4_map_control(address, 0, L4_MAP_ITEM_MAP);
    m->mr[1] = l4_fpage((l4_addr_t)page, L4_PAGESHIFT, rights).raw;
    return l4_msgtag(0, 0, 1, 0); /* no words, one item */
}

static l4_msgtag_t on_window(void)
{
    window = l4_utcb_mr()->mr[0];
    for (unsigned i = 0; i < WORDS_PER_PAGE; i++)
        template[i] = l4_utcb_mr()->mr[1] + i;
    return l4_msgtag(0, 0, 0, 0);
}

static l4_msgtag_t on_page_fault(void)
{
    l4_addr_t address = l4_trunc_page(l4_utcb_mr()->mr[0]);
    int write = (l4_utcb_mr()->mr[0] & 2) != 0;

    if (address < window || address >= window + WINDOW_SIZE)
        return l4_msgtag(-L4_EACCESS, 0, 0, 0);
    unsigned page = (unsigned)((address - window) / L4_PAGESIZE);

    if (page < SHARED_FIRST)
        return give(pool[0], address, L4_FPAGE_RW);
    if (page < COPY_FIRST && write)
        return l4_msgtag(-L4_EACCESS, 0, 0, 0);
    if (!write)
        return give(template, address, L4_FPAGE_RO);
    memcpy(pool[page], template, L4_PAGESIZE);
    return give(pool[page], address, L4_FPAGE_RW);
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
    long error = l4_error(l4_rcv_ep_bind_thread(l4re_env_get_cap("server"),
                                                l4re_env()->main_thread, 0));
    if (error < 0) {
        printf("no gate: %s\n", l4sys_errtostr(error));
        return 1;
    }

    /* What is given away must be there itself: touch it now. */
    memset(pool, 0, sizeof pool);
    memset(template, 0, sizeof template);

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
