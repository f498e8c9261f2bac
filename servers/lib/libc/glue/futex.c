/*
 * Futex: sleep if a word still has a value, wake who sleeps on a word.
 *
 * All of musl's locks end here when they have to wait. A waiting thread puts
 * itself into one queue (first come, first served) and receives from a
 * kernel interrupt object of its own; a waker takes it out and triggers the
 * object. A trigger that comes before the receive is kept by the kernel, so
 * none is lost.
 *
 *   futex_first -> thread -> thread -> 0       waits_for tells the words apart
 *
 *  I1  A thread is in the queue exactly while waits_for is not 0.
 *  I2  Whoever takes a thread out of the queue for a wake-up triggers its
 *      interrupt under the lock: once a thread that timed out has the lock
 *      and sees itself out of the queue, a trigger waits to be eaten.
 *  I3  Between two waits no trigger is pending.
 *
 * An interruption (cancellation) takes a thread out of the queue like a
 * wake-up, and is remembered for one that does not wait yet, so it cannot be
 * lost. A thread in another kind of sleep has its IPC aborted; nothing else
 * is, because a request to a server must not be torn.
 *
 * What is said here is for words of one program. Those in memory that programs
 * share (a mapped file) are its server's business: mappings.c. Wake-ups there
 * know no bits.
 *
 * Locks that lend priority are in futex_pi.c. Left out on purpose: WAKE_OP.
 * Source: Drepper, "Futexes are tricky"; futex(2).
 */
#include "calls.h"
#include "clock.h"
#include "env.h"
#include "futex.h"
#include "mappings.h"

#include <l4/re/c/util/cap_alloc.h>
#include <l4/sys/irq.h>
#include <l4/sys/kip.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/thread.h>
#include <time.h>

#define FUTEX_REQUEUE     3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_LOCK_PI     6
#define FUTEX_UNLOCK_PI   7
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_COMMAND     0x7f  /* the rest: private, which clock */
#define FUTEX_REALTIME    0x100 /* a deadline is CLOCK_REALTIME's */
#define ANY_BIT           (~0u)

struct lock futex_lock;
struct thread *futex_first;

void futex_enqueue(struct thread *self, const volatile int *word, unsigned bits)
{
    struct thread **p = &futex_first;

    while (*p)
        p = &(*p)->next_waiter;
    self->next_waiter = 0;
    self->waits_for = word;
    self->wait_bits = bits;
    *p = self;
}

static void unlink_waiter(struct thread **p)
{
    struct thread *waiter = *p;

    *p = waiter->next_waiter;
    waiter->waits_for = 0;
    futex_pi_unlinked(waiter);
}

/* One who waits for `word` with one of `bits` is woken; 0: there is none. */
static int wake_one_locked(const volatile int *word, unsigned bits)
{
    for (struct thread **p = &futex_first; *p; p = &(*p)->next_waiter) {
        struct thread *waiter = *p;
        if (waiter->waits_for != word || !(waiter->wait_bits & bits))
            continue;
        unlink_waiter(p);
        l4_irq_trigger(waiter->wake_irq); /* keeps I2 */
        return 1;
    }
    return 0;
}

long futex_irq(struct thread *self)
{
    l4_cap_idx_t irq;

    if (self->wake_irq)
        return 0;
    irq = env_new_irq();
    if (l4_is_invalid_cap(irq))
        return -ENOMEM;
    if (l4_error(l4_rcv_ep_bind_thread(irq, self->cap, 0)) < 0) {
        l4re_util_cap_free_um(irq);
        return -ENOMEM;
    }
    self->wake_irq = irq;
    return 0;
}

long futex_sleep(struct thread *self, l4_uint64_t deadline)
{
    for (;;) {
        l4_timeout_t timeout = L4_IPC_NEVER;
        if (deadline) {
            l4_uint64_t now = l4_kip_clock(l4_kip());
            if (now >= deadline)
                return -ETIMEDOUT;
            l4_rcv_timeout(l4_timeout_from_us(deadline - now), &timeout);
        }
        l4_msgtag_t tag = l4_irq_receive(self->wake_irq, timeout);
        if (!l4_msgtag_has_error(tag))
            return 0;
        if (l4_ipc_error(tag, l4_utcb()) != L4_IPC_RETIMEOUT)
            return -EINTR;
    }
}

/* The entry of the queue that names this thread, or the 0 at its end. */
static struct thread **place_of(struct thread *t)
{
    struct thread **p = &futex_first;

    while (*p && *p != t)
        p = &(*p)->next_waiter;
    return p;
}

long futex_give_up(struct thread *self, long result)
{
    lock_take(&futex_lock);
    struct thread **p = place_of(self);
    if (*p)
        unlink_waiter(p);
    else
        result = 0;
    lock_drop(&futex_lock);
    if (!result)
        l4_irq_receive(self->wake_irq, L4_IPC_BOTH_TIMEOUT_0); /* I3 */
    return result;
}

/* `deadline` as of the KIP's clock, us; 0: for ever. */
static long own_wait(const volatile int *word, int value, unsigned bits,
                     l4_uint64_t deadline)
{
    struct thread *self = thread_self();
    long result;

    if (!self || futex_irq(self) < 0)
        return -ENOMEM;
    lock_take(&futex_lock);
    if (*word != value || self->interrupted) {
        result = *word != value ? -EAGAIN : -EINTR;
        if (result == -EINTR)
            self->interrupted = 0;
        lock_drop(&futex_lock);
        return result;
    }
    futex_enqueue(self, word, bits);
    lock_drop(&futex_lock);

    result = futex_sleep(self, deadline);
    if (result)
        result = futex_give_up(self, result);
    return !result && thread_was_interrupted() ? -EINTR : result;
}

/* Is it a word that other programs have, too? */
static int is_shared(const volatile int *word, long operation,
                     struct shared_word *ret_word)
{
    return !(operation & FUTEX_PRIVATE) && memory_find_shared(word, ret_word);
}

static long futex_wait(const volatile int *word, int value, unsigned bits,
                       l4_uint64_t deadline, int operation)
{
    struct shared_word shared;

    if (!is_shared(word, operation, &shared))
        return own_wait(word, value, bits, deadline);
    long result = shared_wait(&shared, value, deadline);
    memory_drop_shared(&shared);
    return result;
}

/* When a wait that may last `length` ends. */
static long wait_for(const volatile int *word, int value,
                     const struct timespec *length, int operation)
{
    l4_uint64_t deadline = 0;

    if (length && time_is_bad(length))
        return -EINVAL;
    if (length)
        deadline = l4_kip_clock(l4_kip()) + time_us(length);
    return futex_wait(word, value, ANY_BIT, deadline, operation);
}

/* The same with the end itself, of the clock that `operation` names. */
static long wait_until(const volatile int *word, int value, unsigned bits,
                       const struct timespec *end, int operation)
{
    const int clock =
        operation & FUTEX_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;

    if (!bits || (end && time_is_bad(end)))
        return -EINVAL;
    return futex_wait(word, value, bits, end ? time_deadline(clock, end) : 0,
                      operation);
}

void futex_release(struct thread *waiter)
{
    struct thread **p = place_of(waiter);

    if (!*p)
        return;
    unlink_waiter(p);
    l4_irq_trigger(waiter->wake_irq); /* keeps I2 */
}

void thread_interrupt(struct thread *thread, int why)
{
    lock_take(&futex_lock);
    struct thread **p = place_of(thread);
    __atomic_fetch_or(&thread->interrupted, why, __ATOMIC_ACQ_REL);
    if (*p) {
        unlink_waiter(p);
        l4_irq_trigger(thread->wake_irq); /* keeps I2 */
    } else if (thread->sleeping) {
        l4_thread_ex_regs(thread->cap, ~0ul, ~0ul, L4_THREAD_EX_REGS_CANCEL);
    }
    lock_drop(&futex_lock);
}

int thread_was_interrupted(void)
{
    struct thread *self = thread_self();

    return self && __atomic_exchange_n(&self->interrupted, 0, __ATOMIC_ACQ_REL);
}

static long futex_wake(const volatile int *word, long limit, unsigned bits)
{
    long woken = 0;

    if (!bits)
        return -EINVAL;
    lock_take(&futex_lock);
    while (woken < limit && wake_one_locked(word, bits))
        woken++;
    lock_drop(&futex_lock);
    return woken;
}

struct requeue {
    const volatile int *from, *to;
    long wakes, moves;   /* at most */
    const int *expected; /* -EAGAIN if *from is something else; 0: any */
};

/* Wake some of those who wait for a word, let others wait for another. */
static long futex_requeue(const struct requeue *r)
{
    long woken = 0, moved = 0;

    if (r->wakes < 0 || r->moves < 0)
        return -EINVAL;
    lock_take(&futex_lock);
    if (r->expected && *r->from != *r->expected) {
        lock_drop(&futex_lock);
        return -EAGAIN;
    }
    while (woken < r->wakes && wake_one_locked(r->from, ANY_BIT))
        woken++;
    for (struct thread *t = futex_first; t && moved < r->moves;
         t = t->next_waiter)
        if (t->waits_for == r->from) {
            t->waits_for = r->to;
            moved++;
        }
    lock_drop(&futex_lock);
    return woken + moved;
}

static int is_waking(long operation)
{
    const int command = operation & FUTEX_COMMAND;

    return command == FUTEX_WAKE || command == FUTEX_WAKE_BITSET ||
           command == FUTEX_REQUEUE || command == FUTEX_CMP_REQUEUE;
}

/* How many of those who wait at a shared word are woken: who would be moved to
 * another one is, too, and looks himself. */
static long wakes_of(const long *a)
{
    const int command = a[1] & FUTEX_COMMAND;
    const long moves =
        command == FUTEX_WAKE || command == FUTEX_WAKE_BITSET ? 0 : (int)a[3];

    return (int)a[2] + moves;
}

/* word, operation, value, time or second count, second word, third value */
long call_futex(const long *a)
{
    const volatile int *word = (const volatile int *)a[0];
    const struct timespec *time = (const struct timespec *)a[3];
    const int expected = a[5];
    struct requeue r = {word, (const volatile int *)a[4], (int)a[2], (int)a[3],
                        0};
    struct shared_word shared;

    if (a[0] & (sizeof *word - 1))
        return -EINVAL;
    if (is_waking(a[1]) && is_shared(word, a[1], &shared)) {
        long woken = shared_wake(&shared, wakes_of(a));
        memory_drop_shared(&shared);
        return woken;
    }
    switch (a[1] & FUTEX_COMMAND) {
    case FUTEX_WAIT:
        return wait_for(word, a[2], time, a[1]);
    case FUTEX_WAIT_BITSET:
        return wait_until(word, a[2], a[5], time, a[1]);
    case FUTEX_WAKE:
        return futex_wake(word, (int)a[2], ANY_BIT);
    case FUTEX_WAKE_BITSET:
        return futex_wake(word, (int)a[2], a[5]);
    case FUTEX_CMP_REQUEUE:
        r.expected = &expected;
        return futex_requeue(&r);
    case FUTEX_REQUEUE:
        return futex_requeue(&r);
    case FUTEX_LOCK_PI:
        if (time && time_is_bad(time))
            return -EINVAL;
        return futex_lock_pi((volatile int *)a[0], a[1] & FUTEX_PRIVATE,
                             time ? time_deadline(CLOCK_REALTIME, time) : 0);
    case FUTEX_UNLOCK_PI:
        return futex_unlock_pi((volatile int *)a[0], a[1] & FUTEX_PRIVATE);
    default:
        return -ENOSYS;
    }
}
