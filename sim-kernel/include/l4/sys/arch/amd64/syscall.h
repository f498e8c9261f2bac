/*
 * x86-64: entering the kernel, with registers as both ports take them:
 *
 *      rax tag -> tag   rdx destination | flags   r8 timeouts
 *      rsi label -> label
 *
 * On hardware SYSCALL keeps what the calling convention keeps (rbx, rbp, rsp,
 * r12-r15) and the FPU's registers, and loses the rest. In the simulator a jump
 * to the system-call stub, with the address to return to in r11, loses vector
 * registers, too. It
 * is no call because the simulator does not return by RET: unpaired calls
 * spoil the host's return-address prediction, at 40 ns a system call.
 *
 * The message itself lies in the UTCB, hence the "memory" clobber.
 */
#ifndef L4_SYS_ARCH_SYSCALL_H
#define L4_SYS_ARCH_SYSCALL_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

#ifdef VITRINE_SIM
#define L4_ARCH_ENTER "lea 1f(%%rip), %%r11\n\tjmp l4_vitrine_sim_syscall\n1:"
#ifdef __AVX512F__
#define L4_ARCH_CLOBBER_HIGH                                                   \
    , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23",  \
        "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30",         \
        "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#else
#define L4_ARCH_CLOBBER_HIGH
#endif
#define L4_ARCH_CLOBBER                                                        \
    "rcx", "rdi", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",  \
        "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",     \
        "xmm13", "xmm14", "xmm15", "st", "st(1)", "st(2)", "st(3)", "st(4)",   \
        "st(5)", "st(6)", "st(7)", "mm0", "mm1", "mm2", "mm3", "mm4", "mm5",   \
        "mm6", "mm7", "cc", "memory" L4_ARCH_CLOBBER_HIGH
#else
#define L4_ARCH_ENTER   "syscall"
#define L4_ARCH_CLOBBER "rcx", "rdi", "r9", "r10", "r11", "cc", "memory"
#endif

/* Internal: the system call. Returns the result tag, *label the sender's. */
L4_INLINE l4_umword_t __l4_arch_syscall(l4_umword_t tag, l4_umword_t dest,
                                        l4_umword_t timeouts,
                                        l4_umword_t *label)
{
    register l4_umword_t r8 __asm__("r8") = timeouts;
    l4_umword_t rsi = *label;
    __asm__ __volatile__(L4_ARCH_ENTER
                         : "+a"(tag), "+d"(dest), "+S"(rsi), "+r"(r8)
                         :
                         : L4_ARCH_CLOBBER);
    *label = rsi;
    return tag;
}

#endif
