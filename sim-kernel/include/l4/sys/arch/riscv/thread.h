/*
 * riscv64: the thread pointer of a thread. Vitrine's own: at its start a
 * thread's tp is its UTCB (ABI.md section 2); a C library with thread-local
 * storage takes tp for that and finds the UTCB in gp.
 * Included by <l4/sys/thread.h>.
 */
#ifndef L4_SYS_ARCH_THREAD_H
#define L4_SYS_ARCH_THREAD_H

#include <l4/sys/__msg.h>

/* Sets tp of the thread; opcode as the other architectures' thread pointer. */
L4_INLINE l4_msgtag_t l4_thread_riscv_set_tp(l4_cap_idx_t thread, l4_addr_t tp)
{
    return __l4_msg_call_op1(thread, L4_PROTO_THREAD, 0x10, tp, l4_utcb());
}

#endif
