/*
 * The borrower: gets a page and a capability, uses both, gives both back,
 * and tries once more.
 *
 * The second use of the capability fails with an error code: the slot is
 * empty. The second read of the page is a page fault that nobody answers:
 * this program ends there, and its description expects that.
 */
#include "lend.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stdio.h>

static l4_cap_idx_t lender, bell;
static char *page;

static l4_msgtag_t call(l4_cap_idx_t to, long request)
{
    return l4_ipc_call(to, l4_utcb(), l4_msgtag(request, 0, 0, 0),
                       L4_IPC_NEVER);
}

/* Asks for both; the buffer registers say where they are to go. */
static long borrow(void)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->bdr = l4_bdr(0, 0, 2, 0); /* memory: BR0, BR1; capability: BR2 */
    b->br[0] = L4_ITEM_MAP;
    b->br[1] = l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_RW).raw;
    b->br[2] = bell | L4_RCV_ITEM_SINGLE_CAP;
    b->br[3] = 0;
    return l4_error(call(lender, LEND_LEND));
}

int main(void)
{
    l4_addr_t place = 0;
    lender = l4re_env_get_cap("lender");
    bell = l4re_util_cap_alloc();
    long error = l4re_rm_reserve_area(&place, L4_PAGESIZE,
                                      L4RE_RM_F_SEARCH_ADDR, L4_PAGESHIFT);
    page = (char *)place;
    if (error >= 0)
        error = borrow();
    if (error < 0) {
        printf("borrow: %s\n", l4sys_errtostr(error));
        return 1;
    }
    printf("the page reads: \"%s\"\n", page);
    printf("ringing: %s\n", l4sys_errtostr(l4_error(call(bell, LEND_RING))));

    printf("giving back\n");
    call(lender, LEND_RETURN);

    l4_msgtag_t tag = call(bell, LEND_RING);
    if (l4_ipc_error(tag, l4_utcb()) != L4_IPC_ENOT_EXISTENT) {
        printf("the capability is still there\n");
        return 2;
    }
    printf("ringing: no such capability any more\n");
    printf("reading the page again, which ends me ...\n");
    char first = *(volatile char *)page;
    printf("it still begins with '%c'\n", first);
    return 3;
}
