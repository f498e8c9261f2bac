/*
 * The lender: shares a page of memory and a capability, then takes both back.
 *
 *      LEND    -> the answer carries two items: the page, read only, and the
 *                 capability of a second gate ("the bell")
 *      RETURN  -> both are revoked; who used them finds them gone
 *      ring the bell: just an answer, to show that the capability works
 *
 * Memory is taken back by l4_task_unmap() with L4_FP_OTHER_SPACES: from all
 * who got it from here, not from here. For capabilities L4Re has no such
 * thing; Vitrine's kernel remembers who got them from whom as well, so
 * l4_vitrine_revoke() works for both.
 */
#include "lend.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/task.h>
#include <l4/vitrine/revoke.h>
#include <stdio.h>
#include <string.h>

enum { LENDER_LABEL = 0x40, BELL_LABEL = 0x80, RIGHTS_MASK = 3 };

static char page[L4_PAGESIZE] __attribute__((aligned(L4_PAGESIZE)));
static l4_cap_idx_t bell;

static l4_fpage_t the_page(unsigned char rights)
{
    return l4_fpage((l4_addr_t)page, L4_PAGESHIFT, rights);
}

static l4_msgtag_t on_lend(void)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    strcpy(page, "borrowed words");
    m->mr[0] = l4_map_control(0, 0, L4_MAP_ITEM_MAP);
    m->mr[1] = the_page(L4_FPAGE_RO).raw;
    m->mr[2] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    m->mr[3] = l4_obj_fpage(bell, 0, L4_CAP_FPAGE_RO).raw;
    return l4_msgtag(0, 0, 2, 0);
}

static l4_msgtag_t on_return(void)
{
    printf("taking both back\n");
    l4_task_unmap(L4_BASE_TASK_CAP, the_page(L4_FPAGE_RWX), L4_FP_OTHER_SPACES);
    l4_vitrine_revoke(L4_BASE_TASK_CAP,
                      l4_obj_fpage(bell, 0, L4_CAP_FPAGE_RWSD));
    printf("my page still reads: \"%s\"\n", page);
    return l4_msgtag(0, 0, 0, 0);
}

static l4_msgtag_t serve(l4_umword_t label, l4_msgtag_t request)
{
    if ((label & ~(l4_umword_t)RIGHTS_MASK) == BELL_LABEL) {
        printf("the bell rings\n");
        return l4_msgtag(0, 0, 0, 0);
    }
    switch (l4_msgtag_label(request)) {
    case LEND_LEND:
        return on_lend();
    case LEND_RETURN:
        return on_return();
    default:
        return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
    }
}

int main(void)
{
    l4_cap_idx_t gate = l4re_env_get_cap("lender_server");
    l4_cap_idx_t me = l4re_env()->main_thread;
    l4_umword_t label;

    bell = l4re_util_cap_alloc();
    long error = l4_error(
        l4_factory_create_gate(l4re_env()->factory, bell, me, BELL_LABEL));
    if (error >= 0)
        error = l4_error(l4_rcv_ep_bind_thread(gate, me, LENDER_LABEL));
    if (error < 0) {
        printf("no gate: %s\n", l4sys_errtostr(error));
        return 1;
    }

    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), serve(label, tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}
