/*
 * Given: see threads.h.
 */
#include "threads.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/thread.h>

enum { THREADS_MAX = 16, STACK_SIZE = 8192, LOOPS_PER_US = 50 };

static char stacks[THREADS_MAX][STACK_SIZE] __attribute__((aligned(16)));
static unsigned count;

void thread_priority(l4_cap_idx_t thread, unsigned priority)
{
    l4_sched_param_t params = l4_sched_param(priority, 0);
    l4_scheduler_run_thread(l4re_env()->scheduler, thread, &params);
}

l4_cap_idx_t thread_start(void (*function)(void), unsigned priority)
{
    const l4re_env_t *env = l4re_env();
    l4_cap_idx_t cap = l4re_util_cap_alloc();
    l4_addr_t utcb = env->first_free_utcb + count * L4_UTCB_OFFSET;
    l4_addr_t sp = l4_align_stack_for_direct_fncall(
        (l4_addr_t)(stacks[count] + STACK_SIZE));
    count++;

    l4_factory_create_thread(env->factory, cap);
    l4_thread_control_start();
    l4_thread_control_pager(env->rm);
    l4_thread_control_exc_handler(env->rm);
    l4_thread_control_bind((l4_utcb_t *)utcb, L4_BASE_TASK_CAP);
    l4_thread_control_commit(cap);
    thread_priority(cap, priority);
    l4_thread_ex_regs(cap, (l4_addr_t)function, sp, 0);
    return cap;
}

void work(unsigned us)
{
    volatile unsigned x = 0;
    for (unsigned i = 0; i < us * LOOPS_PER_US; i++)
        x += i;
}
