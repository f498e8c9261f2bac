/*
 * The program as a process: its end, its names, and signals to itself.
 *
 * There is one process per program and it gets no signals from outside; what
 * the kernel would report is the exception handler's. So signals are calls:
 * raise() runs the handler at once, on the thread that raised, and without a
 * handler the program ends with 128 + the signal's number (abort(): 134).
 * Between threads there is one signal, musl's request to cancel: it
 * interrupts the other thread's waiting.
 *
 * Simplified: a blocked signal raised is forgotten unless it is fatal.
 */
#include "calls.h"
#include "machine.h"
#include "threads.h"

#include <signal.h>
#include <string.h>
#include <sys/utsname.h>
#include <vitrine/libc.h>

#define PROCESS_ID 1
#define SIGNALS    65

/* As musl hands it to the kernel (its ksigaction.h). */
struct kernel_action {
    union {
        void (*handler)(int);
        void (*info_handler)(int, siginfo_t *, void *);
    };
    unsigned long flags;
    void (*restorer)(void);
    unsigned mask[2];
};

static struct kernel_action actions[SIGNALS];

long call_exit_group(const long *a)
{
    vitrine_program_end(a[0] & 0xff);
}

long call_getpid(const long *a)
{
    (void)a;
    return PROCESS_ID;
}

long call_getppid(const long *a)
{
    (void)a;
    return 0;
}

/* User and group 0, and requests that need nothing done. */
long call_zero(const long *a)
{
    (void)a;
    return 0;
}

/* Signals whose default is to do nothing. */
static int is_ignored_by_default(int sig)
{
    return sig == SIGCHLD || sig == SIGCONT || sig == SIGURG || sig == SIGWINCH;
}

long signal_raise(int sig)
{
    void (*handler)(int) = actions[sig].handler;

    if (handler == SIG_IGN ||
        (handler == SIG_DFL && is_ignored_by_default(sig)))
        return 0;
    if (handler == SIG_DFL)
        vitrine_program_end(128 + sig);
    if (actions[sig].flags & SA_SIGINFO) {
        siginfo_t info = {.si_signo = sig};
        actions[sig].info_handler(sig, &info, 0);
    } else {
        handler(sig);
    }
    return 0;
}

static long signal_thread(struct thread *t, int sig)
{
    if (sig < 0 || sig >= SIGNALS)
        return -EINVAL;
    if (!t)
        return -ESRCH;
    if (!sig)
        return 0;
    if (t == thread_self())
        return signal_raise(sig);
    thread_interrupt(t);
    return 0;
}

/* process, signal */
long call_kill(const long *a)
{
    return a[0] == PROCESS_ID || a[0] == 0 ? signal_thread(thread_self(), a[1])
                                           : -ESRCH;
}

/* thread, signal */
long call_tkill(const long *a)
{
    return signal_thread(thread_by_id(a[0]), a[1]);
}

/* signal, new action, old action */
long call_sigaction(const long *a)
{
    if (a[0] < 1 || a[0] >= SIGNALS)
        return -EINVAL;
    if (a[2])
        *(struct kernel_action *)a[2] = actions[a[0]];
    if (a[1])
        actions[a[0]] = *(const struct kernel_action *)a[1];
    return 0;
}

/* how, set, old set, bytes of a set: nothing arrives that could be kept. */
long call_sigprocmask(const long *a)
{
    if (a[2])
        memset((void *)a[2], 0, a[3]);
    return 0;
}

long call_uname(const long *a)
{
    struct utsname *u = (struct utsname *)a[0];

    memset(u, 0, sizeof *u);
    strcpy(u->sysname, "Vitrine");
    strcpy(u->nodename, "vitrine");
    strcpy(u->release, "0.1.0");
    strcpy(u->machine, ARCH_MACHINE_NAME);
    return 0;
}
