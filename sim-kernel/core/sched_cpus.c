/*
 * Scheduler: what one CPU does to the threads of another (see sched.h).
 *
 * All of it happens under the kernel lock, so queues of another CPU are as
 * good as the own. What is not is a thread that runs there in user mode: its
 * registers are in that CPU. Three ways to deal with it, the cheapest first:
 *
 *   kick    the CPU comes into the kernel soon and looks at its queues; what
 *           it is asked to do at its exit are its chores: move its current
 *           thread to another home, leave a dead address space
 *   halt    the CPU is out of user mode on return; registers can be read and
 *           changed, the thread goes on where it was
 *   recall  the same, and the thread is not current any more: whatever trap
 *           it made in that moment did not happen (killed, set elsewhere)
 *
 * A thread is moved by its own CPU, at kernel exit, because a system call it
 * may just have made has to be done first, and is done there.
 */
#include "sched.h"
#include "kassert.h"
#include "task.h"
#include "trace.h"
#include "work.h"

void sched_recall(struct thread *t)
{
    struct cpu *c = sched_home(t);
    if (!sched_runs_elsewhere(t))
        return;
    port_stop(c->number);
    sched_unset_current(c);
    c->recalled = t->object.id;
    c->chores = true;
    trace_who[c->number] = (struct trace_who){0, 0};
}

/* An order for c's next kernel exit. */
static void sched_order(struct cpu *c)
{
    c->chores = true;
    sched_kick(c);
}

/* t runs nowhere, or here and its trap is done. */
static void sched_move_now(struct thread *t, unsigned cpu)
{
    uint64_t when = t->timeout.node.key;
    bool waits = timeout_is_set(&t->timeout);
    sched_leave_home(t);
    timeout_cancel(&t->timeout);
    t->cpu = t->next_cpu = (uint8_t)cpu; /* keeps I4 */
    if (waits)
        sched_set_timeout(t, when);
    if (t->state == THREAD_READY) {
        sched_enter_home(t);
        sched_kick(sched_home(t));
    }
}

void sched_move(struct thread *t, unsigned cpu)
{
    kassert(cpu < sched_cpu_count);
    t->next_cpu = (uint8_t)cpu;
    if (cpu == t->cpu)
        return;
    if (sched_home(t)->current == t)
        sched_order(sched_home(t));
    else
        sched_move_now(t, cpu);
}

void sched_raise_later(struct thread *t)
{
    thread_watch(t, WATCH_RAISE, true);
    sched_kick(sched_home(t));
}

void sched_leave_space(struct task *t)
{
    for (unsigned i = 0; i < sched_cpu_count; i++) {
        struct cpu *c = &sched_cpus[i];
        if (!port_space_is_active(&t->mem.port, i))
            continue;
        if (c == sched_cpu()) {
            port_space_activate(NULL);
            continue;
        }
        kassert(!c->leaving); /* one space is active at a time */
        c->leaving = &t->object;
        object_pin(c->leaving);
        sched_order(c);
    }
}

void sched_stop_others(void)
{
    for (unsigned i = 0; i < sched_cpu_count; i++)
        if (i != port_cpu())
            port_stop(i);
}

void sched_set_rest(unsigned cpu, enum sched_rest why, bool rests)
{
    struct cpu *c = &sched_cpus[cpu];
    work_done(1);
    c->rests = (uint8_t)(rests ? c->rests | why : c->rests & ~why);
    trace_event(VTR_REST, 0, cpu, !!(c->rests & REST_OFF),
                !!(c->rests & REST_ASLEEP), 0, 0, 0);
    sched_kick(c);
}

uint32_t sched_online(void)
{
    uint32_t online = 0;
    for (unsigned i = 0; i < sched_cpu_count; i++)
        if (!(sched_cpus[i].rests & REST_OFF))
            online |= 1u << i;
    return online;
}

void sched_do_chores(struct cpu *c)
{
    struct thread *t = c->current;
    c->chores = false;
    if (c->recalled)
        trace_event(VTR_SWITCH, 0, 0, c->recalled, 0, 0, 0, 0);
    c->recalled = 0;
    if (c->leaving) {
        port_space_activate(NULL);
        object_unpin(c->leaving);
        c->leaving = NULL;
    }
    if (t && t->next_cpu != t->cpu)
        sched_move_now(t, t->next_cpu);
}
