/*
 * Mutexes that lend priority (PTHREAD_PRIO_INHERIT). Who runs when is told by
 * a string: threads of strict priorities on one CPU, each starting the next.
 * A TAP producer.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOW = 10, MIDDLE = 20, HIGH = 30, HIGHEST = 40 };

static pthread_mutex_t a, b;
static char story[20];

static void say(char what)
{
    size_t length = strlen(story);

    story[length + 1] = 0;
    story[length] = what;
}

static void make(pthread_mutex_t *mutex, int type, int robust)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
    pthread_mutexattr_settype(&attr, type);
    pthread_mutexattr_setrobust(&attr, robust);
    pthread_mutex_init(mutex, &attr);
}

static void begin(void)
{
    story[0] = 0;
    make(&a, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
    make(&b, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
}

static pthread_t start(int priority, void *(*run)(void *), void *argument)
{
    struct sched_param param = {.sched_priority = priority};
    pthread_attr_t attr;
    pthread_t t;

    pthread_attr_init(&attr);
    pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attr, SCHED_RR);
    pthread_attr_setschedparam(&attr, &param);
    return pthread_create(&t, &attr, run, argument) ? 0 : t;
}

static void join(pthread_t t)
{
    if (t)
        pthread_join(t, 0);
}

static void *only_say(void *what)
{
    say(*(const char *)what);
    return 0;
}

static void *lock_a(void *what)
{
    pthread_mutex_lock(&a);
    say(*(const char *)what);
    pthread_mutex_unlock(&a);
    return 0;
}

/* Has a, is waited for by "H"; "M" would come between. */
static void *hold_a(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&a);
    pthread_t high = start(HIGH, lock_a, "H");
    pthread_t middle = start(MIDDLE, only_say, "M");
    say('l');
    pthread_mutex_unlock(&a);
    say('L');
    join(high);
    join(middle);
    return 0;
}

static void an_owner_has_its_waiters_priority(void)
{
    begin();
    join(start(LOW, hold_a, 0));
    fact(!strcmp(story, "lHML"), "an_owner_runs_before_who_is_between");
    if (strcmp(story, "lHML"))
        printf("# %s\n", story);
}

/* Has b, waits for a. */
static void *lock_both(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&b);
    pthread_mutex_lock(&a);
    say('2');
    pthread_mutex_unlock(&a);
    pthread_mutex_unlock(&b);
    return 0;
}

static void *lock_b(void *what)
{
    pthread_mutex_lock(&b);
    say(*(const char *)what);
    pthread_mutex_unlock(&b);
    return 0;
}

static void *hold_a_of_a_chain(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&a);
    pthread_t second = start(MIDDLE, lock_both, 0);
    pthread_t third = start(HIGHEST, lock_b, "3");
    pthread_t between = start(HIGH, only_say, "M");
    say('1');
    pthread_mutex_unlock(&a);
    say('L');
    join(second);
    join(third);
    join(between);
    return 0;
}

static void priority_goes_through_a_chain(void)
{
    begin();
    join(start(LOW, hold_a_of_a_chain, 0));
    fact(!strcmp(story, "123ML"), "priority_goes_from_lock_to_lock");
    if (strcmp(story, "123ML"))
        printf("# %s\n", story);
}

static void *hold_for_three(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&a);
    pthread_t t[3] = {start(MIDDLE, lock_a, "2"), start(HIGH, lock_a, "3"),
                      start(MIDDLE, lock_a, "1")};
    say('l');
    pthread_mutex_unlock(&a);
    say('L');
    for (int i = 0; i < 3; i++)
        join(t[i]);
    return 0;
}

static void the_highest_comes_first(void)
{
    begin();
    join(start(LOW, hold_for_three, 0));
    fact(!strcmp(story, "l321L"), "a_lock_goes_to_the_highest_then_the_first");
    if (strcmp(story, "l321L"))
        printf("# %s\n", story);
}

static struct timespec in_us(long us)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += us * 1000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

static volatile int gave_up;

static void *give_up_on_a(void *unused)
{
    struct timespec limit = in_us(2000);

    (void)unused;
    if (pthread_mutex_timedlock(&a, &limit) == ETIMEDOUT)
        say('T');
    gave_up = 1;
    return 0;
}

static void *hold_until_given_up(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&a);
    pthread_t high = start(HIGH, give_up_on_a, 0);
    while (!gave_up)
        ;
    pthread_t middle = start(MIDDLE, only_say, "M");
    say('l');
    pthread_mutex_unlock(&a);
    join(high);
    join(middle);
    return 0;
}

static void what_is_lent_is_given_back(void)
{
    begin();
    join(start(LOW, hold_until_given_up, 0));
    fact(!strcmp(story, "TMl"), "who_gives_up_lends_no_more");
    if (strcmp(story, "TMl"))
        printf("# %s\n", story);
}

static void *end_with_a(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&a);
    return 0;
}

static void *is_owner_dead(void *ret)
{
    *(int *)ret = pthread_mutex_lock(&a);
    return 0;
}

static void *end_while_awaited(void *ret)
{
    pthread_mutex_lock(&a);
    *(pthread_t *)ret = start(HIGH, is_owner_dead, (int *)ret + 2);
    return 0;
}

static void *try_other(void *ret)
{
    *(int *)ret = pthread_mutex_trylock(&a) * 1000 + pthread_mutex_unlock(&a);
    return 0;
}

static void mutexes_are_mutexes(void)
{
    struct {
        pthread_t waiter;
        int result;
    } ended = {0, -1};
    int other = 0;

    make(&a, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
    fact(!pthread_mutex_lock(&a) && pthread_mutex_lock(&a) == EDEADLK,
         "an_error_checking_mutex_finds_the_circle");
    join(start(HIGH, try_other, &other));
    fact(other == EBUSY * 1000 + EPERM, "and_lets_nobody_else_unlock_it");
    pthread_mutex_unlock(&a);
    make(&a, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED);
    fact(!pthread_mutex_lock(&a) && !pthread_mutex_lock(&a) &&
             !pthread_mutex_unlock(&a) && !pthread_mutex_unlock(&a) &&
             pthread_mutex_unlock(&a) == EPERM,
         "a_recursive_mutex_counts");
    make(&a, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
    join(start(HIGH, end_with_a, 0));
    fact(pthread_mutex_lock(&a) == EOWNERDEAD &&
             !pthread_mutex_consistent(&a) && !pthread_mutex_unlock(&a),
         "a_robust_mutex_tells_of_its_owners_end");
    join(start(LOW, end_while_awaited, &ended));
    join(ended.waiter);
    fact(ended.result == EOWNERDEAD, "also_who_waited_at_the_time");
}

static pthread_cond_t told = PTHREAD_COND_INITIALIZER;
static int is_told, heard;

static void *listen(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&a);
    while (!is_told)
        pthread_cond_wait(&told, &a);
    heard++;
    pthread_mutex_unlock(&a);
    return 0;
}

static void conditions_go_with_them(void)
{
    pthread_t t[3];

    begin();
    for (int i = 0; i < 3; i++)
        t[i] = start(HIGH, listen, 0);
    pthread_mutex_lock(&a);
    is_told = 1;
    pthread_cond_broadcast(&told);
    pthread_mutex_unlock(&a);
    for (int i = 0; i < 3; i++)
        join(t[i]);
    fact(heard == 3, "a_condition_wakes_all_of_them");
}

enum { THREADS = 4, ROUNDS = 200 };

static long count;

static void *add(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&a);
        long was = count;
        if (i % 8 == 0)
            usleep(1);
        count = was + 1;
        pthread_mutex_unlock(&a);
    }
    return 0;
}

static void many_share_one(void)
{
    pthread_t t[THREADS];

    begin();
    for (int i = 0; i < THREADS; i++)
        t[i] = start(LOW + i % 3, add, 0);
    for (int i = 0; i < THREADS; i++)
        join(t[i]);
    fact(count == THREADS * ROUNDS, "one_at_a_time_is_inside");
}

int main(void)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    fact(!pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT),
         "there_are_mutexes_that_lend_priority");
    fact(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_PROTECT) == ENOTSUP,
         "there_are_no_ceilings");
    an_owner_has_its_waiters_priority();
    priority_goes_through_a_chain();
    the_highest_comes_first();
    what_is_lent_is_given_back();
    mutexes_are_mutexes();
    conditions_go_with_them();
    many_share_one();
    return tap_end();
}
