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
 * that is higher, until it blocks, answers or is pre-empted.
 *
 * I1  bit p of the bitmap is set <=> queue p is not empty.
 * I2  current is READY or NULL at kernel exit.
 * I3  no pointer of struct cpu names a DEAD thread.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "thread.h"

enum { SCHED_MAX_CPUS = 32, SCHED_PRIOS = 256 };
enum { SCHED_TICK_NS = 1000000 }; /* bound on the KIP clock's age */

struct cpu {
    struct thread *current;
    struct thread *direct; /* runs next by donation */
    unsigned direct_prio;
    bool donated;          /* current runs on another's time slice */
    unsigned current_prio; /* effective, at least current->prio */
    struct thread *slice_owner;
    uint64_t slice_end;      /* ns */
    uint64_t switched_at;    /* ns */
    uint64_t tick_at, armed; /* ns */
    uint64_t idle_ns;
    struct object *leaving; /* pinned dead task, its space active here yet */
    struct timeout_queue timeouts;
    uint64_t bitmap[SCHED_PRIOS / 64];
    struct list queue[SCHED_PRIOS];
};

extern struct cpu sched_cpus[SCHED_MAX_CPUS];

static inline struct cpu *sched_cpu(void)
{
    return &sched_cpus[port_cpu()];
}

/* The thread whose trap is handled; NULL: the CPU was idle. */
static inline struct thread *sched_current(void)
{
    return sched_cpu()->current;
}

void sched_init(uint64_t default_slice_ns, unsigned cpus);
extern uint64_t sched_default_slice;
extern unsigned sched_cpu_count; /* online: 0 .. sched_cpu_count - 1 */

/* t becomes READY at the tail of its priority. Idempotent. */
void sched_ready(struct thread *t);
/* t leaves the ready queue for `state`. Idempotent. */
void sched_block(struct thread *t, enum thread_state state);
/* The current thread's call made `to` ready: run it next on this slice. */
void sched_donate(struct thread *to);
/* t is dead: it neither runs nor owns the time slice any more. */
void sched_forget(struct thread *t);
void sched_set_params(struct thread *t, unsigned prio, uint64_t slice_ns);
/* The current thread gives the CPU to its equals. (Not sched_yield: the
 * simulator is linked with a C library that has one, and would take ours.) */
void sched_give_way(void);
/* The timer struck: expired slices, timeouts. */
void sched_timer(void);
/* Chooses and switches to the next thread; NULL: idle. Arms the timer. */
struct thread *sched_next(void);
/* No thread will run in t's space again: CPUs where it is active leave it,
 * others than this one soon, and keep t pinned until then. */
void sched_leave_space(struct task *t);
/* This CPU enters the kernel: leaves a space that waits for it. */
void sched_left_space(struct cpu *c);
/* At what priority sched_next() would run somebody, -1: nobody. */
int sched_next_prio(void);
/* CPU time of t up to now, ns. */
uint64_t sched_thread_time(const struct thread *t);
void sched_check(void);

#endif
