/*
 * Cancellation points: system calls a thread may be cancelled in.
 *
 * musl lets these calls go through a piece of assembly, so that its signal
 * handler can tell "not yet in the kernel" from "there". Without signals a
 * plain function does: look for the request, then call; a request that comes
 * later interrupts the waiting itself (threads.h, thread_interrupt()), and
 * musl looks again when a call returns -EINTR. Two of the marks are there
 * because musl's handler names them; the third, __cp_cancel, is where it lets a
 * thread go on that computes and may be cancelled at once (arch/.../switch.S).
 */
#include "calls.h"

GLUE_HIDDEN long __cancel(void);
GLUE_HIDDEN long __vitrine_syscall(long n, long a, long b, long c, long d,
                                   long e, long f);
GLUE_HIDDEN long __syscall_cp_asm(volatile int *cancel, long n, long a, long b,
                                  long c, long d, long e, long f);

GLUE_HIDDEN extern const char __cp_begin[1], __cp_end[1];
const char __cp_begin[1], __cp_end[1];

long __syscall_cp_asm(volatile int *cancel, long n, long a, long b, long c,
                      long d, long e, long f)
{
    if (*cancel)
        return __cancel();
    return __vitrine_syscall(n, a, b, c, d, e, f);
}
