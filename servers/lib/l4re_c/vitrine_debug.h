/*
 * Requests on a debugger capability that only Vitrine has
 * (<l4/vitrine/debug.h> lists them).
 */
#ifndef L4RE_C_VITRINE_DEBUG_H
#define L4RE_C_VITRINE_DEBUG_H

#include <l4/sys/ipc.h>
#include <l4/vitrine/debug.h>

/* op: enum l4_vitrine_debug_op. The kernel's answer or -(2000 + IPC error),
 * as without a debugger capability. */
static inline long vitrine_debug(l4_cap_idx_t debugger,
                                 enum l4_vitrine_debug_op op, l4_umword_t value)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = op;
    m->mr[1] = value;
    return l4_error(l4_ipc_call(debugger, l4_utcb(),
                                l4_msgtag(L4_PROTO_DEBUGGER, 2, 0, 0),
                                L4_IPC_NEVER));
}

#endif
