/*
 * The kernel's memory statistics, printed on its console.
 * Source: ABI.md section 1, "Debugger / JDB", group 0x500.
 */
#ifndef L4_SYS_KDUMP_H
#define L4_SYS_KDUMP_H

#include <l4/sys/__msg.h>

enum L4_kdump_op {
    L4_KDUMP_KMEM_STATS_OP = 0x500,
};

/* 0, or a negative error code. */
L4_INLINE long fiasco_dump_kmem_stats(void)
{
    l4_utcb_t *u = l4_utcb();
    return l4_error_u(__l4_msg_call_op(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER,
                                       L4_KDUMP_KMEM_STATS_OP, u),
                      u);
}

#endif
