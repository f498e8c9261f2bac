/*
 * How musl makes a system call here: it calls a function.
 *
 * musl's C files include "syscall_arch.h" for the one instruction that enters
 * a kernel. This file stands in front of musl's own in the include path, so
 * all of musl, unpatched, ends in __vitrine_syscall() (../glue/dispatch.c).
 * It is the same for every architecture.
 *
 * Not offered: a vDSO (time comes from the kernel information page).
 */
#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

__attribute__((__visibility__("hidden"))) long
__vitrine_syscall(long n, long a, long b, long c, long d, long e, long f);

static inline long __syscall0(long n)
{
    return __vitrine_syscall(n, 0, 0, 0, 0, 0, 0);
}

static inline long __syscall1(long n, long a)
{
    return __vitrine_syscall(n, a, 0, 0, 0, 0, 0);
}

static inline long __syscall2(long n, long a, long b)
{
    return __vitrine_syscall(n, a, b, 0, 0, 0, 0);
}

static inline long __syscall3(long n, long a, long b, long c)
{
    return __vitrine_syscall(n, a, b, c, 0, 0, 0);
}

static inline long __syscall4(long n, long a, long b, long c, long d)
{
    return __vitrine_syscall(n, a, b, c, d, 0, 0);
}

static inline long __syscall5(long n, long a, long b, long c, long d, long e)
{
    return __vitrine_syscall(n, a, b, c, d, e, 0);
}

static inline long __syscall6(long n, long a, long b, long c, long d, long e,
                              long f)
{
    return __vitrine_syscall(n, a, b, c, d, e, f);
}

#define IPC_64 0
