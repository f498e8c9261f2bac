/*
 * Timers that send signals: setitimer(), timer_create().
 *
 *   timers[] -> the soonest -> a thread of the library sleeps until then
 *
 * The thread is made with the first timer that is set. Timer 0 is that of
 * setitimer(ITIMER_REAL), which alarm() uses. The other two (processor time)
 * are refused: how much of it a program used is not known here.
 *
 *  I1  An entry with due != 0 will be seen by the thread: who sets an earlier
 *      time interrupts its sleep.
 */
#include "clock.h"
#include "lock.h"
#include "signals.h"

#include <l4/sys/kip.h>
#include <sys/time.h>

#define TIMERS 32

/* As the C library hands it to the kernel. */
struct kernel_event {
    union sigval value;
    int signal;
    int notify;
    int thread;
};

struct timer {
    int used, clock;
    struct kernel_event event;
    l4_uint64_t due, interval; /* us; 0: not set; once */
    long overruns;             /* of the last signal */
};

static struct lock timers_lock;
static struct timer timers[TIMERS] = {
    {.used = 1, .event = {.signal = SIGALRM}},
};
static struct thread *keeper;

static l4_uint64_t clock_now(void)
{
    return l4_kip_clock(l4_kip());
}

/* The signal that a timer sends; 0: it is for nobody. */
static siginfo_t expire_locked(struct timer *t, l4_uint64_t now)
{
    siginfo_t info = {.si_signo = t->event.signal, .si_code = SI_TIMER};

    if (t == timers)
        info.si_code = SI_KERNEL;
    info.si_value = t->event.value;
    info.si_timerid = t - timers;
    t->overruns = t->interval ? (now - t->due) / t->interval : 0;
    info.si_overrun = t->overruns;
    t->due = t->interval ? t->due + (t->overruns + 1) * t->interval : 0;
    return info;
}

/* Sends what is due; when the next one is, or SLEEP_FOR_EVER. */
static l4_uint64_t send_what_is_due(void)
{
    l4_uint64_t next = SLEEP_FOR_EVER, now = clock_now();

    for (int i = 0; i < TIMERS; i++) {
        struct timer *t = &timers[i];
        siginfo_t info = {0};
        int thread = 0;
        lock_take(&timers_lock);
        if (t->due && t->due <= now) {
            info = expire_locked(t, now);
            if (t->event.notify == SIGEV_THREAD_ID)
                thread = t->event.thread;
            if (t->event.notify == SIGEV_NONE)
                info.si_signo = 0;
        }
        if (t->due && t->due < next)
            next = t->due;
        lock_drop(&timers_lock);
        if (info.si_signo && (!thread || thread_by_id(thread)))
            signal_send(thread ? thread_by_id(thread) : 0, &info);
    }
    return next;
}

static int keep_time(void *unused)
{
    (void)unused;
    for (;;) {
        l4_uint64_t next = send_what_is_due(), now = clock_now();
        if (next == SLEEP_FOR_EVER)
            thread_sleep(next);
        else if (next > now)
            thread_sleep(next - now);
        thread_was_interrupted();
    }
    return 0;
}

static int start_keeper(void)
{
    static struct sleep_lock once;
    int made;

    sleep_lock_take(&once);
    if (!keeper)
        keeper = thread_start_internal(keep_time, 0);
    made = keeper != 0;
    sleep_lock_drop(&once);
    return made;
}

static struct timespec as_timespec(l4_uint64_t us)
{
    return (struct timespec){us / 1000000, us % 1000000 * 1000};
}

static void tell_locked(const struct timer *t, struct itimerspec *ret_old)
{
    l4_uint64_t now = clock_now();

    ret_old->it_interval = as_timespec(t->interval);
    ret_old->it_value = as_timespec(!t->due        ? 0
                                    : t->due > now ? t->due - now
                                                   : 1);
}

/* Sets a timer; `end` is when, as of the KIP's clock, 0: never. */
static long set(struct timer *t, l4_uint64_t end, l4_uint64_t interval,
                struct itimerspec *ret_old)
{
    if (end && !start_keeper())
        return -EAGAIN;
    lock_take(&timers_lock);
    if (ret_old)
        tell_locked(t, ret_old);
    t->due = end;
    t->interval = interval;
    t->overruns = 0;
    lock_drop(&timers_lock);
    if (end)
        thread_interrupt(keeper, INTERRUPTED_BY_SIGNAL); /* keeps I1 */
    return 0;
}

static struct timespec from_timeval(const struct timeval *t)
{
    return (struct timespec){t->tv_sec, t->tv_usec * 1000};
}

static void to_itimerval(const struct itimerspec *from, struct itimerval *to)
{
    to->it_interval = (struct timeval){from->it_interval.tv_sec,
                                       from->it_interval.tv_nsec / 1000};
    to->it_value =
        (struct timeval){from->it_value.tv_sec, from->it_value.tv_nsec / 1000};
}

/* which, new, old */
long call_setitimer(const long *a)
{
    const struct itimerval *new = (const struct itimerval *)a[1];
    struct timespec value, interval;
    struct itimerspec old;

    if (a[0] != ITIMER_REAL)
        return -EINVAL;
    value = from_timeval(&new->it_value);
    interval = from_timeval(&new->it_interval);
    if (time_is_bad(&value) || time_is_bad(&interval))
        return -EINVAL;
    long error =
        set(timers, time_us(&value) ? clock_now() + time_us(&value) : 0,
            time_us(&interval), &old);
    if (!error && a[2])
        to_itimerval(&old, (struct itimerval *)a[2]);
    return error;
}

/* which, now */
long call_getitimer(const long *a)
{
    struct itimerspec now;

    if (a[0] != ITIMER_REAL)
        return -EINVAL;
    lock_take(&timers_lock);
    tell_locked(timers, &now);
    lock_drop(&timers_lock);
    to_itimerval(&now, (struct itimerval *)a[1]);
    return 0;
}

/* clock, event or 0 (SIGALRM), number out */
long call_timer_create(const long *a)
{
    static const struct kernel_event alarm = {.signal = SIGALRM};
    const struct kernel_event *event = (const struct kernel_event *)a[1];
    int i;

    if (a[0] != CLOCK_REALTIME && a[0] != CLOCK_MONOTONIC &&
        a[0] != CLOCK_BOOTTIME)
        return -EINVAL;
    lock_take(&timers_lock);
    for (i = 1; i < TIMERS && timers[i].used; i++)
        ;
    if (i < TIMERS)
        timers[i] = (struct timer){
            .used = 1, .clock = a[0], .event = event ? *event : alarm};
    lock_drop(&timers_lock);
    if (i == TIMERS)
        return -EAGAIN;
    *(int *)a[2] = i;
    return 0;
}

static struct timer *timer_of(long number)
{
    return number > 0 && number < TIMERS && timers[number].used
               ? &timers[number]
               : 0;
}

/* number, flags, new, old */
long call_timer_settime(const long *a)
{
    const struct itimerspec *new = (const struct itimerspec *)a[2];
    struct timer *t = timer_of(a[0]);
    l4_uint64_t end = 0;

    if (!t || time_is_bad(&new->it_value) || time_is_bad(&new->it_interval))
        return -EINVAL;
    if (time_us(&new->it_value))
        end = a[1] & TIMER_ABSTIME ? time_deadline(t->clock, &new->it_value)
                                   : clock_now() + time_us(&new->it_value);
    return set(t, end, time_us(&new->it_interval), (struct itimerspec *)a[3]);
}

/* number, now */
long call_timer_gettime(const long *a)
{
    struct timer *t = timer_of(a[0]);

    if (!t)
        return -EINVAL;
    lock_take(&timers_lock);
    tell_locked(t, (struct itimerspec *)a[1]);
    lock_drop(&timers_lock);
    return 0;
}

/* number */
long call_timer_getoverrun(const long *a)
{
    struct timer *t = timer_of(a[0]);

    return t ? t->overruns : -EINVAL;
}

/* number */
long call_timer_delete(const long *a)
{
    struct timer *t = timer_of(a[0]);

    if (!t)
        return -EINVAL;
    lock_take(&timers_lock);
    *t = (struct timer){0};
    lock_drop(&timers_lock);
    return 0;
}
