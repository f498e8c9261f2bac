/*
 * May a page be read or written? A thread of its own tries; if it cannot, its
 * page fault becomes an exception, which comes here as the thread's answer.
 *
 *      main                       helper
 *      {address, write} --call--> *address
 *      0 <----------------------- done, or
 *      exception <--------------- (the kernel's, in its name)
 *
 * The helper uses no C library. One helper at a time, made by touch_start().
 */
#ifndef TOUCH_H
#define TOUCH_H

#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/thread.h>
#include <stdbool.h>

static l4_cap_idx_t touch_thread;
static char touch_stack[4096] __attribute__((aligned(16)));

static void touch_run(void)
{
    for (;;) {
        l4_umword_t label;
        l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        volatile char *at = (volatile char *)l4_utcb_mr()->mr[0];
        bool writes = l4_utcb_mr()->mr[1];
        char value = *at;
        if (writes)
            *at = (char)l4_utcb_mr()->mr[2];
        l4_utcb_mr()->mr[0] = (unsigned char)value;
        l4_ipc_reply(L4_INVALID_REPLY_CAP, l4_utcb(), l4_msgtag(0, 1, 0, 0),
                     L4_IPC_BOTH_TIMEOUT_0);
    }
}

static void touch_begin(void)
{
    l4_addr_t top = l4_align_stack_for_direct_fncall(
        (unsigned long)(touch_stack + sizeof touch_stack));
    l4_thread_ex_regs(touch_thread, (l4_addr_t)touch_run, top,
                      L4_THREAD_EX_REGS_CANCEL);
}

static inline void touch_start(void)
{
    const l4re_env_t *env = l4re_env();
    l4_sched_param_t sp = l4_sched_param(2, 0);
    touch_thread = l4re_util_cap_alloc();
    l4_factory_create_thread(env->factory, touch_thread);
    l4_thread_control_start();
    l4_thread_control_pager(env->rm);
    l4_thread_control_exc_handler(env->main_thread);
    l4_thread_control_bind((l4_utcb_t *)env->first_free_utcb, L4_BASE_TASK_CAP);
    l4_thread_control_commit(touch_thread);
    l4_scheduler_run_thread(env->scheduler, touch_thread, &sp);
    touch_begin();
}

/* One try; the byte that was there, or -1: a fault nobody answered. */
static inline int touch(const void *at, bool writes, char value)
{
    l4_utcb_mr()->mr[0] = (l4_umword_t)at;
    l4_utcb_mr()->mr[1] = writes;
    l4_utcb_mr()->mr[2] = (unsigned char)value;
    l4_msgtag_t tag = l4_ipc_call(touch_thread, l4_utcb(),
                                  l4_msgtag(0, 3, 0, 0), L4_IPC_NEVER);
    if (!l4_msgtag_has_error(tag) && !l4_msgtag_is_exception(tag))
        return (int)l4_utcb_mr()->mr[0];
    touch_begin();
    return -1;
}

static inline bool can_read(const void *at)
{
    return touch(at, false, 0) >= 0;
}

static inline bool can_write(void *at)
{
    return touch(at, true, 1) >= 0;
}

#endif
