/*
 * Time: the clock in the kernel information page, and IPC timeouts.
 *
 * Reading the clock is a load from a read-only page. Sleeping is waiting for
 * a message from nobody. CLOCK_REALTIME begins at a fixed day, so that runs
 * stay reproducible; every other clock counts from the boot. Simplified: a
 * process' CPU time is the time since boot.
 */
#include "clock.h"
#include "threads.h"

#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <time.h>

/* 1 January 2026, 00:00 UTC: the day each boot begins. */
#define BOOT_DAY      1767225600

#define NS_PER_SECOND 1000000000ull

static l4_uint64_t clock_us(void)
{
    return l4_kip_clock(l4_kip());
}

/* Clocks of threads and processes have negative numbers. */
static int is_clock(long clock)
{
    return clock <= CLOCK_TAI;
}

long call_clock_gettime(const long *a)
{
    struct timespec *out = (struct timespec *)a[1];
    l4_uint64_t ns = l4_kip_clock_ns(l4_kip());
    int realtime = a[0] == CLOCK_REALTIME || a[0] == CLOCK_REALTIME_COARSE;

    if (!is_clock(a[0]))
        return -EINVAL;
    out->tv_sec = ns / NS_PER_SECOND + (realtime ? BOOT_DAY : 0);
    out->tv_nsec = ns % NS_PER_SECOND;
    return 0;
}

long call_clock_getres(const long *a)
{
    struct timespec *out = (struct timespec *)a[1];

    if (!is_clock(a[0]))
        return -EINVAL;
    if (out)
        *out = (struct timespec){.tv_nsec = 1000};
    return 0;
}

int time_is_bad(const struct timespec *t)
{
    return t->tv_sec < 0 || t->tv_nsec < 0 || t->tv_nsec >= (long)NS_PER_SECOND;
}

l4_uint64_t time_us(const struct timespec *t)
{
    return t->tv_sec * 1000000ull + (t->tv_nsec + 999) / 1000;
}

l4_uint64_t time_deadline(int clock, const struct timespec *t)
{
    l4_uint64_t us = time_us(t);

    if (clock == CLOCK_REALTIME)
        us = us > BOOT_DAY * 1000000ull ? us - BOOT_DAY * 1000000ull : 0;
    return us ? us : 1;
}

static void sleep_us(l4_uint64_t us)
{
    if (us == SLEEP_FOR_EVER)
        l4_ipc_sleep(L4_IPC_NEVER);
    else
        l4_ipc_sleep_us(us);
}

void thread_sleep(l4_uint64_t us)
{
    struct thread *self = thread_self();

    if (!self) {
        sleep_us(us);
        return;
    }
    self->sleeping = 1;
    if (!self->interrupted)
        sleep_us(us);
    self->sleeping = 0;
}

/* Sleeps until the clock shows `deadline`; -EINTR with the time left. */
static long sleep_until(l4_uint64_t deadline, struct timespec *ret_left)
{
    for (;;) {
        l4_uint64_t now = clock_us();
        if (now >= deadline)
            return 0;
        thread_sleep(deadline - now);
        if (!thread_was_interrupted())
            continue;
        now = clock_us();
        if (ret_left && now < deadline) {
            ret_left->tv_sec = (deadline - now) / 1000000;
            ret_left->tv_nsec = (deadline - now) % 1000000 * 1000;
        }
        return -EINTR;
    }
}

long call_nanosleep(const long *a)
{
    const struct timespec *length = (const struct timespec *)a[0];

    if (time_is_bad(length))
        return -EINVAL;
    return sleep_until(clock_us() + time_us(length), (struct timespec *)a[1]);
}

long call_clock_nanosleep(const long *a)
{
    const struct timespec *when = (const struct timespec *)a[2];

    if (time_is_bad(when))
        return -EINVAL;
    if (a[1] != TIMER_ABSTIME)
        return sleep_until(clock_us() + time_us(when), (struct timespec *)a[3]);
    return sleep_until(time_deadline(a[0], when), 0);
}
