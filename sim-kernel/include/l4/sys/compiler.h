/*
 * What the headers need from the compiler, under L4Re's names.
 *
 * GCC 12 or newer (or clang) in gnu17. Every function of the interface is
 * `static inline`: a program needs no library to make a system call, and the
 * kernel core may include these headers for types and constants alone.
 *
 * Source: ABI.md appendix A, compiler.h; section 4 "API drift".
 */
#ifndef L4_SYS_COMPILER_H
#define L4_SYS_COMPILER_H

#include <l4/sys/linkage.h>

#define L4_INLINE        static inline __attribute__((unused))
#define L4_ALWAYS_INLINE static inline __attribute__((always_inline, unused))
#define L4_NOTHROW
#define L4_NORETURN      __attribute__((noreturn))
#define L4_PURE          __attribute__((pure))
#define L4_CONST         __attribute__((const))
#define L4_NOINLINE      __attribute__((noinline))
#define L4_DEPRECATED(s) __attribute__((deprecated(s)))
#define L4_HIDDEN        __attribute__((visibility("hidden")))
#define L4_EXPORT        __attribute__((visibility("default")))
#define L4_WEAK          __attribute__((weak))
#define L4_NOINSTRUMENT  __attribute__((no_instrument_function))
#define L4_MAY_ALIAS     __attribute__((may_alias))
#define L4_FALLTHROUGH   __attribute__((fallthrough))
#define L4_LIKELY(x)     __builtin_expect(!!(x), 1)
#define L4_UNLIKELY(x)   __builtin_expect(!!(x), 0)
#define L4_STICKY(x)     __attribute__((used)) x
#define L4_CONSTEXPR
#define L4_DEFAULT_PARAM(x)

#define L4_stringify_helper(x) #x
#define L4_stringify(x)        L4_stringify_helper(x)

/* Runs `func` before main(), in rising order of `prio` (101..65535). */
#define L4_DECLARE_CONSTRUCTOR(func, prio)                                     \
    void func##_ctor_func(void) __attribute__((constructor(prio)));            \
    void func##_ctor_func(void)                                                \
    {                                                                          \
        func();                                                                \
    }

/* The compiler may not move memory accesses across. */
L4_INLINE void l4_barrier(void)
{
    __asm__ __volatile__("" : : : "memory");
}

/* Full memory barrier, towards other CPUs and devices. */
L4_INLINE void l4_mb(void)
{
    __sync_synchronize();
}

/* Barrier between writes; here as strong as l4_mb(). */
L4_INLINE void l4_wmb(void)
{
    __sync_synchronize();
}

/* Spins for ever. Prefer l4_sleep_forever(), which leaves the CPU. */
L4_INLINE L4_NORETURN void l4_infinite_loop(void)
{
    for (;;)
        l4_barrier();
}

/*
 * The stack pointer to start a thread with, when its first function is an
 * ordinary C function: the calling convention expects what a call leaves
 * behind (x86-64: a return address above 16-byte alignment).
 */
L4_INLINE unsigned long l4_align_stack_for_direct_fncall(unsigned long stack)
{
    unsigned long aligned = stack & ~15ul;
#if defined(__x86_64__)
    aligned -= 8;
#endif
    return aligned;
}

#endif
