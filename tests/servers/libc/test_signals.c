/*
 * Signals, timers and clocks, as POSIX has them, inside one program. A TAP
 * producer.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t came, last, nested;
static siginfo_t told;
static pthread_t ran_on;

static void count(int sig)
{
    came++;
    last = sig;
    ran_on = pthread_self();
}

static void count_with_info(int sig, siginfo_t *info, void *context)
{
    (void)context;
    count(sig);
    told = *info;
}

/* The first time, raises itself; how deep that got in `nested`. */
static void raise_inside(int sig)
{
    static int depth;

    depth++;
    if (came == 0 && depth == 1) {
        nested = 0;
        raise(sig);
    }
    if (depth > nested)
        nested = depth;
    came++;
    depth--;
}

static void handle(int sig, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

    sigaction(sig, &action, 0);
    came = last = 0;
}

static int fails(long result, int error)
{
    return result < 0 && errno == error;
}

static sigset_t set_of(int sig)
{
    sigset_t set;

    sigemptyset(&set);
    if (sig)
        sigaddset(&set, sig);
    return set;
}

static void handlers_run(void)
{
    struct sigaction old;

    handle(SIGUSR1, count, 0);
    fact(!kill(getpid(), SIGUSR1) && came == 1 && last == SIGUSR1,
         "kill_runs_the_handler");
    fact(!sigaction(SIGUSR1, 0, &old) && old.sa_handler == count,
         "sigaction_tells_the_handler");
    handle(SIGUSR1, count, SA_RESETHAND);
    raise(SIGUSR1);
    sigaction(SIGUSR1, 0, &old);
    fact(came == 1 && old.sa_handler == SIG_DFL, "a_handler_for_once");
    handle(SIGUSR1, raise_inside, 0);
    raise(SIGUSR1);
    fact(came == 2 && nested == 1, "a_signal_waits_for_its_own_handler");
    handle(SIGUSR1, raise_inside, SA_NODEFER);
    raise(SIGUSR1);
    fact(came == 2 && nested == 2, "unless_it_need_not");
    fact(fails(sigaction(SIGKILL, &old, 0), EINVAL) &&
             fails(kill(getpid(), 99), EINVAL) && !kill(getpid(), 0),
         "not_every_signal_is_one");
    fact(fails(kill(12345, SIGTERM), ESRCH), "an_unknown_process_is_told");
}

static void masks_hold_signals_back(void)
{
    sigset_t usr1 = set_of(SIGUSR1), none = set_of(0), now;

    handle(SIGUSR1, count, 0);
    sigprocmask(SIG_BLOCK, &usr1, &now);
    fact(!sigismember(&now, SIGUSR1), "a_mask_is_told");
    raise(SIGUSR1);
    raise(SIGUSR1);
    fact(came == 0 && !sigpending(&now) && sigismember(&now, SIGUSR1),
         "a_blocked_signal_is_pending");
    sigprocmask(SIG_UNBLOCK, &usr1, 0);
    fact(came == 1, "and_comes_once_when_it_may");
    sigprocmask(SIG_BLOCK, &usr1, 0);
    raise(SIGUSR1);
    fact(fails(sigsuspend(&none), EINTR) && came == 2,
         "sigsuspend_lets_it_through");
    sigprocmask(SIG_SETMASK, 0, &now);
    fact(sigismember(&now, SIGUSR1), "and_puts_the_mask_back");
    raise(SIGUSR1);
    int sig = 0;
    fact(!sigwait(&usr1, &sig) && sig == SIGUSR1 && came == 2,
         "sigwait_takes_it_without_its_handler");
    struct timespec brief = {.tv_nsec = 2000000};
    fact(fails(sigtimedwait(&usr1, 0, &brief), EAGAIN),
         "sigtimedwait_gives_up");
    sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 42});
    siginfo_t info;
    fact(sigwaitinfo(&usr1, &info) == SIGUSR1 && info.si_value.sival_int == 42,
         "sigqueue_sends_a_value");
    sigprocmask(SIG_SETMASK, &none, 0);
}

static void *sleep_on(void *ret_left)
{
    struct timespec length = {.tv_sec = 100}, left = {0};
    int result = nanosleep(&length, &left);

    *(struct timespec *)ret_left = left;
    return (void *)(long)(result < 0 ? errno : 0);
}

static void *read_pipe(void *fd)
{
    char c = 0;
    long got = read((int)(long)fd, &c, 1);

    return (void *)(got == 1 ? (long)c : -(long)errno);
}

static void waits_are_interrupted(void)
{
    struct timespec left;
    void *result;
    pthread_t t;
    int fd[2];

    handle(SIGUSR2, count, 0);
    pthread_create(&t, 0, sleep_on, &left);
    usleep(2000);
    fact(!pthread_kill(t, SIGUSR2) && !pthread_join(t, &result) &&
             (long)result == EINTR && left.tv_sec >= 99 && left.tv_sec < 100,
         "a_sleep_ends_early_and_tells_the_rest");
    fact(came == 1 && ran_on == t, "the_handler_runs_on_its_thread");
    pipe(fd);
    pthread_create(&t, 0, read_pipe, (void *)(long)fd[0]);
    usleep(2000);
    pthread_kill(t, SIGUSR2);
    pthread_join(t, &result);
    fact((long)result == -EINTR, "a_read_ends_early");
    handle(SIGUSR2, count, SA_RESTART);
    pthread_create(&t, 0, read_pipe, (void *)(long)fd[0]);
    usleep(2000);
    pthread_kill(t, SIGUSR2);
    usleep(2000);
    write(fd[1], "r", 1);
    pthread_join(t, &result);
    fact((long)result == 'r' && came == 1, "a_read_goes_on_if_it_should");
    close(fd[0]), close(fd[1]);
}

static sigjmp_buf place;

static void jump(int sig)
{
    siglongjmp(place, sig);
}

static void a_handler_may_jump(void)
{
    sigset_t now;
    int sig;

    handle(SIGUSR1, jump, 0);
    sig = sigsetjmp(place, 1);
    if (!sig)
        raise(SIGUSR1);
    sigprocmask(SIG_SETMASK, 0, &now);
    fact(sig == SIGUSR1 && !sigismember(&now, SIGUSR1),
         "a_handler_may_jump_and_the_mask_comes_back");
}

static long now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void alarms_ring(void)
{
    struct itimerval every = {{0, 2000}, {0, 3000}}, off = {0}, old;
    long before = now_us();

    handle(SIGALRM, count, 0);
    setitimer(ITIMER_REAL, &every, 0);
    fact(fails(pause(), EINTR) && came == 1 && now_us() - before >= 3000,
         "an_alarm_rings_in_time");
    while (came < 4)
        pause();
    fact(now_us() - before >= 9000, "and_again_and_again");
    fact(!setitimer(ITIMER_REAL, &off, &old) && old.it_interval.tv_usec == 2000,
         "an_alarm_is_put_off");
    came = 0;
    usleep(10000);
    fact(came == 0, "and_rings_no_more");
    fact(alarm(100) == 0 && alarm(0) == 100, "alarm_tells_the_rest");
    fact(fails(setitimer(ITIMER_VIRTUAL, &every, 0), EINVAL),
         "processor_time_is_not_known");
}

static volatile int notified;

static void notify(union sigval value)
{
    notified += value.sival_int;
}

static void timers_send_signals(void)
{
    struct sigaction action = {.sa_sigaction = count_with_info,
                               .sa_flags = SA_SIGINFO};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGUSR1,
                             .sigev_value.sival_int = 17};
    struct itimerspec once = {.it_value.tv_nsec = 2000000}, left;
    timer_t timer;

    sigaction(SIGUSR1, &action, 0);
    came = 0;
    fact(!timer_create(CLOCK_MONOTONIC, &event, &timer), "a_timer_is_made");
    timer_settime(timer, 0, &once, 0);
    fact(!timer_gettime(timer, &left) && left.it_value.tv_nsec > 0 &&
             left.it_value.tv_nsec <= 2000000,
         "a_timer_tells_what_is_left");
    pause();
    fact(came == 1 && told.si_code == SI_TIMER && told.si_value.sival_int == 17,
         "a_timer_sends_its_value");
    timer_gettime(timer, &left);
    fact(left.it_value.tv_nsec == 0 && left.it_value.tv_sec == 0,
         "a_timer_that_rang_is_off");
    fact(!timer_delete(timer) &&
             fails(timer_settime(timer, 0, &once, 0), EINVAL),
         "a_timer_is_deleted");

    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = notify;
    event.sigev_notify_attributes = 0;
    fact(!timer_create(CLOCK_REALTIME, &event, &timer),
         "a_timer_with_a_thread");
    timer_settime(timer, 0, &once, 0);
    for (int i = 0; i < 100 && !notified; i++)
        usleep(1000);
    fact(notified == 17, "a_timer_calls_a_function");
    timer_delete(timer);
}

static void clocks_run(void)
{
    struct timespec a, b, end;

    clock_gettime(CLOCK_REALTIME, &a);
    end = a;
    end.tv_nsec += 3000000;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    fact(!clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &end, 0) &&
             !clock_gettime(CLOCK_REALTIME, &b) &&
             (b.tv_sec > end.tv_sec || b.tv_nsec >= end.tv_nsec),
         "a_sleep_until_a_time_of_day");
    fact(!clock_getres(CLOCK_MONOTONIC, &a) && !a.tv_sec && a.tv_nsec > 0,
         "a_clock_has_steps");
    fact(fails(clock_gettime(77, &a), EINVAL), "an_unknown_clock_is_refused");
}

int main(void)
{
    handlers_run();
    masks_hold_signals_back();
    waits_are_interrupted();
    a_handler_may_jump();
    alarms_ring();
    timers_send_signals();
    clocks_run();
    return tap_end();
}
