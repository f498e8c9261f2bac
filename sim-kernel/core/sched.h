/*
 * Scheduler: who runs next.
 *
 * Fixed priorities 1..255, round robin among equals, one set of ready queues
 * per CPU:
 *
 *      bitmap of priorities      queue[255] -> t -> t
 *                                queue[  2] -> t
 *
 * The running thread stays on its queue. A call donates the rest of the
 * caller's time slice: the receiver runs next, at the caller's priority if
 * that is higher, until it blocks, answers or is pre-empted. A thread that
 * got the CPU straight from another by a message (sched_hand_over) is put on
 * its queue only when somebody else comes to queues of its CPU, or the CPU
 * looks at them: mostly it has handed the CPU back before.
 *
 * Each thread has a home, the CPU whose queues it is on and whose timer
 * serves its timeouts; only sched_move() changes it. What one CPU does to
 * threads of another it does under the kernel lock, in the other's queues;
 * then it kicks that CPU if somebody else should run there (sched_cpus.c).
 *
 * I1  bit p of the bitmap is set <=> queue p is not empty.
 * I2  current is READY or NULL at kernel exit.
 * I3  no pointer of struct cpu names a DEAD thread.
 * I4  whoever is on a CPU's queues or its current has that CPU as home, so
 *     no thread runs on two.
 * I5  a READY thread is on its queue, or it is current and nothing was put on
 *     a queue of its CPU since it became that: so its place is the last.
 * I6  `highest` is the highest priority whose queue is not empty, -1: none.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "thread.h"

enum { SCHED_MAX_CPUS = 32, SCHED_PRIOS = 256 };
enum { SCHED_TICK_NS = 1000000 }; /* bound on the KIP clock's age */

/* Why a CPU runs nobody, whoever is READY there. Interrupts, and timeouts of
 * threads at home there, are served all the same. */
enum sched_rest { REST_OFF = 1, REST_ASLEEP = 2 };

struct cpu {
    unsigned number;
    union {
        struct {
            bool chores;   /* something is to be done at its next kernel exit */
            uint8_t rests; /* REST_*: it runs nobody */
            bool long_way; /* ipc_fast.c is switched off */
            bool traced;   /* trace_on */
        };
        uint32_t busy; /* any of these: not the shortest way (ipc_fast.c) */
    };
    int highest; /* I6 */
    struct thread *current;
    struct thread *direct; /* runs next by donation */
    int direct_prio;
    bool donated;     /* current runs on another's time slice */
    int current_prio; /* effective, at least current->prio */
    struct thread *slice_owner;
    uint64_t slice_end;      /* ns */
    uint64_t switched_at;    /* ns */
    uint64_t tick_at, armed; /* ns */
    uint64_t idle_ns;
    uint32_t recalled;      /* debugger id of who was recalled, 0: nobody */
    struct object *leaving; /* pinned dead task, its space active here yet */
    struct timeout_queue timeouts;
    uint64_t bitmap[SCHED_PRIOS / 64];
    struct list queue[SCHED_PRIOS];
} __attribute__((aligned(8192))); /* found by a shift */

extern struct cpu sched_cpus[SCHED_MAX_CPUS];

static inline struct cpu *sched_cpu(void)
{
    return &sched_cpus[port_cpu()];
}

static inline struct cpu *sched_home(const struct thread *t)
{
    return &sched_cpus[t->cpu];
}

/* The thread whose trap is handled; NULL: the CPU was idle, or another CPU
 * took the thread away before its trap came to be handled. */
static inline struct thread *sched_current(void)
{
    return sched_cpu()->current;
}

void sched_init(uint64_t default_slice_ns, unsigned cpus);
extern uint64_t sched_default_slice;
extern unsigned sched_cpu_count; /* present: 0 .. sched_cpu_count - 1 */

/* t becomes READY at the tail of its priority. Idempotent. */
void sched_ready(struct thread *t);
/* t leaves the ready queue for `state`, and its CPU if it is running on
 * another. Idempotent. */
void sched_block(struct thread *t, enum thread_state state);
/* The current thread's call made `to` ready: run it next on this slice. No
 * effect if `to` is at home on another CPU. */
void sched_donate(struct thread *to);
/* t is dead: it neither runs nor owns the time slice any more. */
void sched_forget(struct thread *t);
void sched_set_params(struct thread *t, unsigned prio, uint64_t slice_ns);
/* The current thread gives the CPU to its equals. (Not sched_yield: the
 * simulator is linked with a C library that has one, and would take ours.) */
void sched_give_way(void);
/* The timer struck: expired slices, timeouts. */
void sched_timer(void);
/* Chooses and switches to the next thread; NULL: idle. Arms the timer, and
 * keeps the information page's clock. */
struct thread *sched_next(void);
/* t's timeout, on its home CPU. */
void sched_set_timeout(struct thread *t, uint64_t when);
/* At what priority sched_next() would run somebody, -1: nobody. */
int sched_next_prio(void);
/* CPU time of t up to now, ns. */
uint64_t sched_thread_time(const struct thread *t);
/* Time CPU `cpu` had nothing to do up to now, ns. */
uint64_t sched_idle_time(unsigned cpu);
void sched_check(void);

/* Who runs on c, for records: at each switch, and for all CPUs when tracing is
 * switched on. */
void sched_tell_trace(const struct cpu *c);
/* trace_on has changed: `traced` of all CPUs follows. */
void sched_trace_switched(void);

/* --- from one to the other (ipc_fast.c) -------------------------------- */

/* At what priority would `to` run on the slice in force? At its own if the
 * slice is its own, which comes back (else a partner above it could keep
 * threads between them from the CPU for ever), or that of who runs if higher.
 */
static inline __attribute__((always_inline)) int
sched_direct_prio(const struct cpu *c, const struct thread *to)
{
    int own = to->prio, prio = to == c->slice_owner ? 0 : c->current_prio;
    return own > prio ? own : prio;
}

/* Is somebody on a queue that is above `prio`? */
static inline bool sched_is_above(const struct cpu *c, int prio)
{
    return c->highest > prio;
}

static inline bool sched_is_queued(const struct thread *t)
{
    return !list_is_empty(&t->ready);
}

/* c's current thread leaves its queue, if it is on it. */
void sched_leave_queue(struct cpu *c);
/* Arms the timer, and keeps the information page's clock. */
void sched_tick(struct cpu *c, uint64_t now);

/* `from`, which is current and on no queue, becomes BLOCKED, and `to`, which
 * was BLOCKED and has this CPU, runs at `prio` on its slice at once. Only while
 * nobody is above, the slice has an owner and nothing is in the way (`busy`).
 * The timer stays as it is: it is armed for what stays as it is. */
static inline __attribute__((always_inline)) void
sched_hand_over(struct cpu *c, struct thread *from, struct thread *to, int prio,
                uint64_t now)
{
    from->state = THREAD_BLOCKED;
    to->state = THREAD_READY; /* keeps I5 */
    if (now > c->switched_at)
        from->time_ns += now - c->switched_at;
    c->switched_at = now;
    c->donated = to != c->slice_owner;
    c->current_prio = prio;
    c->current = to;
}

/* The next choice is c's current thread again, by donation. */
static inline void sched_keep(struct cpu *c)
{
    c->direct = c->current;
    c->direct_prio = c->current_prio;
}

/* --- other CPUs (sched_cpus.c) ----------------------------------------- */

/* c is to look at its queues again. No effect for this CPU, which does it
 * anyway. */
static inline void sched_kick(const struct cpu *c)
{
    if (c->number != port_cpu())
        port_ipi(c->number);
}

static inline bool sched_runs_elsewhere(const struct thread *t)
{
    return t->cpu != port_cpu() && sched_home(t)->current == t;
}

/* t's registers are all in its frame until the kernel is left: if it is
 * running on another CPU, that one is stopped. Its trap, if it just made
 * one, is still to come. */
static inline void sched_halt(struct thread *t)
{
    if (sched_runs_elsewhere(t))
        port_stop(t->cpu);
}

/* The same, and the trap it may just have made is forgotten: from now on t is
 * READY like any thread that is not running. */
void sched_recall(struct thread *t);
/* t's home becomes CPU `cpu`; if it is running on another one, at that one's
 * next kernel exit. */
void sched_move(struct thread *t, unsigned cpu);
/* The exception that t is to get is raised before it runs on: after what it
 * may just have asked for. */
void sched_raise_later(struct thread *t);
/* No thread will run in t's space again: CPUs where it is active leave it,
 * others than this one soon, and keep t pinned until then. */
void sched_leave_space(struct task *t);
/* All other CPUs are out of user mode until the kernel is left. */
void sched_stop_others(void);
/* CPU `cpu` rests for that reason, or not (any more), from its next kernel
 * exit on, which is asked for. */
void sched_set_rest(unsigned cpu, enum sched_rest why, bool rests);
/* CPUs that are not off, as a bitmap. */
uint32_t sched_online(void);
/* What others asked this CPU to do at its next kernel exit. */
void sched_do_chores(struct cpu *c);

/* sched.c, for sched_cpus.c alone. */

/* t, which runs on no other CPU, leaves its home: all that names it there. */
void sched_leave_home(struct thread *t);
/* t, in its new home, is READY and goes on its queue there. */
void sched_enter_home(struct thread *t);
/* The current thread of c, which is out of user mode, is none any more. */
void sched_unset_current(struct cpu *c);

#endif
