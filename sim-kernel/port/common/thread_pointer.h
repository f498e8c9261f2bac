/*
 * The one operation on threads of machines that have just a thread pointer,
 * aarch64 and riscv64, in the simulator and in QEMU (ABI.md section 1,
 * Thread); x86-64's are in segments.h.
 */
#ifndef PORT_THREAD_POINTER_H
#define PORT_THREAD_POINTER_H

#include "port.h"
#include <l4/sys/err.h>

/* port_frame_operation(): set it, under the number that Arm has for that. */
static inline long thread_pointer_operation(struct port_frame *f,
                                            const word_t *mr, unsigned words)
{
    enum { OP_THREAD_POINTER = 0x10 };
    if ((mr[0] & 0xffff) != OP_THREAD_POINTER)
        return -L4_ENOSYS;
    if (words < 2)
        return -L4_EMSGTOOSHORT;
    port_frame_set_tp(f, mr[1]);
    return 0;
}

#endif
