/*
 * All threads of a task together: their CPU time, and holding them. The task is
 * a second one with this program's image, so that its threads are seen here.
 */
#include "harness.h"
#include <l4/sys/kip.h>
#include <l4/vitrine/trace.h>

enum { WAITS = 99, LABEL = 0x40, NAP_US = 3000, SPIN_PRIO = 2 };

static struct space other;
static struct worker one, two;
static volatile l4_umword_t turns;
static volatile long code;
static l4_cap_idx_t gate;

static void spin(void *arg)
{
    (void)arg;
    for (;;)
        turns++;
}

/* Calls, and then spins. */
static void call_then_spin(void *arg)
{
    code = ipc_code(
        l4_ipc_call(gate, l4_utcb(), l4_msgtag(3, 0, 0, 0), L4_IPC_NEVER));
    spin(arg);
}

static void start(void)
{
    turns = 0;
    code = WAITS;
    space_make(&other);
}

static void run(struct worker *w, void (*fn)(void *))
{
    worker_make_in(w, &other);
    worker_run(w, fn, 0, SPIN_PRIO);
}

static long hold(int on)
{
    return result(l4_vitrine_task_hold(other.task, on));
}

static l4_kernel_clock_t used(void)
{
    l4_kernel_clock_t us = 0;
    CHECK_EQ(result(l4_vitrine_task_time(other.task, &us)), 0);
    return us;
}

/* Waits until somebody turns (again). */
static void wait_for_turns(void)
{
    l4_umword_t before = turns;
    l4_kernel_clock_t time = used();
    while (turns == before || used() == time)
        l4_ipc_sleep_us(NAP_US);
}

/* Nobody does. All are on this CPU. The kernel stops a held thread when it
 * would run next, which takes a moment of that thread's time: so there is a nap
 * before. */
static void check_rest(void)
{
    l4_ipc_sleep_us(NAP_US);
    l4_umword_t before = turns;
    l4_kernel_clock_t time = used();
    l4_ipc_sleep_us(NAP_US);
    CHECK_EQ(turns, before);
    CHECK_EQ(used(), time);
}

static void a_held_task_uses_no_time(void)
{
    start();
    run(&one, spin);
    run(&two, spin);
    wait_for_turns();
    PROVE("vitrine_debugger", "success", hold(1), 0);
    check_rest();
    CHECK_EQ(hold(1), 0);
    check_rest();
    CHECK_EQ(hold(0), 0);
    wait_for_turns();
    worker_delete(&one);
    worker_delete(&two);
    space_delete(&other);
}

static void who_serves_it_is_served_as_always(void)
{
    l4_umword_t label = 0;
    start();
    gate = gate_to(MAIN_CAP, LABEL);
    space_give(&other, gate, L4_CAP_FPAGE_RWS);
    run(&one, call_then_spin);
    CHECK_EQ(l4_msgtag_label(l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER)), 3);
    CHECK_EQ(hold(1), 0);
    CHECK_EQ(
        ipc_code(l4_ipc_send(L4_INVALID_CAP | L4_SYSF_REPLY, l4_utcb(),
                             l4_msgtag(0, 0, 0, 0), L4_IPC_BOTH_TIMEOUT_0)),
        0);
    check_rest();
    CHECK_EQ(code, WAITS);
    CHECK_EQ(hold(0), 0);
    wait_for_turns();
    CHECK_EQ(code, 0); /* it has had its answer all the time */
    worker_delete(&one);
    space_delete(&other);
}

static void who_starts_in_a_held_task_waits(void)
{
    start();
    CHECK_EQ(hold(1), 0);
    run(&one, spin);
    check_rest();
    CHECK_EQ(result(l4_thread_ex_regs(one.cap, ~0ul, ~0ul, 0)), 0);
    check_rest();
    l4_sched_param_t p = l4_sched_param(SPIN_PRIO, 0);
    CHECK_EQ(
        result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, one.cap, &p)), 0);
    check_rest();
    CHECK_EQ(result(l4_vitrine_check(L4_BASE_DEBUGGER_CAP)), 0);
    CHECK_EQ(hold(0), 0);
    wait_for_turns();
    worker_delete(&one);
    space_delete(&other);
}

static void a_held_task_can_be_ended(void)
{
    start();
    run(&one, spin);
    run(&two, spin);
    CHECK_EQ(hold(1), 0);
    worker_delete(&one);
    CHECK_EQ(result(l4_vitrine_check(L4_BASE_DEBUGGER_CAP)), 0);
    space_delete(&other);
    CHECK(!cap_is_there(other.task));
    worker_delete(&two);
}

static l4_kernel_clock_t time_of(const struct worker *w)
{
    l4_kernel_clock_t us = 0;
    CHECK_EQ(result(l4_thread_stats_time(w->cap, &us)), 0);
    return us;
}

static void time_is_that_of_all_threads(void)
{
    l4_kernel_clock_t both, sum;
    start();
    CHECK_EQ(used(), 0);
    run(&one, spin);
    run(&two, spin);
    while (!time_of(&one) || !time_of(&two))
        l4_ipc_sleep_us(NAP_US);
    CHECK_EQ(hold(1), 0);
    l4_ipc_sleep_us(NAP_US);
    sum = used();
    both = time_of(&one) + time_of(&two);
    CHECK(sum - both <= 1); /* each was cut to us */
    worker_delete(&one);
    l4_ipc_sleep_us(1);
    CHECK_EQ(used(), sum); /* of one that has ended, too */
    worker_delete(&two);
    space_delete(&other);
}

static void only_tasks_can_be_held(void)
{
    l4_kernel_clock_t us = WAITS;
    PROVE("vitrine_debugger",
          "trace_task, task_time, task_hold: no capability, or not a task's",
          result(l4_vitrine_task_hold(MAIN_CAP, 1)), -L4_EINVAL);
    CHECK_EQ(result(l4_vitrine_task_hold(cap_new(), 1)), -L4_EINVAL);
    CHECK_EQ(result(l4_vitrine_task_time(MAIN_CAP, &us)), -L4_EINVAL);
    CHECK_EQ(us, WAITS);
}

const struct kernel_test hold_tests[] = {
    {"hold: a held task uses no time", a_held_task_uses_no_time},
    {"hold: who serves it is served as always",
     who_serves_it_is_served_as_always},
    {"hold: who starts in a held task waits", who_starts_in_a_held_task_waits},
    {"hold: a held task can be ended", a_held_task_can_be_ended},
    {"hold: time is that of all threads", time_is_that_of_all_threads},
    {"hold: only tasks can be held", only_tasks_can_be_held},
    {0, 0},
};
