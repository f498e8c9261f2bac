/*
 * Cancellation points: system calls a thread may be cancelled in.
 *
 * musl lets these calls go through a piece of assembly, so that its signal
 * handler can tell "not yet in the kernel" from "there". Without signals a
 * plain function does: look for the request, then call; a request that comes
 * later interrupts the waiting itself (threads.h, thread_interrupt()), and
 * musl looks again when a call returns -EINTR. The three marks are never
 * compared with anything, but musl's handler names them.
 */
#include "calls.h"

GLUE_HIDDEN long __cancel(void);
GLUE_HIDDEN long __vitrine_syscall(long n, long a, long b, long c, long d,
                                   long e, long f);
GLUE_HIDDEN long __syscall_cp_asm(volatile int *cancel, long n, long a, long b,
                                  long c, long d, long e, long f);

GLUE_HIDDEN extern const char __cp_begin[1], __cp_end[1], __cp_cancel[1];
const char __cp_begin[1], __cp_end[1], __cp_cancel[1];

long __syscall_cp_asm(volatile int *cancel, long n, long a, long b, long c,
                      long d, long e, long f)
{
    if (*cancel)
        return __cancel();
    return __vitrine_syscall(n, a, b, c, d, e, f);
}
