/*
 * l4_assert(): a check that works before and without a C library. A failed
 * one prints where it is on the kernel console and ends the thread.
 * Source: ABI.md appendix A, assert.h.
 */
#ifndef L4_SYS_ASSERT_H
#define L4_SYS_ASSERT_H

#include <l4/sys/compiler.h>
#include <l4/sys/kdebug.h>

/* Prints `text` and never returns. */
L4_INLINE L4_NORETURN void l4_assert_abort(const char *text)
{
    l4_kd_outstring(text);
    l4_kd_outchar('\n');
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

L4_INLINE void l4_assert_fn(unsigned expr, const char *text)
{
    if (L4_UNLIKELY(!expr))
        l4_assert_abort(text);
}

#ifdef NDEBUG
#define l4_assert(expr) ((void)(0 && (expr)))
#define l4_check(expr)  ((void)(expr))
#else
#define l4_assert(expr)                                                        \
    l4_assert_fn(!!(expr), __FILE__                                            \
                 ":" L4_stringify(__LINE__) ": assertion failed: " #expr)
#define l4_check(expr) l4_assert(expr)
#endif

#endif
