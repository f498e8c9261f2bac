/*
 * A POSIX thread is an L4 thread: what the library remembers of each.
 *
 *   FREE -> LIVE -> ENDED -> (object deleted by the next user) -> LIVE ...
 *
 * A thread cannot give back what it stands on. So on its way out it moves to
 * a small stack of its slot, marks the slot ENDED and deletes itself; whoever
 * takes the slot next deletes it again first, in case it was preempted
 * between the two.
 *
 *  I1  The first slot is the main thread's and is never FREE.
 *  I2  An ENDED slot's stack and UTCB are used again only after its kernel
 *      object is deleted.
 *  I3  The first user word of a thread's UTCB points to its slot; it is 0 in
 *      threads this library did not make.
 */
#ifndef GLUE_THREADS_H
#define GLUE_THREADS_H

#include "calls.h"

#include <l4/sys/scheduler.h>
#include <l4/sys/types.h>
#include <l4/sys/utcb.h>
#include <stddef.h>

enum thread_state { THREAD_FREE, THREAD_LIVE, THREAD_ENDED };

struct thread {
    enum thread_state state; /* under the thread lock */
    unsigned priority;       /* its own */

    long id; /* the program's number and the slot's */

    /* Constant while LIVE. */
    l4_cap_idx_t cap;
    l4_utcb_t *utcb;              /* kept for the slot's next user */
    void *exit_stack;             /* one page, likewise */
    unsigned long thread_pointer; /* of its thread-local storage */

    l4_umword_t cpus;  /* where it may run, a bit each; 0: anywhere */
    int makes_stopped; /* owner only: threads it makes do not run yet */

    int *clear_tid;    /* owner only: set to 0 and woken at its end */
    void *robust_list; /* musl's: it looks after it itself */
    size_t robust_size;

    /* futex.c, under its lock. */
    struct thread *next_waiter;
    const volatile int *waits_for; /* 0: not waiting */
    unsigned wait_bits;            /* which wake-ups it takes */
    struct thread *pi_owner;       /* whom it lends its priority; or 0 */
    unsigned told;                 /* what the scheduler was told */
    l4_cap_idx_t wake_irq;         /* 0: not made yet */
    int interrupted; /* why its next (or present) wait answers -EINTR */
    int sleeping;    /* owner only: in an IPC that may be aborted */

    /* signals.c: bit s - 1 is signal s. */
    unsigned long pending; /* atomic */
    unsigned long blocked; /* owner only */
    unsigned long awaited; /* owner only: sigwait() takes them */
    int calls;             /* owner only: calls it is in (dispatch.c) */
    void *fault_stack;     /* sigaltstack() */
    size_t fault_stack_size;
    int is_internal; /* the library's own thread: takes no signals */
};

/* Why a wait ended; of `interrupted`. */
enum { INTERRUPTED_BY_SIGNAL = 1, INTERRUPTED_BY_CANCEL = 2 };

#define SLEEP_FOR_EVER (~0ull)

/* The calling thread's slot, or 0 (I3). */
GLUE_HIDDEN struct thread *thread_self(void);

/* 0 for an id that is not LIVE. */
GLUE_HIDDEN struct thread *thread_by_id(long id);
GLUE_HIDDEN long thread_id(const struct thread *thread);

/* All that are LIVE, one after another; before the first: 0. 0: the end. */
GLUE_HIDDEN struct thread *thread_next(const struct thread *thread);

/* Which program a thread's id belongs to; 0: that of none. Ids of programs that
 * run at the same time differ, so a lock that several share names its owner. */
GLUE_HIDDEN unsigned long thread_program(long id);

/* What the scheduler is told of it, with this priority. */
static inline l4_sched_param_t thread_param(const struct thread *thread,
                                            unsigned priority)
{
    l4_sched_param_t param = l4_sched_param(priority, 0);

    if (thread->cpus)
        param.affinity = l4_sched_cpu_set(0, 0, thread->cpus);
    return param;
}

/* Ends the thread's waiting, now or next time, with -EINTR (futex.c). */
GLUE_HIDDEN void thread_interrupt(struct thread *thread, int why);

/* A thread of the library itself: no thread-local storage, no C library, no
 * signals. It never ends. 0: there is no memory. */
GLUE_HIDDEN struct thread *thread_start_internal(int (*function)(void *),
                                                 void *argument);

/* Was the calling thread interrupted since it last asked? */
GLUE_HIDDEN int thread_was_interrupted(void);

/* Sleeps, unless interrupted before; whether it was is asked after (time.c).
 * us: SLEEP_FOR_EVER is one. */
GLUE_HIDDEN void thread_sleep(l4_uint64_t us);

/* The calling thread ends; entered from arch/<arch>/switch.S too. */
GLUE_HIDDEN _Noreturn void vitrine_thread_exit(void);

/* What the main thread's priority is taken for (L4Re's default); others
 * inherit their creator's. */
#define THREAD_DEFAULT_PRIORITY 2

#endif
