/*
 * A lock that lends the processor to whom it waits for.
 *
 * Under strict priorities a plain spin lock is a trap: a high-priority thread
 * would spin for ever for one that never gets to run. Here the lock word
 * holds the owner's thread capability, and a waiter switches to the owner
 * (l4_thread_switch) until it is done; who was helped yields then, or else he
 * would go on with the time that was lent. Held for a few instructions or one
 * kernel call, never while sleeping.
 *
 *  I1  owner is 0 exactly when the lock is free.
 *
 * Below the C library: musl's own locks end in futex.c, which uses this one.
 * Literature: Hohmuth and Haertig, "Pragmatic nonblocking synchronization
 * for real-time systems" (helping).
 */
#ifndef GLUE_LOCK_H
#define GLUE_LOCK_H

#include "calls.h"

struct lock {
    unsigned long owner; /* capability of the thread inside */
    int is_wanted;       /* somebody has lent the owner his time */
};

GLUE_HIDDEN void lock_take(struct lock *lock);
GLUE_HIDDEN void lock_drop(struct lock *lock);

/* One that waits asleep (futex.c): for what may take long, such as a request
 * to a server. Not for a thread that this library did not make. */
struct sleep_lock {
    int state; /* 0 free, 1 taken, 2 taken and somebody may wait */
};

GLUE_HIDDEN void sleep_lock_take(struct sleep_lock *lock);
GLUE_HIDDEN void sleep_lock_drop(struct sleep_lock *lock);

#endif
