/*
 * What programs share: mapped files, and the locks of POSIX in them
 * (shared.cfg). The other program is this one again, with a word that says what
 * to do. A TAP producer.
 *
 * Who waits is awaited through the memory (`step`), never by a time: a step is
 * announced before the call that waits, so a test holds whether the other one
 * sleeps already or not.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SELF "/rom/test-shared"

enum { ROUNDS = 200, NAP_US = 500 };

struct shared {
    pthread_mutex_t plain, robust, recursive;
    pthread_cond_t changed;
    pthread_barrier_t barrier;
    pthread_rwlock_t door;
    sem_t full, empty;
    volatile int step;
    volatile long count;
    int ring[4];
    char text[20];
};

extern char **environ;

static struct shared *s;

static int fails(long result, int error)
{
    return result < 0 && errno == error;
}

static struct shared *map_shared(int flags)
{
    int fd = shm_open("/test", flags | O_RDWR, 0600);
    void *at = MAP_FAILED;

    if (fd >= 0 && (!(flags & O_CREAT) || !ftruncate(fd, sizeof *s)))
        at = mmap(0, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    return at == MAP_FAILED ? 0 : at;
}

static void await_step(int step)
{
    while (s->step < step)
        usleep(NAP_US);
}

static pid_t start(const char *what)
{
    char *const arguments[] = {(char *)"test-shared", (char *)what, 0};
    pid_t child;

    return posix_spawn(&child, SELF, 0, 0, arguments, environ) ? -1 : child;
}

/* The child's exit code; 1000 and the signal that ended it. */
static int ended(pid_t child)
{
    int status;

    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

static struct timespec soon(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += 5000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

/* ---- What the child does ---- */

static int child_count(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&s->plain);
        long was = s->count;
        if (i % 16 == 0)
            usleep(1); /* so that the other one comes while it is locked */
        s->count = was + 1;
        pthread_mutex_unlock(&s->plain);
    }
    return 0;
}

static int child_consume(void)
{
    long sum = 0;

    for (int i = 0; i < ROUNDS; i++) {
        sem_wait(&s->full);
        sum += s->ring[i % 4];
        sem_post(&s->empty);
    }
    return sum == (long)ROUNDS * (ROUNDS - 1) / 2 ? 0 : 1;
}

static int child_named(void)
{
    sem_t *there = sem_open("/there", 0), *back = sem_open("/back", 0);

    if (there == SEM_FAILED || back == SEM_FAILED)
        return 1;
    for (int i = 0; i < 5; i++) {
        sem_wait(there);
        s->count = s->count * 2;
        sem_post(back);
    }
    return 0;
}

static int child_answer(void)
{
    pthread_mutex_lock(&s->plain);
    while (!s->count)
        pthread_cond_wait(&s->changed, &s->plain);
    s->count = 2;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->plain);
    return 0;
}

static int child_meet(void)
{
    int serial = 0;

    for (int i = 0; i < 10; i++) {
        __atomic_fetch_add(&s->count, 1, __ATOMIC_SEQ_CST);
        serial +=
            pthread_barrier_wait(&s->barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
        if (s->count != 2 * (i + 1))
            return 99;
        serial +=
            pthread_barrier_wait(&s->barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
    }
    return serial; /* at each meeting one of the two is */
}

static int child_read(void)
{
    int good = 0;

    s->step = 1;
    pthread_rwlock_rdlock(&s->door);
    good = s->count == 7;
    pthread_rwlock_unlock(&s->door);
    return good ? 0 : 1;
}

/* Ends, or is ended, with the lock. */
static int child_hold(int for_ever)
{
    if (pthread_mutex_lock(&s->robust))
        return 1;
    s->count = 13;
    s->step = 1;
    while (for_ever)
        pause();
    await_step(2);
    return 0;
}

static int child_own(void)
{
    if (pthread_mutex_trylock(&s->recursive) != EBUSY)
        return 1;
    s->step = 1;
    if (pthread_mutex_lock(&s->recursive) || pthread_mutex_lock(&s->recursive))
        return 2;
    return pthread_mutex_unlock(&s->recursive) ||
           pthread_mutex_unlock(&s->recursive);
}

static int child_store(void)
{
    char *map = 0;
    int fd = open("/file", O_RDWR), good;

    map = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
    close(fd);
    if (map == MAP_FAILED)
        return 1;
    good = !strcmp(map, "from the first");
    strcpy(map + 4096, "from the second");
    s->step = 1;
    await_step(2);
    return good ? 0 : 2;
}

static int be_child(const char *what)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } parts[] = {
        {"count", child_count}, {"consume", child_consume},
        {"named", child_named}, {"answer", child_answer},
        {"meet", child_meet},   {"read", child_read},
        {"own", child_own},     {"store", child_store},
    };

    s = map_shared(0);
    if (!s)
        return 98;
    if (!strcmp(what, "hold") || !strcmp(what, "hold on"))
        return child_hold(!strcmp(what, "hold on"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strcmp(what, parts[i].name))
            return parts[i].run();
    return 97;
}

/* ---- The first program ---- */

static void begin(long count)
{
    s->step = 0;
    s->count = count;
}

static void make_locks(void)
{
    pthread_mutexattr_t mutex;
    pthread_condattr_t cond;
    pthread_barrierattr_t barrier;
    pthread_rwlockattr_t door;

    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&s->plain, &mutex);
    pthread_mutexattr_settype(&mutex, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&s->recursive, &mutex);
    pthread_mutexattr_settype(&mutex, PTHREAD_MUTEX_NORMAL);
    fact(!pthread_mutexattr_setrobust(&mutex, PTHREAD_MUTEX_ROBUST),
         "there_are_robust_mutexes");
    pthread_mutex_init(&s->robust, &mutex);
    pthread_condattr_init(&cond);
    pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&s->changed, &cond);
    pthread_barrierattr_init(&barrier);
    pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&s->barrier, &barrier, 2);
    pthread_rwlockattr_init(&door);
    pthread_rwlockattr_setpshared(&door, PTHREAD_PROCESS_SHARED);
    pthread_rwlock_init(&s->door, &door);
    sem_init(&s->full, 1, 0);
    sem_init(&s->empty, 1, 4);
}

static void mutexes_keep_two_programs_apart(void)
{
    begin(0);
    pid_t child = start("count");
    child_count();
    fact(ended(child) == 0 && s->count == 2L * ROUNDS,
         "a_mutex_keeps_two_programs_apart");
    begin(0);
    pthread_mutex_lock(&s->recursive);
    child = start("own");
    await_step(1);
    usleep(NAP_US);
    pthread_mutex_unlock(&s->recursive);
    fact(ended(child) == 0, "who_holds_a_recursive_mutex_is_one_program");
}

static void semaphores_count_for_both(void)
{
    struct timespec limit;

    begin(0);
    pid_t child = start("consume");
    for (int i = 0; i < ROUNDS; i++) {
        sem_wait(&s->empty);
        s->ring[i % 4] = i;
        sem_post(&s->full);
    }
    fact(ended(child) == 0, "semaphores_hand_over_what_is_in_a_ring");
    limit = soon();
    fact(fails(sem_timedwait(&s->full, &limit), ETIMEDOUT),
         "a_wait_at_a_shared_semaphore_has_an_end");
    sem_post(&s->full);
    fact(!sem_trywait(&s->full), "and_leaves_nobody_behind");
}

static void semaphores_have_names(void)
{
    sem_t *there = sem_open("/there", O_CREAT | O_EXCL, 0600, 0);
    sem_t *back = sem_open("/back", O_CREAT, 0600, 0);
    sem_t *again = sem_open("/there", 0);

    fact(there != SEM_FAILED && back != SEM_FAILED && again == there,
         "a_name_is_one_semaphore");
    fact(sem_open("/there", O_CREAT | O_EXCL, 0600, 0) == SEM_FAILED &&
             errno == EEXIST,
         "an_exclusive_semaphore_is_new");
    begin(1);
    pid_t child = start("named");
    for (int i = 0; i < 5; i++) {
        sem_post(there);
        sem_wait(back);
    }
    fact(ended(child) == 0 && s->count == 32, "two_programs_meet_at_a_name");
    sem_close(again);
    sem_close(there);
    sem_close(back);
    fact(!sem_unlink("/there") && !sem_unlink("/back") &&
             sem_open("/there", 0) == SEM_FAILED && errno == ENOENT,
         "a_name_is_taken_away");
}

static void conditions_and_barriers_and_doors(void)
{
    begin(0);
    pid_t child = start("answer");
    usleep(NAP_US);
    pthread_mutex_lock(&s->plain);
    s->count = 1;
    pthread_cond_broadcast(&s->changed);
    while (s->count != 2)
        pthread_cond_wait(&s->changed, &s->plain);
    pthread_mutex_unlock(&s->plain);
    fact(ended(child) == 0, "a_condition_is_told_to_another_program");

    begin(0);
    child = start("meet");
    int serial = child_meet();
    fact(serial + ended(child) == 20, "a_barrier_lets_two_programs_through");

    begin(0);
    pthread_rwlock_wrlock(&s->door);
    child = start("read");
    await_step(1);
    usleep(NAP_US);
    s->count = 7;
    pthread_rwlock_unlock(&s->door);
    fact(ended(child) == 0, "a_reader_waits_for_another_programs_writer");
}

static void owners_die(void)
{
    begin(0);
    pid_t child = start("hold");
    await_step(1);
    s->step = 2; /* it ends, perhaps while this waits */
    fact(pthread_mutex_lock(&s->robust) == EOWNERDEAD && s->count == 13 &&
             ended(child) == 0,
         "the_next_owner_learns_that_the_last_one_ended");
    fact(!pthread_mutex_consistent(&s->robust) &&
             !pthread_mutex_unlock(&s->robust) &&
             !pthread_mutex_lock(&s->robust) &&
             !pthread_mutex_unlock(&s->robust),
         "a_consistent_mutex_goes_on");

    begin(0);
    child = start("hold on");
    await_step(1);
    struct timespec limit = soon();
    fact(pthread_mutex_timedlock(&s->robust, &limit) == ETIMEDOUT,
         "an_owner_that_lives_is_none_that_died");
    kill(child, SIGKILL);
    fact(ended(child) > 0 && pthread_mutex_lock(&s->robust) == EOWNERDEAD,
         "a_lock_comes_free_after_its_owner_was_killed");
    fact(!pthread_mutex_unlock(&s->robust) &&
             pthread_mutex_lock(&s->robust) == ENOTRECOVERABLE,
         "what_nobody_made_consistent_stays_unusable");
}

static void *lock_robust(void *unused)
{
    (void)unused;
    s->step = 2;
    return (void *)(long)pthread_mutex_lock(&s->robust);
}

static void owners_are_killed_while_others_wait(void)
{
    pthread_mutexattr_t mutex;
    pthread_t waiter;
    void *result;

    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&mutex, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&s->robust, &mutex);
    begin(0);
    pid_t child = start("hold on");
    await_step(1);
    pthread_create(&waiter, 0, lock_robust, 0);
    await_step(2);
    usleep(20 * NAP_US); /* now it sleeps */
    kill(child, SIGKILL);
    pthread_join(waiter, &result);
    fact((long)result == EOWNERDEAD && ended(child) > 0,
         "who_waits_is_woken_when_the_owner_is_killed");
}

static void interrupted(int sig)
{
    (void)sig;
}

static void signals_end_waits(void)
{
    struct sigaction action = {.sa_handler = interrupted};
    struct itimerval often = {{0, 3000}, {0, 3000}}, never = {{0, 0}, {0, 0}};

    sigaction(SIGALRM, &action, 0);
    setitimer(ITIMER_REAL, &often, 0);
    fact(fails(sem_wait(&s->full), EINTR),
         "a_signal_ends_a_wait_at_a_shared_semaphore");
    setitimer(ITIMER_REAL, &never, 0);
    sem_post(&s->full);
    fact(!sem_trywait(&s->full), "and_takes_no_wake_up_with_it");
}

static void two_programs_map_a_file(void)
{
    char text[20] = "";
    int fd = open("/file", O_RDWR | O_CREAT, 0600);

    ftruncate(fd, 3 * 4096);
    char *map = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    fact(map != MAP_FAILED && !map[0] && !map[3 * 4096 - 1],
         "a_file_is_mapped");
    strcpy(map + 4096, "from the first");
    fact(pread(fd, text, 15, 4096) == 15 && !strcmp(text, "from the first"),
         "read_sees_what_was_stored");
    begin(0);
    pid_t child = start("store");
    await_step(1);
    fact(!strcmp(map + 8192, "from the second"),
         "two_programs_see_each_others_stores");
    s->step = 2;
    fact(ended(child) == 0, "both_ways");
    fact(pwrite(fd, "F", 1, 4096) == 1 && map[4096] == 'F',
         "a_store_sees_what_was_written");
    fact(!msync(map, 3 * 4096, MS_SYNC), "msync_answers");
    fact(!munmap(map + 4096, 4096) && !munmap(map, 4096) &&
             !strcmp(map + 8192, "from the second"),
         "a_mapping_goes_in_parts");
    munmap(map + 8192, 4096);
    close(fd);
    fd = open("/file", O_RDONLY);
    fact(pread(fd, text, 16, 8192) == 16 && !strcmp(text, "from the second") &&
             pread(fd, text, 15, 4096) == 15 && !strcmp(text, "From the first"),
         "it_stays_in_the_file");
    map = mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 4096);
    fact(map != MAP_FAILED && !strcmp(map, "From the first") &&
             fails(mprotect(map, 4096, PROT_READ | PROT_WRITE), EACCES),
         "what_was_opened_to_be_read_is_not_writable");
    munmap(map, 4096);
    fact(mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) ==
                 MAP_FAILED &&
             errno == EACCES,
         "nor_is_it_mapped_so");
    close(fd);
}

static void private_copies_are_private(void)
{
    char text[8] = "";
    int fd = open("/long", O_RDWR | O_CREAT, 0600);

    for (int i = 0; i < 8; i++)
        pwrite(fd, "page", 5, i * 4096L);
    ftruncate(fd, 8 * 4096);
    char *a = mmap(0, 8 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    char *b = mmap(0, 4 * 4096, PROT_READ, MAP_PRIVATE, fd, 4 * 4096);
    fact(a != MAP_FAILED && b != MAP_FAILED && !strcmp(a + 7 * 4096, "page") &&
             !strcmp(b, "page"),
         "a_copy_has_what_is_in_the_file");
    strcpy(a + 4 * 4096, "mine");
    fact(!strcmp(b, "page") && pread(fd, text, 5, 4 * 4096) == 5 &&
             !strcmp(text, "page"),
         "a_store_to_a_copy_stays_there");
    pwrite(fd, "file", 5, 5 * 4096L);
    fact(!strcmp(a + 5 * 4096, "page"), "a_copy_is_of_its_time");
    munmap(a, 8 * 4096);
    munmap(b, 4 * 4096);
    close(fd);
}

static void what_cannot_be_mapped_says_so(void)
{
    int fd = open("/file", O_RDWR), ends[2];
    void *map = mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 64 * 4096);

    fact(map == MAP_FAILED && errno == ENXIO, "behind_the_end_is_nothing");
    map = mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 100);
    fact(map == MAP_FAILED && errno == EINVAL, "a_mapping_begins_at_a_page");
    close(fd);
    fd = open("/empty", O_RDWR | O_CREAT, 0600);
    map = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    fact(map == MAP_FAILED && errno == ENXIO, "an_empty_file_has_no_memory");
    close(fd);
    fact(!pipe(ends) &&
             mmap(0, 4096, PROT_READ, MAP_PRIVATE, ends[0], 0) == MAP_FAILED &&
             errno == ENODEV,
         "nor_has_a_pipe");
    fact(mmap(0, 4096, PROT_READ, MAP_PRIVATE, 77, 0) == MAP_FAILED &&
             errno == EBADF,
         "nor_what_is_not_open");
    fd = open(SELF, O_RDONLY);
    map = mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 0);
    fact(map != MAP_FAILED && !memcmp(map, "\177ELF", 4),
         "a_boot_module_can_be_mapped_to_be_read");
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return be_child(argv[1]);
    s = map_shared(O_CREAT | O_EXCL);
    fact(s != 0, "shared_memory_has_a_name");
    if (!s)
        return tap_end();
    make_locks();
    mutexes_keep_two_programs_apart();
    semaphores_count_for_both();
    semaphores_have_names();
    conditions_and_barriers_and_doors();
    owners_die();
    owners_are_killed_while_others_wait();
    signals_end_waits();
    two_programs_map_a_file();
    private_copies_are_private();
    what_cannot_be_mapped_says_so();
    fact(!shm_unlink("/test") && !map_shared(0) && errno == ENOENT,
         "memory_loses_its_name");
    return tap_end();
}
