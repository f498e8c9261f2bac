/*
 * Locks that lend priority: FUTEX_LOCK_PI and FUTEX_UNLOCK_PI.
 *
 * The word of such a lock is its owner's id. Who has to wait names the owner as
 * the one he waits for; a thread runs with the highest priority of its own and
 * of all who wait for it, directly or through others:
 *
 *      high (30) --waits_for_owner--> mid (20) --> low (10): all run with 30
 *
 * Unlocking hands the lock to the waiter with the highest priority, so nobody
 * comes between.
 *
 *  I1  pi_owner is not 0 while a thread is in the queue for such a lock; then
 *      the word has WAITERS and that thread's id, unless the owner is ending.
 *  I2  `told` is what the scheduler was told last: the highest of `priority`
 *      and the `told` of those whose pi_owner it is.
 *
 * A lock in memory that programs share lends nothing: its owner may be a thread
 * that this program has no right to. It is a lock all the same.
 *
 * Source: Sha, Rajkumar, Lehoczky, "Priority inheritance protocols"; futex(2).
 */
#include "futex.h"
#include "env.h"
#include "mappings.h"

#include <l4/sys/irq.h>
#include <l4/sys/scheduler.h>

#define OWNER      0x3fffffff
#define OWNER_DIED 0x40000000
#define WAITERS    ((int)0x80000000)
#define CHAIN_MAX  64 /* owners who wait: a circle is the program's mistake */

static int exchange(volatile int *word, int old, int new)
{
    return __atomic_compare_exchange_n(word, &old, new, 0, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

static int owner_of(const volatile int *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST) & OWNER;
}

static unsigned due_to(const struct thread *t)
{
    unsigned priority = t->priority;

    for (struct thread *w = futex_first; w; w = w->next_waiter)
        if (w->pi_owner == t && w->told > priority)
            priority = w->told;
    return priority;
}

static long tell(struct thread *t, unsigned priority)
{
    l4_sched_param_t wanted = thread_param(t, priority);

    if (l4_error(l4_scheduler_run_thread(env_scheduler(), t->cap, &wanted)) < 0)
        return -EPERM;
    t->told = priority;
    return 0;
}

/* Keeps I2 for a thread, and for whom it waits for. */
static void settle_priority(struct thread *t)
{
    for (int i = 0; t && i < CHAIN_MAX; i++, t = t->pi_owner) {
        unsigned priority = due_to(t);
        if (priority == t->told || tell(t, priority))
            return;
    }
}

long futex_set_priority(struct thread *t, unsigned priority)
{
    lock_take(&futex_lock);
    unsigned before = t->priority;
    t->priority = priority;
    long error = tell(t, due_to(t));
    if (error)
        t->priority = before;
    else
        settle_priority(t->pi_owner);
    lock_drop(&futex_lock);
    return error;
}

long futex_set_cpus(struct thread *t, l4_umword_t cpus)
{
    lock_take(&futex_lock);
    l4_umword_t before = t->cpus;
    t->cpus = cpus;
    long error = tell(t, t->told);
    if (error)
        t->cpus = before;
    lock_drop(&futex_lock);
    return error;
}

void futex_pi_unlinked(struct thread *waiter)
{
    struct thread *owner = waiter->pi_owner;

    waiter->pi_owner = 0;
    if (owner)
        settle_priority(owner);
}

/* The first of those with the highest priority who wait for a lock; *ret_more:
 * are there others? */
static struct thread *next_owner(const volatile int *word, int *ret_more)
{
    struct thread *best = 0;

    *ret_more = 0;
    for (struct thread *w = futex_first; w; w = w->next_waiter) {
        if (w->waits_for != word || !w->pi_owner)
            continue;
        *ret_more |= best != 0;
        if (!best || w->told > best->told)
            best = w;
    }
    return best;
}

/* Those who wait for a lock wait for this thread. */
static void wait_for(const volatile int *word, struct thread *owner)
{
    for (struct thread *w = futex_first; w; w = w->next_waiter)
        if (w->waits_for == word && w->pi_owner)
            w->pi_owner = owner;
    settle_priority(owner);
}

/* Gives a lock without owner to the next one; `mark`: OWNER_DIED or 0. */
static void hand_over(volatile int *word, int mark)
{
    int more;
    struct thread *next = next_owner(word, &more);

    if (next) {
        __atomic_store_n(word, (int)next->id | mark | (more ? WAITERS : 0),
                         __ATOMIC_SEQ_CST);
        next->pi_owner = 0;
        wait_for(word, next);
        futex_release(next);
    } else {
        __atomic_store_n(word, mark, __ATOMIC_SEQ_CST);
    }
}

/* Takes the lock if it is free (1), or notes that somebody waits: then whose it
 * is. -EDEADLK, -ESRCH. */
static long take_or_mark(volatile int *word, struct thread *self,
                         struct thread **ret_owner)
{
    for (;;) {
        const int value = __atomic_load_n(word, __ATOMIC_SEQ_CST);
        if (!(value & OWNER)) {
            if (exchange(word, value, (int)self->id | value))
                return 1;
            continue;
        }
        if ((value & OWNER) == (int)self->id)
            return -EDEADLK;
        *ret_owner = thread_by_id(value & OWNER);
        if (!*ret_owner)
            return -ESRCH;
        if (exchange(word, value, value | WAITERS))
            return 0;
    }
}

static long own_lock(volatile int *word, struct thread *self,
                     l4_uint64_t deadline)
{
    struct thread *owner;

    if (futex_irq(self))
        return -ENOMEM;
    lock_take(&futex_lock);
    long result =
        thread_was_interrupted() ? -EINTR : take_or_mark(word, self, &owner);
    if (!result) {
        futex_enqueue(self, word, 0);
        self->pi_owner = owner; /* keeps I1 */
        settle_priority(owner);
    }
    lock_drop(&futex_lock);
    if (result)
        return result == 1 ? 0 : result;
    result = futex_sleep(self, deadline);
    if (result)
        result = futex_give_up(self, result);
    thread_was_interrupted(); /* a signal has taken it out of the queue */
    if (owner_of(word) == (int)self->id)
        return 0;
    return result ? result : -EINTR;
}

static long shared_lock(volatile int *word, const struct shared_word *shared,
                        struct thread *self, l4_uint64_t deadline)
{
    int mark = 0; /* somebody else may wait, too */

    for (;;) {
        const int value = __atomic_load_n(word, __ATOMIC_SEQ_CST);
        if (!(value & OWNER)) {
            if (exchange(word, value, (int)self->id | value | mark))
                return 0;
            continue;
        }
        if ((value & OWNER) == (int)self->id)
            return -EDEADLK;
        if (!exchange(word, value, value | WAITERS))
            continue;
        mark = WAITERS;
        long result = shared_wait(shared, value | WAITERS, deadline);
        if (result && result != -EAGAIN)
            return result;
    }
}

long futex_lock_pi(volatile int *word, int is_private, l4_uint64_t deadline)
{
    struct thread *self = thread_self();
    struct shared_word shared;

    if (!self)
        return -ENOMEM;
    if (is_private || !memory_find_shared(word, &shared))
        return own_lock(word, self, deadline);
    long result = shared_lock(word, &shared, self, deadline);
    memory_drop_shared(&shared);
    return result;
}

long futex_unlock_pi(volatile int *word, int is_private)
{
    struct thread *self = thread_self();
    struct shared_word shared;

    if (!self || owner_of(word) != (int)self->id)
        return -EPERM;
    if (!is_private && memory_find_shared(word, &shared)) {
        __atomic_store_n(word, 0, __ATOMIC_SEQ_CST);
        shared_wake(&shared, 1);
        memory_drop_shared(&shared);
        return 0;
    }
    lock_take(&futex_lock);
    hand_over(word, 0);
    settle_priority(self);
    lock_drop(&futex_lock);
    return 0;
}

/* Somebody who waits for this thread. */
static struct thread *waiter_of(const struct thread *owner)
{
    struct thread *w = futex_first;

    while (w && w->pi_owner != owner)
        w = w->next_waiter;
    return w;
}

/* musl has marked the words as those of an owner who died; another thread may
 * have taken one since. */
void futex_pi_ends(struct thread *self)
{
    struct thread *w;

    lock_take(&futex_lock);
    while ((w = waiter_of(self))) {
        volatile int *word = (volatile int *)w->waits_for;
        struct thread *owner = thread_by_id(owner_of(word));
        if (owner && owner != self) {
            __atomic_fetch_or(word, WAITERS, __ATOMIC_SEQ_CST);
            wait_for(word, owner);
        } else {
            hand_over(word, OWNER_DIED);
        }
    }
    lock_drop(&futex_lock);
}
