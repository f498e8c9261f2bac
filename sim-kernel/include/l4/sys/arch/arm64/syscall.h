/*
 * aarch64: entering the kernel, with registers as both ports take them:
 *
 *      x0 tag -> tag   x1 destination | flags   x2 timeouts
 *      x3 label -> label
 *
 * SVC keeps what the calling convention keeps (x18-x30) and the vector
 * registers, and loses the rest. In the simulator a jump to the system-call
 * stub, with the address to return to in x30 (no call: amd64's file says
 * why), also loses x30 and vector registers: of these the calling convention
 * keeps only the lower halves of v8-v15, which the compiler cannot be
 * told, so all count as lost.
 *
 * The message itself lies in the UTCB, hence the "memory" clobber.
 */
#ifndef L4_SYS_ARCH_SYSCALL_H
#define L4_SYS_ARCH_SYSCALL_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

#ifdef VITRINE_SIM
#define L4_ARCH_ENTER "adr x30, 1f\n\tb l4_vitrine_sim_syscall\n1:"
#define L4_ARCH_CLOBBER                                                        \
    "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",     \
        "x15", "x16", "x17", "x30", "v0", "v1", "v2", "v3", "v4", "v5", "v6",  \
        "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16",     \
        "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26",  \
        "v27", "v28", "v29", "v30", "v31", "cc", "memory"
#else
#define L4_ARCH_ENTER "svc #0"
#define L4_ARCH_CLOBBER                                                        \
    "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",     \
        "x15", "x16", "x17", "cc", "memory"
#endif

/* Internal: the system call. Returns the result tag, *label the sender's. */
L4_INLINE l4_umword_t __l4_arch_syscall(l4_umword_t tag, l4_umword_t dest,
                                        l4_umword_t timeouts,
                                        l4_umword_t *label)
{
    l4_umword_t in_label = *label;
    register l4_umword_t x0 __asm__("x0") = tag;
    register l4_umword_t x1 __asm__("x1") = dest;
    register l4_umword_t x2 __asm__("x2") = timeouts;
    register l4_umword_t x3 __asm__("x3") = in_label;
    __asm__ __volatile__(L4_ARCH_ENTER
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                         :
                         : L4_ARCH_CLOBBER);
    l4_umword_t result = x0, out_label = x3;
    *label = out_label;
    return result;
}

#endif
