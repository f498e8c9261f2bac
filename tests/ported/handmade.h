/*
 * Ported programs: a thread made by hand, without the C library: capability,
 * UTCB, stack, start.
 */
#ifndef HANDMADE_H
#define HANDMADE_H

#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/c/util/kumem_alloc.h>
#include <l4/re/consts.h>
#include <l4/re/env.h>
#include <l4/sys/debugger.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <l4/util/util.h>
#include <stdio.h>
#include <stdlib.h>

static inline void must(const char *what, long error)
{
    if (error < 0) {
        printf("%s: %ld (%s)\n", what, error, l4sys_errtostr(error));
        exit(1);
    }
}

/* A thread of this task in a new slot; not started, pager as usual, exceptions
 * to `handler`. */
static inline l4_cap_idx_t handmade_thread(l4_cap_idx_t handler, int alien)
{
    l4re_env_t *env = l4re_env();
    l4_cap_idx_t thread = l4re_util_cap_alloc();
    l4_addr_t utcb;
    if (l4_is_invalid_cap(thread))
        must("slot", -L4_ENOMEM);
    must("thread", l4_error(l4_factory_create_thread(env->factory, thread)));
    must("ku_mem",
         l4re_util_kumem_alloc(&utcb, 0, L4RE_THIS_TASK_CAP, env->rm));
    l4_thread_control_start();
    l4_thread_control_pager(env->rm);
    l4_thread_control_exc_handler(handler);
    if (alien)
        l4_thread_control_alien(1);
    l4_thread_control_bind((l4_utcb_t *)utcb, L4RE_THIS_TASK_CAP);
    must("control", l4_error(l4_thread_control_commit(thread)));
    return thread;
}

static inline void handmade_run(l4_cap_idx_t thread, unsigned prio)
{
    l4_sched_param_t sp = l4_sched_param(prio, 0);
    must("run",
         l4_error(l4_scheduler_run_thread(l4re_env()->scheduler, thread, &sp)));
}

/* What a function started at the end of stack[size] wants as its sp. */
static inline l4_addr_t handmade_sp(char *stack, unsigned size)
{
    return l4_align_stack_for_direct_fncall((l4_addr_t)stack + size);
}

#endif
