/*
 * The pager of bench_mem, in a task of its own: answers each page fault in
 * the window with the page of its pool at the same place, and takes all back
 * when told so.
 */
#include "pager.h"

#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/task.h>
#include <stdio.h>
#include <string.h>

static char pool[BENCH_WINDOW] __attribute__((aligned(BENCH_WINDOW)));
static l4_addr_t window;

static l4_msgtag_t on_page_fault(void)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_addr_t address = l4_trunc_page(m->mr[0]);

    if (address - window >= BENCH_WINDOW)
        return l4_msgtag(-L4_EACCESS, 0, 0, 0);
    m->mr[0] = l4_map_control(address, 0, L4_MAP_ITEM_MAP);
    m->mr[1] =
        l4_fpage((l4_addr_t)pool + address - window, L4_PAGESHIFT, L4_FPAGE_RW)
            .raw;
    return l4_msgtag(0, 0, 1, 0);
}

static l4_msgtag_t serve(l4_msgtag_t request)
{
    unsigned order = (unsigned)__builtin_ctzl(BENCH_WINDOW);

    if (l4_msgtag_is_page_fault(request))
        return on_page_fault();
    window = l4_utcb_mr()->mr[0];
    return l4_msgtag(
        l4_error(l4_task_unmap(L4_BASE_TASK_CAP,
                               l4_fpage((l4_addr_t)pool, order, L4_FPAGE_RWX),
                               L4_FP_OTHER_SPACES)),
        0, 0, 0);
}

int main(void)
{
    l4_umword_t label;
    long error;

    memset(pool, 1, sizeof(pool));
    error = l4_error(l4_rcv_ep_bind_thread(l4re_env_get_cap("faults"),
                                           l4re_env()->main_thread, 0));
    if (error < 0) {
        printf("bench_pager: no gate: error %ld\n", error);
        return 1;
    }
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;)
        tag = l4_ipc_reply_and_wait(l4_utcb(), serve(tag), &label,
                                    L4_IPC_SEND_TIMEOUT_0);
}
