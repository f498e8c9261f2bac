/*
 * The queue of those who wait at words of this program: futex.c, and futex_pi.c
 * for locks that lend their waiters' priority.
 */
#ifndef GLUE_FUTEX_H
#define GLUE_FUTEX_H

#include "lock.h"
#include "threads.h"

/* Under it: the queue, priorities. */
extern struct lock futex_lock GLUE_HIDDEN;
extern struct thread *futex_first GLUE_HIDDEN;

/* The last of the queue; bits: which wake-ups it takes, 0: those of futex_pi.c.
 */
GLUE_HIDDEN void futex_enqueue(struct thread *self, const volatile int *word,
                               unsigned bits);

/* Takes a thread out and wakes it, if it is still in. */
GLUE_HIDDEN void futex_release(struct thread *waiter);

/* What a thread sleeps on is there afterwards; -ENOMEM. */
GLUE_HIDDEN long futex_irq(struct thread *self);

/* Sleeps on it until woken, interrupted, or the KIP's clock shows `deadline`
 * (0: for ever). */
GLUE_HIDDEN long futex_sleep(struct thread *self, l4_uint64_t deadline);

/* Out of the queue again after a sleep that ended with `result`; 0: it had been
 * woken all the same. */
GLUE_HIDDEN long futex_give_up(struct thread *self, long result);

/* futex_pi.c: FUTEX_LOCK_PI, _UNLOCK_PI. */
GLUE_HIDDEN long futex_lock_pi(volatile int *word, int is_private,
                               l4_uint64_t deadline);
GLUE_HIDDEN long futex_unlock_pi(volatile int *word, int is_private);

/* Takes the lock it has not got yet, if any, off a thread; under futex_lock. */
GLUE_HIDDEN void futex_pi_unlinked(struct thread *waiter);

/* What the thread still holds goes to those who wait for it: it ends. */
GLUE_HIDDEN void futex_pi_ends(struct thread *self);

/* A thread's own priority; what it is lent stays. -EPERM. */
GLUE_HIDDEN long futex_set_priority(struct thread *t, unsigned priority);

/* Where a thread may run. -EPERM. */
GLUE_HIDDEN long futex_set_cpus(struct thread *t, l4_umword_t cpus);

#endif
