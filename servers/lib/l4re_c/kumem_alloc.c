/*
 * Kernel-user memory: pages that kernel and program share, for UTCBs.
 */
#include <l4/re/c/rm.h>
#include <l4/re/c/util/kumem_alloc.h>
#include <l4/sys/task.h>

/* 2^pages_order pages for `task`, at a place that `rm` keeps free for them;
 * *mem: where. They stay until the task ends. */
int l4re_util_kumem_alloc(l4_addr_t *mem, unsigned pages_order,
                          l4_cap_idx_t task, l4_cap_idx_t rm)
{
    unsigned order = L4_PAGESHIFT + pages_order;
    void *at = 0;
    int error = l4re_rm_attach_srv(rm, &at, 1ul << order,
                                   L4RE_RM_F_RESERVED | L4RE_RM_F_SEARCH_ADDR,
                                   L4_INVALID_CAP, 0, (unsigned char)order);
    if (error < 0)
        return error;
    l4_fpage_t page = l4_fpage((l4_addr_t)at, order, L4_FPAGE_RW);
    error = (int)l4_error(l4_task_add_ku_mem(task, &page));
    if (error < 0) {
        l4re_rm_detach_srv(rm, (l4_addr_t)at, 0, L4_INVALID_CAP);
        return error;
    }
    *mem = l4_fpage_memaddr(page);
    return 0;
}
