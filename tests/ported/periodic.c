/*
 * Ported program: a thread that wakes every two milliseconds, at absolute
 * times, so that it does not drift.
 */
#include "handmade.h"
#include <pthread.h>
#include <sys/time.h>
#include <time.h>

enum { PERIODS = 5, PERIOD_US = 2000 };

static void *timer(void *arg)
{
    l4_kernel_clock_t next = l4_kip_clock(l4re_kip());
    unsigned long late = 0;
    (void)arg;
    for (int i = 0; i < PERIODS; i++) {
        next += PERIOD_US;
        l4_timeout_s until = l4_timeout_abs(next, 0);
        l4_msgtag_t tag = l4_ipc_sleep(l4_timeout(L4_IPC_TIMEOUT_NEVER, until));
        if (l4_ipc_error(tag, l4_utcb()) != L4_IPC_RETIMEOUT)
            return (void *)~0ul;
        l4_kernel_clock_t now = l4_kip_clock(l4re_kip());
        if (now < next)
            return (void *)~0ul; /* too early */
        late = now - next > late ? now - next : late;
    }
    return (void *)late;
}

int main(void)
{
    pthread_t thread;
    void *late;
    struct timeval a, b;
    struct timespec ms = {0, 1000000};

    gettimeofday(&a, NULL);
    if (pthread_create(&thread, NULL, timer, NULL))
        must("pthread", -L4_ENOMEM);
    pthread_join(thread, &late);
    printf("late by %s\n",
           (unsigned long)late < PERIOD_US ? "less than a period" : "too much");
    nanosleep(&ms, NULL);
    l4_usleep(100);
    gettimeofday(&b, NULL);
    long us = (b.tv_sec - a.tv_sec) * 1000000 + b.tv_usec - a.tv_usec;
    printf("all in all %s\n",
           us >= PERIODS * PERIOD_US + 1100 ? "long enough" : "too short");
    printf("timeout of 1000 us: %lu\n",
           (unsigned long)l4_timeout_rel_get(l4_timeout_from_us(1000)));
    l4_timeout_s to = l4util_micros2l4to(1023);
    printf("and of 1023: %lu\n", (unsigned long)l4_timeout_rel_get(to));
    return 0;
}
