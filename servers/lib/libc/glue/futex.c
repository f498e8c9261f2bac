/*
 * Futex: sleep if a word still has a value, wake who sleeps on a word.
 *
 * All of musl's locks end here when they have to wait. A waiting thread puts
 * itself into one queue (first come, first served) and receives from a
 * kernel interrupt object of its own; a waker takes it out and triggers the
 * object. A trigger that comes before the receive is kept by the kernel, so
 * none is lost.
 *
 *   first -> thread -> thread -> 0       waits_for tells the words apart
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
 * Left out on purpose: priority inheritance (LOCK_PI answers -ENOSYS) and
 * bit sets. Source: Drepper, "Futexes are tricky".
 */
#include "calls.h"
#include "env.h"
#include "lock.h"
#include "threads.h"

#include <l4/re/c/util/cap_alloc.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/kip.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/thread.h>
#include <time.h>

#define FUTEX_REQUEUE 3
#define FUTEX_COMMAND 0x7f /* the rest: private, which clock */

static struct lock queue_lock;
static struct thread *first;

static void enqueue(struct thread *self, const volatile int *word)
{
    struct thread **p = &first;

    while (*p)
        p = &(*p)->next_waiter;
    self->next_waiter = 0;
    self->waits_for = word;
    *p = self;
}

static void unlink_waiter(struct thread **p)
{
    struct thread *waiter = *p;

    *p = waiter->next_waiter;
    waiter->waits_for = 0;
}

/* One who waits for `word` is woken; 0 when there is none. */
static int wake_one_locked(const volatile int *word)
{
    for (struct thread **p = &first; *p; p = &(*p)->next_waiter) {
        struct thread *waiter = *p;
        if (waiter->waits_for != word)
            continue;
        unlink_waiter(p);
        l4_irq_trigger(waiter->wake_irq); /* keeps I2 */
        return 1;
    }
    return 0;
}

static int make_irq(struct thread *self)
{
    l4_cap_idx_t irq;

    if (self->wake_irq)
        return 0;
    irq = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(irq))
        return -ENOMEM;
    if (l4_error(l4_factory_create_irq(env_factory(), irq)) < 0) {
        l4re_util_cap_free(irq);
        return -ENOMEM;
    }
    if (l4_error(l4_rcv_ep_bind_thread(irq, self->cap, 0)) < 0) {
        l4re_util_cap_free_um(irq);
        return -ENOMEM;
    }
    self->wake_irq = irq;
    return 0;
}

/* Receive until woken, interrupted, or the clock shows `deadline`. */
static long sleep_on_irq(l4_cap_idx_t irq, int timed, l4_uint64_t deadline)
{
    for (;;) {
        l4_timeout_t timeout = L4_IPC_NEVER;
        if (timed) {
            l4_uint64_t now = l4_kip_clock(l4_kip());
            if (now >= deadline)
                return -ETIMEDOUT;
            l4_rcv_timeout(l4_timeout_from_us(deadline - now), &timeout);
        }
        l4_msgtag_t tag = l4_irq_receive(irq, timeout);
        if (!l4_msgtag_has_error(tag))
            return 0;
        if (l4_ipc_error(tag, l4_utcb()) != L4_IPC_RETIMEOUT)
            return -EINTR;
    }
}

/* The entry of the queue that names this thread, or the 0 at its end. */
static struct thread **place_of(struct thread *t)
{
    struct thread **p = &first;

    while (*p && *p != t)
        p = &(*p)->next_waiter;
    return p;
}

/* Out of the queue again after a sleep that was not ended by a wake-up. */
static long give_up(struct thread *self, long result)
{
    lock_take(&queue_lock);
    struct thread **p = place_of(self);
    if (*p)
        unlink_waiter(p);
    else
        result = 0;
    lock_drop(&queue_lock);
    if (!result)
        l4_irq_receive(self->wake_irq, L4_IPC_BOTH_TIMEOUT_0); /* I3 */
    return result;
}

static long futex_wait(const volatile int *word, int value,
                       const struct timespec *length)
{
    struct thread *self = thread_self();
    l4_uint64_t deadline = 0;
    long result;

    if (!self || make_irq(self) < 0)
        return -ENOMEM;
    if (length)
        deadline = l4_kip_clock(l4_kip()) + length->tv_sec * 1000000ull +
                   (length->tv_nsec + 999) / 1000;
    lock_take(&queue_lock);
    if (*word != value || self->interrupted) {
        result = *word != value ? -EAGAIN : -EINTR;
        if (result == -EINTR)
            self->interrupted = 0;
        lock_drop(&queue_lock);
        return result;
    }
    enqueue(self, word);
    lock_drop(&queue_lock);

    result = sleep_on_irq(self->wake_irq, length != 0, deadline);
    if (result)
        result = give_up(self, result);
    return !result && thread_was_interrupted() ? -EINTR : result;
}

void thread_interrupt(struct thread *thread)
{
    lock_take(&queue_lock);
    struct thread **p = place_of(thread);
    thread->interrupted = 1;
    if (*p) {
        unlink_waiter(p);
        l4_irq_trigger(thread->wake_irq); /* keeps I2 */
    } else if (thread->sleeping) {
        l4_thread_ex_regs(thread->cap, ~0ul, ~0ul, L4_THREAD_EX_REGS_CANCEL);
    }
    lock_drop(&queue_lock);
}

int thread_was_interrupted(void)
{
    struct thread *self = thread_self();

    return self && __atomic_exchange_n(&self->interrupted, 0, __ATOMIC_ACQ_REL);
}

static long futex_wake(const volatile int *word, long limit)
{
    long woken = 0;

    lock_take(&queue_lock);
    while (woken < limit && wake_one_locked(word))
        woken++;
    lock_drop(&queue_lock);
    return woken;
}

/* Wake some of those who wait for `word`, let others wait for `other`. */
static long futex_requeue(const volatile int *word, long limit, long moves,
                          const volatile int *other)
{
    long count = 0;

    lock_take(&queue_lock);
    while (count < limit && wake_one_locked(word))
        count++;
    for (struct thread *t = first; t && moves > 0; t = t->next_waiter) {
        if (t->waits_for != word)
            continue;
        t->waits_for = other;
        moves--;
        count++;
    }
    lock_drop(&queue_lock);
    return count;
}

long call_futex(const long *a)
{
    const volatile int *word = (const volatile int *)a[0];

    if ((a[1] & FUTEX_COMMAND) == FUTEX_WAIT)
        return futex_wait(word, a[2], (const struct timespec *)a[3]);
    if ((a[1] & FUTEX_COMMAND) == FUTEX_WAKE)
        return futex_wake(word, (int)a[2]);
    if ((a[1] & FUTEX_COMMAND) == FUTEX_REQUEUE)
        return futex_requeue(word, (int)a[2], a[3], (const volatile int *)a[4]);
    return -ENOSYS;
}
