/*
 * Semaphore: a counter that threads wait on in the kernel; may be bound to
 * an ICU line like an IRQ.
 *
 *      up    a trigger: L4_PROTO_IRQ, no words, send only
 *      DOWN  L4_PROTO_SEMAPHORE; the reply comes when the counter was > 0
 *
 * Source: ABI.md section 1.
 */
#ifndef L4_SYS_SEMAPHORE_H
#define L4_SYS_SEMAPHORE_H

#include <l4/sys/__msg.h>

enum L4_semaphore_op {
    L4_SEMAPHORE_OP_DOWN = 0,
};

/* Counts up, or wakes one waiter; never waits. */
L4_INLINE l4_msgtag_t l4_semaphore_up_u(l4_cap_idx_t sem, l4_utcb_t *u)
{
    return l4_ipc_send(sem, u, l4_msgtag(L4_PROTO_IRQ, 0, 0, 0),
                       L4_IPC_BOTH_TIMEOUT_0);
}

/* Counts down; waits as long as the counter is 0, up to the receive timeout
 * (L4_IPC_RETIMEOUT). Needs S; fails when the semaphore is deleted. */
L4_INLINE l4_msgtag_t l4_semaphore_down_u(l4_cap_idx_t sem,
                                          l4_timeout_t timeout, l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = L4_SEMAPHORE_OP_DOWN;
    return l4_ipc_call(sem, u, l4_msgtag(L4_PROTO_SEMAPHORE, 1, 0, 0), timeout);
}

L4_INLINE l4_msgtag_t l4_semaphore_up(l4_cap_idx_t sem)
{
    return l4_semaphore_up_u(sem, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_semaphore_down(l4_cap_idx_t sem, l4_timeout_t timeout)
{
    return l4_semaphore_down_u(sem, timeout, l4_utcb());
}

#endif
