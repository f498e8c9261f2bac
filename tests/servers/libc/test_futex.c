/*
 * Futexes as futex(2) has them, through syscall(): what musl does not use is
 * for others. A TAP producer.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    WAIT = 0,
    WAKE = 1,
    REQUEUE = 3,
    CMP_REQUEUE = 4,
    WAIT_BITSET = 9,
    WAKE_BITSET = 10,
    REALTIME = 256
};

static int word, other;

static long futex(int *at, int operation, int value, const void *time, int *at2,
                  int value3)
{
    return syscall(SYS_futex, at, operation, value, time, at2, value3);
}

static int fails(long result, int error)
{
    return result < 0 && errno == error;
}

static long now_us(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void a_wait_looks_first(void)
{
    struct timespec brief = {.tv_nsec = 2000000}, bad = {.tv_nsec = -5};

    word = 3;
    fact(fails(futex(&word, WAIT, 4, 0, 0, 0), EAGAIN),
         "another_value_is_no_wait");
    long before = now_us(CLOCK_MONOTONIC);
    fact(fails(futex(&word, WAIT, 3, &brief, 0, 0), ETIMEDOUT) &&
             now_us(CLOCK_MONOTONIC) - before >= 2000,
         "a_wait_lasts_as_long_as_it_should");
    fact(fails(futex(&word, WAIT, 3, &bad, 0, 0), EINVAL),
         "a_bad_time_is_refused");
    fact(fails(futex((int *)((char *)&word + 1), WAIT, 3, 0, 0, 0), EINVAL),
         "a_word_is_aligned");
    fact(futex(&word, WAKE, 1, 0, 0, 0) == 0, "nobody_to_wake");
}

static void deadlines_have_clocks(void)
{
    for (int i = 0; i < 2; i++) {
        clockid_t clock = i ? CLOCK_REALTIME : CLOCK_MONOTONIC;
        long end = now_us(clock) + 2000;
        struct timespec t = {end / 1000000, end % 1000000 * 1000};
        long result =
            futex(&word, WAIT_BITSET | (i ? REALTIME : 0), 3, &t, 0, -1);
        fact(fails(result, ETIMEDOUT) && now_us(clock) >= end,
             i ? "a_deadline_in_real_time" : "a_deadline_since_boot");
    }
    fact(fails(futex(&word, WAIT_BITSET, 3, 0, 0, 0), EINVAL),
         "no_bit_wakes_nobody");
}

struct waiter {
    pthread_t thread;
    int operation, bits;
    long result;
};

static void *wait_on_word(void *argument)
{
    struct waiter *w = argument;

    w->result = futex(&word, w->operation, 3, 0, 0, w->bits);
    return 0;
}

static void start_waiters(struct waiter *w, int count, int operation)
{
    for (int i = 0; i < count; i++) {
        w[i] = (struct waiter){.operation = operation, .bits = 1 << i};
        pthread_create(&w[i].thread, 0, wait_on_word, &w[i]);
    }
    usleep(2000);
}

static void join_all(struct waiter *w, int count)
{
    for (int i = 0; i < count; i++)
        pthread_join(w[i].thread, 0);
}

static void wakes_are_counted(void)
{
    struct waiter w[4];

    start_waiters(w, 4, WAIT);
    fact(futex(&word, WAKE, 1, 0, 0, 0) == 1, "one_is_woken");
    fact(futex(&word, WAKE, INT_MAX, 0, 0, 0) == 3, "the_rest_is_woken");
    join_all(w, 4);
    fact(!w[0].result && !w[3].result, "a_woken_wait_succeeds");
}

static void bits_choose(void)
{
    struct waiter w[4];

    start_waiters(w, 4, WAIT_BITSET);
    fact(futex(&word, WAKE_BITSET, INT_MAX, 0, 0, 0x5) == 2,
         "bits_choose_who_wakes");
    fact(futex(&word, WAKE_BITSET, INT_MAX, 0, 0, 0x5) == 0,
         "who_is_awake_is_not_woken");
    fact(futex(&word, WAKE, INT_MAX, 0, 0, 0) == 2, "a_plain_wake_takes_all");
    join_all(w, 4);
}

static void waiters_can_be_moved(void)
{
    struct waiter w[4];

    start_waiters(w, 4, WAIT);
    fact(fails(futex(&word, CMP_REQUEUE, 1, (void *)9, &other, 8), EAGAIN),
         "a_requeue_looks_first");
    fact(futex(&word, CMP_REQUEUE, 1, (void *)2, &other, 3) == 3,
         "one_is_woken_and_two_are_moved");
    fact(futex(&other, WAKE, INT_MAX, 0, 0, 0) == 2 &&
             futex(&word, WAKE, INT_MAX, 0, 0, 0) == 1,
         "each_word_has_its_waiters");
    fact(fails(futex(&word, REQUEUE, -1, (void *)1, &other, 0), EINVAL),
         "a_count_is_not_negative");
    join_all(w, 4);
}

int main(void)
{
    a_wait_looks_first();
    deadlines_have_clocks();
    wakes_are_counted();
    bits_choose();
    waiters_can_be_moved();
    return tap_end();
}
