/*
 * Faults as signals, and signals to threads that only compute. A TAP producer.
 * What a fault without a handler comes to is test_ends.c's.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE 4096ul

static sigjmp_buf back;
static siginfo_t last;
static volatile int count;
static char *volatile page;

static void on_jump(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)context;
    last = *info;
    count++;
    siglongjmp(back, 1);
}

static void handle(int sig, void (*handler)(int, siginfo_t *, void *),
                   int flags)
{
    struct sigaction action = {.sa_sigaction = handler,
                               .sa_flags = SA_SIGINFO | flags};

    sigaction(sig, &action, 0);
}

static char *volatile nowhere = (char *)0x7008;

static void accesses_are_told(void)
{
    sigset_t now;

    handle(SIGSEGV, on_jump, 0);
    if (!sigsetjmp(back, 1))
        *nowhere = 1;
    fact(count == 1 && last.si_signo == SIGSEGV &&
             last.si_addr == (void *)0x7008 && last.si_code == SEGV_MAPERR,
         "a_write_to_nowhere_is_told");
    if (!sigsetjmp(back, 1))
        count += *nowhere;
    fact(count == 2 && last.si_addr == (void *)0x7008, "a_read_too");
    page = mmap(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!sigsetjmp(back, 1))
        page[8] = 1;
    fact(count == 3 && last.si_addr == page + 8 && last.si_code == SEGV_ACCERR,
         "what_is_read_only_is_told_apart");
    sigprocmask(SIG_BLOCK, 0, &now);
    fact(!sigismember(&now, SIGSEGV), "the_mask_is_as_before");
    munmap(page, PAGE);
}

static void on_missing(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)context;
    count++;
    mmap((void *)((unsigned long)info->si_addr & -PAGE), PAGE,
         PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
         0);
}

/* A handler that repairs what was wrong: the access is made again. */
static void accesses_are_repaired(void)
{
    const unsigned long size = 8 * PAGE;
    double sum = 0;
    int before = count, is_kept = 1;

    page = mmap(0, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    handle(SIGSEGV, on_missing, 0);
    for (unsigned long i = 0; i < 8; i++) {
        double kept = 1.5 * (double)i; /* in a register meanwhile */
        page[i * PAGE] = (char)i;
        sum += kept;
        is_kept = is_kept && page[i * PAGE] == (char)i;
    }
    fact(count == before + 8 && is_kept, "a_handler_may_bring_the_page");
    fact(sum == 42.0, "registers_are_as_before");
    munmap(page, size);
}

static volatile long zero;

static void instructions_fault(void)
{
    handle(SIGILL, on_jump, 0);
    handle(SIGTRAP, on_jump, 0);
    if (!sigsetjmp(back, 1))
        __builtin_trap();
    fact((last.si_signo == SIGILL || last.si_signo == SIGTRAP) && last.si_addr,
         "an_instruction_that_is_none");
#ifdef __x86_64__
    handle(SIGFPE, on_jump, 0);
    if (!sigsetjmp(back, 1))
        zero = 7 / zero;
    fact(last.si_signo == SIGFPE && last.si_code == FPE_INTDIV,
         "a_division_by_zero");
#else
    fact(1, "a_division_by_zero # SKIP it is none on this machine");
#endif
}

/* --- stacks ------------------------------------------------------------- */

static char *other_stack;

static void on_other_stack(int sig, siginfo_t *info, void *context)
{
    char here;

    (void)sig, (void)info, (void)context;
    count = &here > other_stack && &here < other_stack + SIGSTKSZ * 4;
    siglongjmp(back, 1);
}

static int deeper(int n)
{
    volatile char room[1000];

    room[0] = (char)n;
    return n > 0 ? deeper(n + 1) + room[0] : 0;
}

static void *overflow(void *unused)
{
    stack_t stack = {.ss_size = SIGSTKSZ * 4};

    (void)unused;
    stack.ss_sp = other_stack = malloc(stack.ss_size);
    sigaltstack(&stack, 0);
    if (!sigsetjmp(back, 1))
        deeper(1);
    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, 0);
    free(other_stack);
    return 0;
}

static void stacks_overflow(void)
{
    pthread_t t;

    count = 0;
    handle(SIGSEGV, on_other_stack, SA_ONSTACK);
    pthread_create(&t, 0, overflow, 0);
    pthread_join(t, 0);
    fact(count == 1, "a_full_stack_has_another_for_its_handler");
}

/* --- threads ------------------------------------------------------------ */

static __thread sigjmp_buf own_back;
static __thread int own_count;

static void on_own(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
    own_count++;
    siglongjmp(own_back, 1);
}

static void *fault_often(void *unused)
{
    (void)unused;
    for (volatile int i = 0; i < 20; i++) /* no call below: it may move */
        if (!sigsetjmp(own_back, 1))
            *nowhere = 1;
    return (void *)(long)own_count;
}

static void each_thread_faults_for_itself(void)
{
    pthread_t threads[3];
    long sum = 0;

    handle(SIGSEGV, on_own, 0);
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], 0, fault_often, 0);
    for (int i = 0; i < 3; i++) {
        void *got;
        pthread_join(threads[i], &got);
        sum += (long)got;
    }
    if (sum != 60)
        printf("# %ld faults\n", sum);
    fact(sum == 60, "a_fault_is_its_threads_own");
}

/* --- registers in a handler's hands --------------------------------------- */

static void resumed(void)
{
    siglongjmp(back, 1);
}

static void on_redirect(int sig, siginfo_t *info, void *context)
{
    mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;

    (void)sig, (void)info;
#if defined __x86_64__
    m->gregs[REG_RIP] = (greg_t)resumed;
    m->gregs[REG_RSP] = (m->gregs[REG_RSP] & -16) - 1032;
#elif defined __aarch64__
    m->pc = (unsigned long)resumed;
    m->sp &= -16ul;
#else
    m->__gregs[0] = (unsigned long)resumed;
#endif
}

static void handlers_change_registers(void)
{
    volatile int returned = 1;

    handle(SIGSEGV, on_redirect, 0);
    if (!sigsetjmp(back, 1)) {
        *(volatile char *)nowhere = 1; /* before `returned` changes */
        returned = 0;
    }
    fact(returned, "a_handler_says_where_it_goes_on");
}

/* --- while computing ------------------------------------------------------ */

static volatile int stopped;

static void on_stop(int sig)
{
    (void)sig;
    stopped++;
}

static void *compute(void *unused)
{
    (void)unused;
    while (!stopped)
        ;
    return 0;
}

static void computing_is_interrupted(void)
{
    const struct itimerval soon = {.it_value.tv_usec = 3000};
    const struct itimerval often = {.it_value.tv_usec = 1000,
                                    .it_interval.tv_usec = 1000};
    const struct itimerval never = {{0, 0}, {0, 0}};
    volatile double x = 1;
    pthread_t t;

    signal(SIGALRM, on_stop);
    setitimer(ITIMER_REAL, &soon, 0);
    while (!stopped)
        ; /* without a call */
    fact(stopped == 1, "an_alarm_comes_while_computing");
    stopped = 0;
    signal(SIGUSR1, on_stop);
    pthread_create(&t, 0, compute, 0);
    usleep(2000);
    pthread_kill(t, SIGUSR1);
    pthread_join(t, 0);
    fact(stopped == 1, "a_thread_that_computes_is_told");
    stopped = 0;
    setitimer(ITIMER_REAL, &often, 0);
    while (stopped < 20)
        x = x * 3.0 / 3.0;
    setitimer(ITIMER_REAL, &never, 0);
    fact(x == 1.0, "often_and_its_registers_stay");
}

static volatile int started;

static void *compute_for_ever(void *type)
{
    pthread_setcanceltype(*(int *)type, 0);
    started = 1;
    while (started < 2)
        ;
    pthread_testcancel();
    return 0;
}

static void computing_is_cancelled(void)
{
    int at_once = PTHREAD_CANCEL_ASYNCHRONOUS, later = PTHREAD_CANCEL_DEFERRED;
    void *result = 0;
    pthread_t t;

    pthread_create(&t, 0, compute_for_ever, &at_once);
    while (!started)
        usleep(1000);
    pthread_cancel(t);
    pthread_join(t, &result);
    fact(result == PTHREAD_CANCELED && started == 1,
         "a_computation_is_cancelled_if_it_may_be");
    started = 0;
    pthread_create(&t, 0, compute_for_ever, &later);
    while (!started)
        usleep(1000);
    pthread_cancel(t);
    usleep(50000);
    started = 2;
    pthread_join(t, &result);
    fact(result == PTHREAD_CANCELED && started == 2, "or_where_it_asks_for_it");
}

/* Blocked, it waits until it is not. */
static void masks_hold(void)
{
    const struct itimerval soon = {.it_value.tv_usec = 1000};
    struct timeval begin, now;
    sigset_t set, before;
    int early;

    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, &before);
    stopped = 0;
    setitimer(ITIMER_REAL, &soon, 0);
    gettimeofday(&begin, 0);
    do
        gettimeofday(&now, 0);
    while ((now.tv_sec - begin.tv_sec) * 1000000 + now.tv_usec - begin.tv_usec <
           50000);
    early = stopped;
    sigprocmask(SIG_SETMASK, &before, 0);
    fact(!early && stopped == 1, "a_blocked_one_waits");
}

int main(void)
{
    accesses_are_told();
    accesses_are_repaired();
    instructions_fault();
    stacks_overflow();
    each_thread_faults_for_itself();
    handlers_change_registers();
    computing_is_interrupted();
    computing_is_cancelled();
    masks_hold();
    return tap_end();
}
