/*
 * riscv64: entering the kernel.
 *
 *      a0 tag -> tag   a1 destination | flags   a2 timeouts
 *      a3 label -> label
 *
 * ECALL keeps what the calling convention keeps (ra, gp, tp, sp, s0-s11) and
 * the floating-point registers, and loses the rest. The message itself lies in
 * the UTCB, hence the "memory" clobber. Source: ABI.md section 2.
 */
#ifndef L4_SYS_ARCH_SYSCALL_H
#define L4_SYS_ARCH_SYSCALL_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

/* Internal: the system call. Returns the result tag, *label the sender's. */
L4_INLINE l4_umword_t __l4_arch_syscall(l4_umword_t tag, l4_umword_t dest,
                                        l4_umword_t timeouts,
                                        l4_umword_t *label)
{
    l4_umword_t in_label = *label;
    register l4_umword_t a0 __asm__("a0") = tag;
    register l4_umword_t a1 __asm__("a1") = dest;
    register l4_umword_t a2 __asm__("a2") = timeouts;
    register l4_umword_t a3 __asm__("a3") = in_label;
    __asm__ __volatile__("ecall"
                         : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3)
                         :
                         : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a4", "a5",
                           "a6", "a7", "memory");
    l4_umword_t result = a0, out_label = a3;
    *label = out_label;
    return result;
}

#endif
