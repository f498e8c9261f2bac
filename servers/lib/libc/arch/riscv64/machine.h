/* What the C library's glue must know of riscv64. */
#ifndef ARCH_MACHINE_H
#define ARCH_MACHINE_H

#include <l4/sys/thread.h>

#define ARCH_MACHINE_NAME "riscv64"

/* The thread pointer is register tp; the kernel sets it in the thread's
 * frame, with the operation the other architectures have. 0, or -1. */
static inline int arch_set_thread_pointer(l4_cap_idx_t thread,
                                          unsigned long base)
{
    return l4_error(l4_thread_riscv_set_tp(thread, base)) < 0 ? -1 : 0;
}

#endif
