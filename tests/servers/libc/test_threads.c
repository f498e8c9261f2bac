/*
 * POSIX threads on L4 threads, in the simulator: a TAP producer.
 *
 * Virtual time makes every interleaving the same in every run; --seed gives
 * others. The counts are small because each step is instrumented.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <l4/re/env.h>
#include <pthread-l4.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdatomic.h>
#include <string.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 5, ROUNDS = 400 };

static int cases, failures;

static void fact(int holds, const char *name)
{
    printf("%s %d - %s\n", holds ? "ok" : "not ok", ++cases, name);
    failures += !holds;
}

static void *doubled(void *value)
{
    return (void *)(2 * (long)value);
}

static void join_gives_the_result(void)
{
    pthread_t t;
    void *result = 0;

    fact(!pthread_create(&t, 0, doubled, (void *)21), "a_thread_is_created");
    fact(!pthread_join(t, &result) && (long)result == 42,
         "join_gives_the_result");
}

static void slots_are_used_again(void)
{
    int good = 1;

    for (long i = 0; i < 100; i++) {
        pthread_t t;
        void *result;
        good = good && !pthread_create(&t, 0, doubled, (void *)i) &&
               !pthread_join(t, &result) && (long)result == 2 * i;
    }
    fact(good, "a_hundred_threads_after_each_other");
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long counter;
static __thread long own = 5;

static void *count(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        long seen = counter;
        if (i % 16 == 0)
            sched_yield();
        counter = seen + 1;
        pthread_mutex_unlock(&mutex);
        own++;
    }
    return own == 5 + ROUNDS ? unused : &counter;
}

static void a_mutex_excludes(void)
{
    pthread_t t[WORKERS];
    int good = 1;
    void *result;

    for (int i = 0; i < WORKERS; i++)
        good = good && !pthread_create(&t[i], 0, count, 0);
    for (int i = 0; i < WORKERS; i++)
        good = good && !pthread_join(t[i], &result) && !result;
    fact(counter == WORKERS * ROUNDS, "a_mutex_excludes");
    fact(good && own == 5, "thread_local_storage_is_per_thread");
}

static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int turn;

static void *ping(void *unused)
{
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < 50; i++) {
        while (turn != 1)
            pthread_cond_wait(&changed, &mutex);
        turn = 0;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&mutex);
    return unused;
}

static void a_condition_hands_over(void)
{
    pthread_t t;

    pthread_create(&t, 0, ping, 0);
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < 50; i++) {
        turn = 1;
        pthread_cond_broadcast(&changed);
        while (turn != 0)
            pthread_cond_wait(&changed, &mutex);
    }
    pthread_mutex_unlock(&mutex);
    fact(!pthread_join(t, 0), "a_condition_hands_over");
}

static void a_timed_wait_ends(void)
{
    struct timespec until, now;
    int error;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 20000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&mutex);
    error = pthread_cond_timedwait(&changed, &mutex, &until);
    pthread_mutex_unlock(&mutex);
    clock_gettime(CLOCK_REALTIME, &now);
    fact(error == ETIMEDOUT, "a_timed_wait_ends");
    fact(now.tv_sec > until.tv_sec ||
             (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec),
         "a_timed_wait_is_not_too_short");
}

static sem_t semaphore;

static void *post_later(void *unused)
{
    usleep(5000);
    sem_post(&semaphore);
    return unused;
}

static void detached_threads_give_back_their_stacks(void)
{
    pthread_attr_t attr;
    int good = 1;

    sem_init(&semaphore, 0, 0);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < 60; i++) {
        pthread_t t;
        good = good && !pthread_create(&t, &attr, post_later, 0) &&
               !sem_wait(&semaphore);
    }
    fact(good, "sixty_detached_threads_after_each_other");
}

static pthread_barrier_t barrier;

static void *meet(void *unused)
{
    for (int i = 0; i < 10; i++)
        pthread_barrier_wait(&barrier);
    return unused;
}

static void a_barrier_collects(void)
{
    pthread_t t[3];

    pthread_barrier_init(&barrier, 0, 4);
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], 0, meet, 0);
    meet(0);
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], 0);
    fact(1, "a_barrier_collects");
}

static void *wait_for_ever(void *unused)
{
    sem_wait(&semaphore);
    return unused;
}

static void a_waiting_thread_can_be_cancelled(void)
{
    pthread_t t;
    void *result = 0;

    pthread_create(&t, 0, wait_for_ever, 0);
    usleep(1000);
    fact(!pthread_cancel(t) && !pthread_join(t, &result) &&
             result == PTHREAD_CANCELED,
         "a_waiting_thread_can_be_cancelled");
}

static void *tell_capability(void *out)
{
    *(l4_cap_idx_t *)out = pthread_l4_cap(pthread_self());
    return 0;
}

static void threads_have_capabilities(void)
{
    l4_cap_idx_t cap = 0, seen;
    pthread_t t;

    fact(pthread_l4_cap(pthread_self()) == l4re_env()->main_thread,
         "the_main_threads_capability_is_the_environments");
    pthread_create(&t, 0, tell_capability, &cap);
    seen = pthread_l4_cap(t);
    pthread_join(t, 0);
    fact(l4_is_valid_cap(cap) && seen == cap,
         "inside_and_outside_name_the_same_capability");
}

static void *note_order(void *letter)
{
    static char order[4];
    strncat(order, letter, 1);
    return order;
}

static pthread_t create_with_priority(int priority, char *letter)
{
    struct sched_param param = {.sched_priority = priority};
    pthread_attr_t attr;
    pthread_t t = 0;

    pthread_attr_init(&attr);
    pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attr, SCHED_RR);
    pthread_attr_setschedparam(&attr, &param);
    if (pthread_create(&t, &attr, note_order, letter))
        return 0;
    return t;
}

static void priorities_are_l4_priorities(void)
{
    struct sched_param high = {.sched_priority = 10};
    void *order = "";
    pthread_t a, b;

    int error = pthread_setschedparam(pthread_self(), SCHED_RR, &high);
    fact(!error || error == EPERM, "the_own_priority_can_be_asked_for");
    a = create_with_priority(3, "a");
    b = create_with_priority(5, "b");
    fact(a && b, "threads_are_created_with_priorities");
    if (a)
        pthread_join(a, &order);
    if (b)
        pthread_join(b, 0);
    fact(!strcmp(order, "ba"), "the_higher_priority_runs_first");
}

static void *sleep_long(void *unused)
{
    sleep(1000);
    return unused;
}

/* More than the task's area has UTCBs for, and than one chunk has slots. */
static void many_at_once(void)
{
    static pthread_t t[200];
    int made = 0, ended = 0;

    while (made < 200 && !pthread_create(&t[made], 0, sleep_long, 0))
        made++;
    fact(made == 200, "two_hundred_threads_at_once");
    for (int i = 0; i < made; i++)
        pthread_cancel(t[i]);
    for (int i = 0; i < made; i++) {
        void *result;
        ended += !pthread_join(t[i], &result) && result == PTHREAD_CANCELED;
    }
    fact(ended == made, "all_of_them_can_be_cancelled");
    slots_are_used_again();
}

int main(void)
{
    join_gives_the_result();
    slots_are_used_again();
    a_mutex_excludes();
    a_condition_hands_over();
    a_timed_wait_ends();
    detached_threads_give_back_their_stacks();
    a_barrier_collects();
    a_waiting_thread_can_be_cancelled();
    threads_have_capabilities();
    many_at_once();
    priorities_are_l4_priorities();
    printf("1..%d\n", cases);
    return failures != 0;
}
