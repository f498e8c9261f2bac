/* What the C library's glue must know of aarch64. */
#ifndef ARCH_MACHINE_H
#define ARCH_MACHINE_H

#include <l4/sys/thread.h>

#define ARCH_MACHINE_NAME "aarch64"

/* The thread pointer is what user code reads from TPIDR_EL0. 0, or -1. */
static inline int arch_set_thread_pointer(l4_cap_idx_t thread,
                                          unsigned long base)
{
    return l4_error(l4_thread_arm_set_tpidruro(thread, base)) < 0 ? -1 : 0;
}

#endif
