/*
 * A thread in one call. Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_THREAD_H
#define L4_UTIL_THREAD_H

#include <l4/sys/scheduler.h>
#include <l4/sys/types.h>
#include <l4/sys/utcb.h>

L4_BEGIN_DECLS

/*
 * Makes a thread in the free slot `id`, gives it its UTCB, pager (its exception
 * handler, too) and task, and lets it run from pc with stack pointer sp.
 * 0, or the first error of a kernel object; the slot is then empty again.
 */
long l4util_create_thread(l4_cap_idx_t id, l4_utcb_t *thread_utcb,
                          l4_cap_idx_t factory, l4_umword_t pc, l4_umword_t sp,
                          l4_cap_idx_t pager, l4_cap_idx_t task,
                          l4_cap_idx_t scheduler, l4_sched_param_t scp);

L4_END_DECLS

/*
 * A function that such a thread may begin with, which never returns:
 * L4UTIL_THREAD_FUNC(name) { ...; for (;;) ...; } Nobody has called it, so on
 * x86_64 its stack is first made what a function expects.
 */
#if defined __x86_64__
#define L4UTIL_THREAD_FUNC(name)                                               \
    L4_BEGIN_DECLS                                                             \
    L4_NORETURN void name(void);                                               \
    L4_NORETURN __attribute__((used)) void name##_begun__(void);               \
    L4_END_DECLS                                                               \
    __asm__(".pushsection .text\n"                                             \
            ".globl " #name "\n"                                               \
            ".type " #name ", @function\n" #name ":\n"                         \
            "and $-16, %rsp\n"                                                 \
            "push $0\n"                                                        \
            "jmp " #name "_begun__\n"                                          \
            ".popsection");                                                    \
    void name##_begun__(void)
#else
#define L4UTIL_THREAD_FUNC(name)                                               \
    L4_BEGIN_DECLS                                                             \
    L4_NORETURN void name(void);                                               \
    L4_END_DECLS                                                               \
    void name(void)
#endif

#endif
