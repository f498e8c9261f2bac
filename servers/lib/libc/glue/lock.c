/*
 * The lending lock; see lock.h.
 */
#include "lock.h"
#include "threads.h"

#include <l4/sys/thread.h>

/* A thread not made by this library has no name here: waiters just yield. */
#define OWNER_UNKNOWN L4_INVALID_CAP

static l4_cap_idx_t own_name(void)
{
    struct thread *self = thread_self();

    return self ? self->cap : OWNER_UNKNOWN;
}

static void help(l4_cap_idx_t owner)
{
    if (owner == OWNER_UNKNOWN)
        l4_thread_yield();
    else
        l4_thread_switch(owner);
}

void lock_take(struct lock *lock)
{
    l4_cap_idx_t self = own_name();
    unsigned long owner = 0;

    while (!__atomic_compare_exchange_n(&lock->owner, &owner, self, 0,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        __atomic_store_n(&lock->is_wanted, 1, __ATOMIC_RELAXED);
        help(owner);
        owner = 0;
    }
}

void lock_drop(struct lock *lock)
{
    __atomic_store_n(&lock->owner, 0, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&lock->is_wanted, __ATOMIC_SEQ_CST)) {
        __atomic_store_n(&lock->is_wanted, 0, __ATOMIC_RELAXED);
        l4_thread_yield();
    }
}

static long futex(int *word, long operation, long value)
{
    const long arguments[6] = {(long)word, operation | FUTEX_PRIVATE, value};

    return call_futex(arguments);
}

/* Drepper's second mutex: only who found it taken makes the owner wake. */
void sleep_lock_take(struct sleep_lock *lock)
{
    int state = 0;

    if (__atomic_compare_exchange_n(&lock->state, &state, 1, 0,
                                    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return;
    while (__atomic_exchange_n(&lock->state, 2, __ATOMIC_ACQUIRE))
        futex(&lock->state, FUTEX_WAIT, 2);
}

void sleep_lock_drop(struct sleep_lock *lock)
{
    if (__atomic_exchange_n(&lock->state, 0, __ATOMIC_RELEASE) == 2)
        futex(&lock->state, FUTEX_WAKE, 1);
}
