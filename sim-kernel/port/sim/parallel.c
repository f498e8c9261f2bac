/*
 * Several simulated CPUs, each on a host thread of its own (--parallel).
 *
 *      host thread of CPU n:   lock --- kernel, models --- unlock
 *                               ^                            |
 *                               +--- in_user = 0 <-- user code (in_user = 1)
 *
 * One lock covers the kernel and all models; only user code runs without it
 * (and the signal door, which touches nothing but its own CPU). So all of the
 * rest is written as for one host thread; sim_machine.cpu and .now are put
 * right whenever the lock is taken.
 *
 * A CPU is called out of user code by using up its budget. The step hook of
 * the user's code counts in the same word without a lock, so that may be
 * lost: parallel_stop() does it until it is heard, parallel_kick() leaves it
 * to the end of the piece (PIECE_STEPS) at the latest. Code that makes no
 * step, a loop in assembly, holds up the machine (docs/caveats.md).
 *
 * Virtual time: a CPU's own steps make its time, as always; one that is more
 * than WINDOW_NS ahead of another that runs waits for it. Runs are not
 * reproducible: who gets the lock first is the host's choice.
 *
 * I1  in_user is set by the CPU itself under the lock, and taken back without
 *     it, before it asks for the lock: who waits for that never waits for
 *     somebody who needs the lock.
 */
#include "cpus.h"
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>

enum { PIECE_STEPS = 2000, WINDOW_NS = 20000 };

static pthread_mutex_t kernel_lock = PTHREAD_MUTEX_INITIALIZER;
/* Somebody was kicked, or time went on. */
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;

/* How many wait for the lock: a long operation lets them in at its next
 * preemption point. */
static atomic_uint waiting;

bool parallel_is_wanted(void)
{
    return atomic_load_explicit(&waiting, memory_order_relaxed);
}

static void kernel_take(struct cpu *c)
{
    atomic_fetch_add_explicit(&waiting, 1, memory_order_relaxed);
    pthread_mutex_lock(&kernel_lock);
    atomic_fetch_sub_explicit(&waiting, 1, memory_order_relaxed);
    cpu_select(c->number);
}

static void kernel_release(void)
{
    pthread_mutex_unlock(&kernel_lock);
}

/* Lets others have the lock for a moment. */
static void kernel_give_way(struct cpu *c)
{
    kernel_release();
    sched_yield();
    kernel_take(c);
}

static void budget_take(struct cpu *c)
{
    __atomic_store_n(&hw_cpu_block(c->cpu)->budget, -1, __ATOMIC_RELAXED);
}

void parallel_kick(struct cpu *c)
{
    if (atomic_load_explicit(&c->in_user, memory_order_relaxed))
        budget_take(c);
    pthread_cond_broadcast(&news);
}

void parallel_stop(struct cpu *c)
{
    while (atomic_load_explicit(&c->in_user, memory_order_acquire)) {
        budget_take(c);
        sched_yield();
    }
}

static void stop_others(void)
{
    for (unsigned i = 0; i < cpu_count; i++)
        if (i != sim_machine.cpu)
            parallel_stop(&cpus[i]);
}

/* Into user code (hw_cpu_around()). */
static bool user_out(void *data)
{
    struct cpu *c = data;
    if (c->kicked != HW_NEVER || !hw_mmu_enter(sim_machine.mmu))
        return false;
    atomic_store_explicit(&c->in_user, true, memory_order_relaxed);
    kernel_release();
    return true;
}

static bool user_back(void *data)
{
    struct cpu *c = data;
    atomic_store_explicit(&c->in_user, false, memory_order_release);
    kernel_take(c);
    hw_mmu_leave(sim_machine.mmu);
    return core_frame() == c->frame;
}

static void cpu_run_piece(struct cpu *c, struct port_frame *f)
{
    struct hw_trap trap;
    int64_t steps, budget = machine_budget(cpu_due(c->number));
    c->frame = f;
    if (budget > PIECE_STEPS)
        budget = PIECE_STEPS;
    machine_set_clock(hw_cpu_block(c->cpu), budget);
    hw_cpu_run(c->cpu, &f->regs, budget, &trap, &steps);
    port_work((unsigned)steps);
    if (core_frame() == f)
        machine_trap(f, &trap);
    if (steps == 0 && trap.kind == HW_TRAP_BUDGET)
        kernel_give_way(c); /* a space it conflicts with has its turn */
}

/* The time of the one furthest behind of the others that run (or are about
 * to: kicked), HW_NEVER: all idle. */
static uint64_t others_least(const struct cpu *c)
{
    uint64_t least = HW_NEVER;
    for (unsigned i = 0; i < cpu_count; i++) {
        const struct cpu *o = &cpus[i];
        uint64_t from = o->idle ? o->kicked : o->now;
        uint64_t now = from > o->now ? from : o->now;
        if (o != c && from != HW_NEVER && now < least)
            least = now;
    }
    return least;
}

/* Is c further ahead than it may be, of one that runs or will at a time? */
static bool cpu_is_ahead(const struct cpu *c)
{
    uint64_t least = others_least(c);
    for (unsigned i = 0; i < cpu_count; i++)
        if (&cpus[i] != c && cpus[i].idle && cpu_due(i) < least)
            least = cpu_due(i);
    return least != HW_NEVER && sim_machine.now > least + WINDOW_NS;
}

/* Those that wait for a time are told; then not too far ahead of others. */
static void cpu_keep_pace(struct cpu *c)
{
    for (unsigned i = 0; i < cpu_count; i++)
        if (cpus[i].idle && cpu_due(i) <= sim_machine.now)
            pthread_cond_broadcast(&news);
    while (cpu_is_ahead(c) && c->kicked == HW_NEVER) {
        kernel_give_way(c);
        machine_check_limits();
    }
    machine_pace();
}

/* Is there something to do for the idle CPU c? *ret_when: since when. */
static bool cpu_is_wanted(struct cpu *c, uint64_t *ret_when)
{
    uint64_t due = cpu_due(c->number), time = others_least(c);
    if (c->kicked != HW_NEVER) {
        *ret_when = c->kicked;
        return true;
    }
    if (cpus_are_idle()) { /* time goes on to the next event of any */
        cpus_idle();
        cpu_select(c->number);
        pthread_cond_broadcast(&news);
        due = cpu_due(c->number);
        time = cpus[0].now;
        if (c->number == 0)
            time = sim_machine.now;
    }
    *ret_when = due;
    return due != HW_NEVER && time != HW_NEVER && due <= time;
}

/* Nothing to do until kicked, or until its next event's time has come. */
static void cpu_wait(struct cpu *c)
{
    uint64_t when;
    c->idle = true;
    while (!cpu_is_wanted(c, &when)) {
        pthread_cond_wait(&news, &kernel_lock);
        cpu_select(c->number);
    }
    if (when > sim_machine.now)
        sim_machine.now = when;
    c->idle = false;
}

static _Noreturn void *cpu_main(void *data)
{
    struct cpu *c = data;
    kernel_take(c);
    for (;;) {
        c->kicked = HW_NEVER;
        if (machine_irq_waits())
            cpu_deliver(c);
        struct port_frame *f = core_next();
        if (f)
            cpu_run_piece(c, f);
        else if (parallel_is_wanted()) /* it may have stopped for that */
            kernel_give_way(c);
        else if (!machine_irq_waits())
            cpu_wait(c);
        machine_check_limits();
        cpu_keep_pace(c);
    }
}

void parallel_run(void)
{
    sigset_t asked, old;
    hw_mmu_parallel(sim_machine.mmu, stop_others);
    pthread_mutex_lock(&kernel_lock);
    sigemptyset(&asked);
    sigaddset(&asked, SIGINT);
    sigaddset(&asked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &asked, &old); /* CPU 0's host thread asks */
    for (unsigned i = 0; i < cpu_count; i++) {
        pthread_t thread;
        hw_cpu_around(cpus[i].cpu, user_out, user_back, &cpus[i]);
        int error = i ? pthread_create(&thread, NULL,
                                       (void *(*)(void *))cpu_main, &cpus[i])
                      : 0;
        if (error)
            sim_die("cannot start CPU %u: %s", i, strerror(error));
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    kernel_release();
    cpu_main(&cpus[0]);
}
