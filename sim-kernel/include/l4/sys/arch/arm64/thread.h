/*
 * aarch64: the read-only thread register of a thread.
 * Included by <l4/sys/thread.h>. Source: ABI.md appendix A.
 */
#ifndef L4_SYS_ARCH_THREAD_H
#define L4_SYS_ARCH_THREAD_H

#include <l4/sys/__msg.h>

/* Sets TPIDRRO_EL0 of the thread as seen by its user code. */
L4_INLINE l4_msgtag_t l4_thread_arm_set_tpidruro_u(l4_cap_idx_t thread,
                                                   l4_addr_t tpidruro,
                                                   l4_utcb_t *u)
{
    return __l4_msg_call_op1(thread, L4_PROTO_THREAD,
                             0x10 /* L4_THREAD_ARM_TPIDRURO_OP */, tpidruro, u);
}

L4_INLINE l4_msgtag_t l4_thread_arm_set_tpidruro(l4_cap_idx_t thread,
                                                 l4_addr_t tpidruro)
{
    return l4_thread_arm_set_tpidruro_u(thread, tpidruro, l4_utcb());
}

#endif
