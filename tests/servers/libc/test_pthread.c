/*
 * Locks of all kinds, thread-local data and cancellation, as POSIX has them:
 * what test_threads.c (threads themselves) leaves. A TAP producer.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_t start(void *(*function)(void *), void *argument)
{
    pthread_t t;

    return pthread_create(&t, 0, function, argument) ? 0 : t;
}

static void *result_of(pthread_t t)
{
    void *result = 0;

    pthread_join(t, &result);
    return result;
}

/* `us` from now, of a clock. */
static struct timespec in_us(clockid_t clock, long us)
{
    struct timespec t;

    clock_gettime(clock, &t);
    t.tv_nsec += us * 1000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

static pthread_mutex_t mutex_of_kind(int kind)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t m;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, kind);
    pthread_mutex_init(&m, &attr);
    return m;
}

static void *try_and_unlock(void *m)
{
    long error = pthread_mutex_trylock(m);

    if (!error)
        pthread_mutex_unlock(m);
    return (void *)error;
}

static void *only_unlock(void *m)
{
    return (void *)(long)pthread_mutex_unlock(m);
}

static void mutexes_have_kinds(void)
{
    pthread_mutex_t m = mutex_of_kind(PTHREAD_MUTEX_ERRORCHECK);
    struct timespec soon;

    fact(!pthread_mutex_lock(&m) && pthread_mutex_lock(&m) == EDEADLK,
         "an_errorcheck_mutex_sees_a_dead_lock");
    fact((long)result_of(start(only_unlock, &m)) == EPERM,
         "an_errorcheck_mutex_is_unlocked_by_its_owner");
    pthread_mutex_unlock(&m);
    fact(pthread_mutex_unlock(&m) == EPERM,
         "an_errorcheck_mutex_is_unlocked_once");

    m = mutex_of_kind(PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_lock(&m);
    fact(!pthread_mutex_lock(&m) && !pthread_mutex_unlock(&m) &&
             (long)result_of(start(try_and_unlock, &m)) == EBUSY,
         "a_recursive_mutex_counts");
    pthread_mutex_unlock(&m);
    fact(!result_of(start(try_and_unlock, &m)),
         "a_recursive_mutex_is_free_in_the_end");

    m = mutex_of_kind(PTHREAD_MUTEX_NORMAL);
    pthread_mutex_lock(&m);
    soon = in_us(CLOCK_REALTIME, 2000);
    fact(pthread_mutex_timedlock(&m, &soon) == ETIMEDOUT,
         "a_timed_lock_gives_up");
    soon.tv_nsec = -1;
    fact(pthread_mutex_timedlock(&m, &soon) == EINVAL,
         "a_timed_lock_wants_a_real_time");
    pthread_mutex_unlock(&m);
}

static void *lock_and_end(void *m)
{
    pthread_mutex_lock(m);
    return 0;
}

static pthread_mutex_t robust_mutex(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t m;

    pthread_mutexattr_init(&attr);
    fact(!pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST),
         "mutexes_can_be_robust");
    pthread_mutex_init(&m, &attr);
    return m;
}

static void *wait_for_the_dead(void *m)
{
    return (void *)(long)pthread_mutex_lock(m);
}

static void *lock_wait_and_end(void *m)
{
    pthread_mutex_lock(m);
    usleep(3000);
    return 0;
}

static void robust_mutexes_outlive_their_owner(void)
{
    pthread_mutex_t m = robust_mutex();
    pthread_t owner, waiter;

    result_of(start(lock_and_end, &m));
    fact(pthread_mutex_lock(&m) == EOWNERDEAD, "the_next_owner_is_told");
    fact(!pthread_mutex_consistent(&m) && !pthread_mutex_unlock(&m) &&
             !pthread_mutex_lock(&m) && !pthread_mutex_unlock(&m),
         "what_is_made_consistent_is_usable");
    result_of(start(lock_and_end, &m));
    pthread_mutex_lock(&m);
    pthread_mutex_unlock(&m);
    fact(pthread_mutex_lock(&m) == ENOTRECOVERABLE,
         "what_is_not_made_consistent_is_lost");

    m = robust_mutex();
    owner = start(lock_wait_and_end, &m);
    usleep(1000);
    waiter = start(wait_for_the_dead, &m);
    fact((long)result_of(waiter) == EOWNERDEAD, "who_waits_is_woken");
    result_of(owner);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static int is_open, through;

static void *pass(void *unused)
{
    pthread_mutex_lock(&gate);
    while (!is_open)
        pthread_cond_wait(&opened, &gate);
    through++;
    pthread_mutex_unlock(&gate);
    return unused;
}

static void conditions_wake_one_or_all(void)
{
    pthread_t t[8];
    pthread_condattr_t attr;
    pthread_cond_t timed;

    for (int i = 0; i < 8; i++)
        t[i] = start(pass, 0);
    usleep(2000);
    pthread_mutex_lock(&gate);
    is_open = 1;
    pthread_cond_broadcast(&opened);
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < 8; i++)
        pthread_join(t[i], 0);
    fact(through == 8, "a_broadcast_wakes_all");

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&timed, &attr);
    struct timespec end = in_us(CLOCK_MONOTONIC, 3000), now;
    pthread_mutex_lock(&gate);
    int error = pthread_cond_timedwait(&timed, &gate, &end);
    clock_gettime(CLOCK_MONOTONIC, &now);
    fact(error == ETIMEDOUT &&
             (now.tv_sec > end.tv_sec ||
              (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec)),
         "a_timed_wait_is_never_too_short");
    fact(pthread_mutex_trylock(&gate) == EBUSY,
         "a_timed_wait_comes_back_with_the_mutex");
    pthread_mutex_unlock(&gate);
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void *try_read(void *unused)
{
    long error = pthread_rwlock_tryrdlock(&rwlock);

    (void)unused;
    if (!error)
        pthread_rwlock_unlock(&rwlock);
    return (void *)error;
}

static void *try_write(void *unused)
{
    long error = pthread_rwlock_trywrlock(&rwlock);

    (void)unused;
    if (!error)
        pthread_rwlock_unlock(&rwlock);
    return (void *)error;
}

static void *write_when_free(void *value)
{
    pthread_rwlock_wrlock(&rwlock);
    *(int *)value += 1;
    pthread_rwlock_unlock(&rwlock);
    return 0;
}

static void readers_share_and_writers_do_not(void)
{
    struct timespec soon;
    int value = 0;

    pthread_rwlock_rdlock(&rwlock);
    fact(!result_of(start(try_read, 0)), "readers_share");
    fact((long)result_of(start(try_write, 0)) == EBUSY,
         "a_reader_keeps_writers_out");
    pthread_t writer = start(write_when_free, &value);
    usleep(1000);
    fact(value == 0, "a_writer_waits_for_readers");
    pthread_rwlock_unlock(&rwlock);
    pthread_join(writer, 0);
    fact(value == 1, "and_then_writes");
    pthread_rwlock_wrlock(&rwlock);
    fact((long)result_of(start(try_read, 0)) == EBUSY &&
             (long)result_of(start(try_write, 0)) == EBUSY,
         "a_writer_is_alone");
    soon = in_us(CLOCK_REALTIME, 1000);
    fact(pthread_rwlock_timedrdlock(&rwlock, &soon) == ETIMEDOUT,
         "a_timed_reader_gives_up");
    pthread_rwlock_unlock(&rwlock);
}

static void *meet(void *barrier)
{
    return (void *)(long)pthread_barrier_wait(barrier);
}

static void a_barrier_has_one_serial_thread(void)
{
    pthread_barrier_t barrier;
    pthread_t t[4];
    int serial = 0;

    pthread_barrier_init(&barrier, 0, 5);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 4; i++)
            t[i] = start(meet, &barrier);
        serial += pthread_barrier_wait(&barrier) != 0;
        for (int i = 0; i < 4; i++)
            serial += result_of(t[i]) != 0;
    }
    fact(serial == 2, "a_barrier_has_one_serial_thread_a_round");
    fact(!pthread_barrier_destroy(&barrier), "a_barrier_ends");
}

static void *post_twice(void *s)
{
    usleep(1000);
    sem_post(s);
    sem_post(s);
    return 0;
}

static void semaphores_count(void)
{
    struct timespec soon;
    int value = 0;
    sem_t s;

    sem_init(&s, 0, 1);
    fact(!sem_trywait(&s) && sem_trywait(&s) < 0 && errno == EAGAIN,
         "a_semaphore_is_used_up");
    soon = in_us(CLOCK_REALTIME, 1000);
    fact(sem_timedwait(&s, &soon) < 0 && errno == ETIMEDOUT,
         "a_timed_semaphore_gives_up");
    pthread_t t = start(post_twice, &s);
    fact(!sem_wait(&s) && !sem_wait(&s), "a_post_wakes");
    pthread_join(t, 0);
    sem_post(&s);
    fact(!sem_getvalue(&s, &value) && value == 1, "a_semaphore_tells");
    sem_destroy(&s);
    sem_init(&s, 0, SEM_VALUE_MAX);
    fact(sem_post(&s) < 0 && errno == EOVERFLOW, "a_semaphore_has_an_end");
}

static pthread_key_t key, late_key;
static int destroyed, destroyed_late;

static void destroy(void *value)
{
    destroyed += (int)(long)value;
    pthread_setspecific(late_key, (void *)1);
}

static void destroy_late(void *unused)
{
    (void)unused;
    destroyed_late++;
}

static __thread int own = 7;

static void *use_keys(void *value)
{
    int good = own == 7 && !pthread_getspecific(key);

    own = 9;
    pthread_setspecific(key, value);
    return (void *)(long)(good && pthread_getspecific(key) == value);
}

static int times_called;

static void call_once(void)
{
    times_called++;
}

static void *ask_once(void *once)
{
    pthread_once(once, call_once);
    return (void *)(long)times_called;
}

static void threads_have_data_of_their_own(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    int count = 0;

    fact(!pthread_key_create(&key, destroy) &&
             !pthread_key_create(&late_key, destroy_late),
         "keys_are_made");
    fact(result_of(start(use_keys, (void *)30)) != 0,
         "each_thread_has_its_own");
    fact(destroyed == 30, "a_destructor_gets_the_value");
    fact(destroyed_late == 1, "what_a_destructor_sets_is_destroyed_too");
    fact(own == 7 && !pthread_getspecific(key),
         "other_threads_have_theirs_still");
    fact(!pthread_key_delete(key) && !pthread_key_delete(late_key),
         "keys_can_be_deleted");
    for (int i = 0; i < 3; i++)
        count += result_of(start(ask_once, &once)) == (void *)1;
    fact(count == 3, "once_is_once");
}

static int cleaned;

static void clean(void *how_much)
{
    cleaned += (int)(long)how_much;
}

static void *sleep_with_cleanup(void *unused)
{
    pthread_cleanup_push(clean, (void *)1);
    pthread_cleanup_push(clean, (void *)10);
    pause();
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return unused;
}

static void unlock(void *m)
{
    pthread_mutex_unlock(m);
}

static void *wait_with_mutex(void *unused)
{
    pthread_mutex_lock(&gate);
    pthread_cleanup_push(unlock, &gate);
    while (is_open)
        pthread_cond_wait(&opened, &gate);
    pthread_cleanup_pop(1);
    return unused;
}

static volatile int may_go;

static void *refuse_then_agree(void *unused)
{
    int before;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    while (!may_go)
        usleep(500);
    cleaned = 100;
    pthread_setcancelstate(before, 0);
    pthread_testcancel();
    cleaned = 0;
    return unused;
}

static void threads_can_be_cancelled(void)
{
    pthread_t t = start(sleep_with_cleanup, 0);

    usleep(1000);
    fact(!pthread_cancel(t) && result_of(t) == PTHREAD_CANCELED,
         "a_sleeper_is_cancelled");
    fact(cleaned == 11, "clean_up_handlers_run");
    t = start(wait_with_mutex, 0);
    usleep(1000);
    pthread_cancel(t);
    fact(result_of(t) == PTHREAD_CANCELED && !pthread_mutex_trylock(&gate),
         "a_cancelled_wait_gives_the_mutex_to_its_handler");
    pthread_mutex_unlock(&gate);
    t = start(refuse_then_agree, 0);
    pthread_cancel(t);
    usleep(2000);
    may_go = 1;
    fact(result_of(t) == PTHREAD_CANCELED && cleaned == 100,
         "cancellation_can_be_put_off");
}

static void *tell_stack_size(void *unused)
{
    pthread_attr_t attr;
    size_t size = 0, guard = 0;
    void *base;

    (void)unused;
    pthread_getattr_np(pthread_self(), &attr);
    pthread_attr_getstack(&attr, &base, &size);
    pthread_attr_getguardsize(&attr, &guard);
    int inside =
        (char *)&size > (char *)base && (char *)&size < (char *)base + size;
    return (void *)(inside ? size : 0);
}

static void attributes_are_kept(void)
{
    static char memory[32768] __attribute__((aligned(4096)));
    pthread_attr_t attr;
    pthread_t t;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 256 * 1024);
    pthread_create(&t, &attr, tell_stack_size, 0);
    fact((size_t)result_of(t) >= 256 * 1024, "a_stack_is_as_large_as_wanted");
    fact(pthread_attr_setstacksize(&attr, 100) == EINVAL,
         "too_small_a_stack_is_refused");
    pthread_attr_setstack(&attr, memory, sizeof memory);
    pthread_create(&t, &attr, tell_stack_size, 0);
    size_t size = (size_t)result_of(t);
    fact(size > 0 && size <= sizeof memory, "a_stack_can_be_given");
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    is_open = 1;
    fact(!pthread_create(&t, &attr, pass, 0), "a_thread_starts_detached");
    usleep(1000);
    fact(through == 9, "and_runs");
}

int main(void)
{
    mutexes_have_kinds();
    robust_mutexes_outlive_their_owner();
    conditions_wake_one_or_all();
    readers_share_and_writers_do_not();
    a_barrier_has_one_serial_thread();
    semaphores_count();
    threads_have_data_of_their_own();
    threads_can_be_cancelled();
    attributes_are_kept();
    return tap_end();
}
