/*
 * A thread that is stepped by its exception handler, which sets the trap flag
 * in the state it answers with (x86-64): a TAP producer.
 */
#include "tap.h"

#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/thread.h>
#include <l4/sys/utcb.h>
#include <l4/util/util.h>
#include <pthread-l4.h>
#include <pthread.h>

enum { TF = 0x100, DEBUG = 1, BREAKPOINT = 3, WORDS = 8 };

static char stack[16384] __attribute__((aligned(16)));
static volatile long from[WORDS] = {1, 2, 3, 4, 5, 6, 7, 8}, to[WORDS];
static volatile double half = 0.5;
static volatile long sum, slept = -1;
static volatile double quarter;

static __attribute__((noinline)) long one(int i)
{
    to[i] = from[i];
    return to[i];
}

static void stepped(void)
{
    double h = half;

    __asm__ volatile("int3");
    for (int i = 0; i < WORDS; i++)
        sum += one(i);
    slept = l4_ipc_error(
        l4_ipc_sleep(l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(50))),
        l4_utcb());
    quarter = h * half;
    __asm__ volatile("int3");
    l4_sleep_forever();
}

static void start(l4_cap_idx_t t)
{
    l4re_env_t *env = l4re_env();
    l4_sched_param_t param = l4_sched_param(2, 0);

    l4_factory_create_thread(env->factory, t);
    l4_thread_control_start();
    l4_thread_control_pager(env->rm);
    l4_thread_control_exc_handler(pthread_l4_cap(pthread_self()));
    l4_thread_control_bind((l4_utcb_t *)env->first_free_utcb,
                           L4RE_THIS_TASK_CAP);
    env->first_free_utcb += L4_UTCB_OFFSET;
    fact(!l4_error(l4_thread_control_commit(t)), "a_thread_is_made");
    l4_thread_ex_regs(t, (l4_umword_t)stepped,
                      (l4_umword_t)stack + sizeof(stack) - 8, 0);
    l4_scheduler_run_thread(env->scheduler, t, &param);
}

static unsigned steps, sleeps, elsewhere, standing;

static void count(const l4_exc_regs_t *e)
{
    static l4_umword_t last;

    steps++;
    standing += l4_utcb_exc_pc(e) == last;
    last = l4_utcb_exc_pc(e);
    sleeps += slept != -1;
    elsewhere += l4_utcb_exc_typeval(e) != DEBUG;
}

/* Answers with the trap flag set until the thread's second int3. */
static void step(void)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    l4_exc_regs_t *e = l4_utcb_exc_u(l4_utcb());

    fact(l4_msgtag_is_exception(tag) && l4_utcb_exc_typeval(e) == BREAKPOINT,
         "it_begins_with_a_breakpoint");
    do {
        e->flags |= TF;
        tag = l4_ipc_reply_and_wait(
            l4_utcb(), l4_msgtag(0, L4_UTCB_EXCEPTION_REGS_SIZE, 0, 0), &label,
            L4_IPC_NEVER);
        if (l4_utcb_exc_typeval(e) == BREAKPOINT)
            break;
        count(e);
    } while (l4_msgtag_is_exception(tag));
}

int main(void)
{
    l4_cap_idx_t t = l4re_util_cap_alloc();

    start(t);
    step();
    fact(steps > 8 * WORDS && !elsewhere, "each_instruction_is_a_step");
    fact(standing < 4, "each_goes_on");
    fact(sleeps && sleeps < steps, "also_after_a_system_call");
    fact(sum == 36 && to[WORDS - 1] == 8, "memory_is_as_without");
    fact(quarter == 0.25, "and_so_are_registers");
    l4re_util_cap_free_um(t); /* its breakpoint is not answered */
    return tap_end();
}
