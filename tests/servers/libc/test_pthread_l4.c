/*
 * What POSIX threads have beyond POSIX here: threads that are made stopped, all
 * threads one by one, CPUs, L4's policy. A TAP producer.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <errno.h>
#include <l4/re/env.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/thread.h>
#include <l4/util/util.h>
#include <pthread-l4.h>
#include <sched.h>
#include <semaphore.h>
#include <unistd.h>

static volatile int ran;
static sem_t go_on;

static void *run(void *argument)
{
    ran++;
    return argument;
}

static void *wait_for_word(void *argument)
{
    sem_wait(&go_on);
    return argument;
}

static void threads_can_be_made_stopped(void)
{
    pthread_t t;
    pthread_attr_t attr;
    void *result = 0;
    l4_sched_param_t param = l4_sched_param(3, 0);

    pthread_attr_init(&attr);
    fact(attr.create_flags == 0, "no_flags_are_set_at_first");
    attr.create_flags |= PTHREAD_L4_ATTR_NO_START;
    fact(!pthread_create(&t, &attr, run, &go_on), "a_stopped_thread_is_made");
    l4_sleep(5);
    fact(!ran && l4_is_valid_cap(pthread_l4_cap(t)) &&
             pthread_l4_cap(t) == pthread_getl4cap(t),
         "it_has_a_capability_and_does_not_run");
    fact(l4_error(l4_scheduler_run_thread(l4re_env()->scheduler,
                                          pthread_l4_cap(t), &param)) >= 0 &&
             !pthread_join(t, &result) && result == &go_on && ran == 1,
         "the_scheduler_lets_it_run");
    fact(!pthread_create(&t, 0, run, &go_on) && !pthread_join(t, &result) &&
             ran == 2,
         "the_next_one_runs_at_once");
}

/* With a priority in the attribute, which the library tells the scheduler
 * otherwise. */
static void also_with_a_priority(void)
{
    pthread_t t;
    pthread_attr_t attr;
    struct sched_param param = {.sched_priority = 1};
    int policy = 0;

    pthread_attr_init(&attr);
    attr.create_flags |= PTHREAD_L4_ATTR_NO_START;
    pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
    fact(!pthread_attr_setschedpolicy(&attr, SCHED_L4) &&
             !pthread_attr_setschedparam(&attr, &param),
         "priorities_are_the_kernels");
    ran = 0;
    fact(!pthread_create(&t, &attr, run, &go_on), "it_may_have_a_priority");
    l4_sleep(5);
    fact(!ran && !pthread_getschedparam(t, &policy, &param) &&
             param.sched_priority == 1,
         "and_does_not_run_either");
    param.sched_priority = 2;
    fact(!pthread_setschedparam(t, SCHED_L4, &param) && !pthread_join(t, 0) &&
             ran == 1,
         "a_new_priority_lets_it_run");
}

static pthread_t seen[16];
static int count;

static void see(pthread_t t)
{
    if (count < 16)
        seen[count] = t;
    count++;
}

static int saw(pthread_t t)
{
    for (int i = 0; i < count && i < 16; i++)
        if (pthread_equal(seen[i], t))
            return 1;
    return 0;
}

static void all_threads_are_seen(void)
{
    pthread_t t[3];

    count = 0;
    pthread_l4_for_each_thread(see);
    fact(count == 1 && saw(pthread_self()), "one_thread_is_seen");
    sem_init(&go_on, 0, 0);
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], 0, wait_for_word, 0);
    count = 0;
    pthread_l4_for_each_thread(see);
    fact(count == 4 && saw(pthread_self()) && saw(t[0]) && saw(t[1]) &&
             saw(t[2]),
         "all_threads_are_seen");
    for (int i = 0; i < 3; i++)
        sem_post(&go_on);
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], 0);
    count = 0;
    pthread_l4_for_each_thread(see);
    fact(count == 1, "who_has_ended_is_not");
}

static int cpus_of(pthread_t t)
{
    cpu_set_t set;

    return pthread_getaffinity_np(t, sizeof set, &set) ? -1 : CPU_COUNT(&set);
}

static void threads_have_cpus(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    cpu_set_t set;
    pthread_t t;

    fact(online >= 1 && cpus_of(pthread_self()) == online,
         "a_thread_may_run_anywhere");
    sem_init(&go_on, 0, 0);
    pthread_create(&t, 0, wait_for_word, 0);
    CPU_ZERO(&set);
    CPU_SET(online - 1, &set);
    fact(!pthread_setaffinity_np(t, sizeof set, &set) && cpus_of(t) == 1 &&
             cpus_of(pthread_self()) == online,
         "or_on_one_cpu");
    CPU_ZERO(&set);
    CPU_SET(63, &set);
    fact(pthread_setaffinity_np(t, sizeof set, &set) == EINVAL &&
             cpus_of(t) == 1,
         "not_where_none_is");
    fact(pthread_setaffinity_np(t, 1, &set) == EINVAL, "a_set_has_64_bits");
    sem_post(&go_on);
    fact(!pthread_join(t, 0), "it_runs_there");
}

int main(void)
{
    threads_can_be_made_stopped();
    also_with_a_priority();
    all_threads_are_seen();
    threads_have_cpus();
    return tap_end();
}
