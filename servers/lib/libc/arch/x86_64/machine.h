/* What the C library's glue must know of x86-64. */
#ifndef ARCH_MACHINE_H
#define ARCH_MACHINE_H

#include <l4/sys/segment.h>
#include <l4/sys/utcb.h>

#define ARCH_MACHINE_NAME "x86_64"

/* The thread pointer is the FS base. 0, or -1. */
static inline int arch_set_thread_pointer(l4_cap_idx_t thread,
                                          unsigned long base)
{
    return fiasco_amd64_set_segment_base(thread, L4_AMD64_SEGMENT_FS, base,
                                         l4_utcb()) < 0
               ? -1
               : 0;
}

#endif
