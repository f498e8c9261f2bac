/*
 * Signals of a program to itself.
 *
 *   kill, tkill, timers, faults -> pending -> handler, at the next call
 *
 * The kernel has no signals. Here one is a bit in the receiving thread's
 * `pending`; the thread looks at it when it makes a system call and when it
 * comes back from one (dispatch.c), and runs the handler there, as an
 * ordinary function. A thread that waits is interrupted in its waiting; one
 * that computes is forced aside, as by a fault (faults.c).
 *
 *  I1  A bit of `pending` is set by anybody, cleared by who takes the signal.
 *  I2  `blocked` is changed by its own thread only.
 *
 * Without a handler a signal ends the program with 128 + its number, or is
 * ignored. Simplified: nothing stops a program, so SIGSTOP and its like are
 * ignored; a signal that is pending twice arrives once.
 */
#include "signals.h"
#include "clock.h"
#include "env.h"

#include <l4/re/c/parent.h>
#include <l4/sys/kip.h>
#include <string.h>
#include <vitrine/libc.h>

static struct kernel_action actions[SIGNALS];
static siginfo_t infos[SIGNALS];      /* of the last sender */
static unsigned long program_pending; /* sent to nobody in particular */

/* What cannot be blocked. */
static const unsigned long unstoppable =
    1ul << (SIGKILL - 1) | 1ul << (SIGSTOP - 1);

struct kernel_action signal_action(int sig)
{
    return actions[sig];
}

void signals_inherit(unsigned long blocked, unsigned long ignored)
{
    signal_mask(thread_self(), blocked);
    for (int sig = 1; sig < SIGNALS; sig++)
        if ((ignored & signal_bit(sig)) && !(unstoppable & signal_bit(sig)))
            actions[sig].handler = SIG_IGN;
}

void signals_inherited(unsigned long *ret_blocked, unsigned long *ret_ignored)
{
    *ret_blocked = thread_self()->blocked;
    *ret_ignored = 0;
    for (int sig = 1; sig < SIGNALS; sig++)
        if (actions[sig].handler == SIG_IGN)
            *ret_ignored |= signal_bit(sig);
}

/* Signals whose default is to do nothing, and what would stop. */
static int is_ignored_by_default(int sig)
{
    return sig == SIGCHLD || sig == SIGCONT || sig == SIGURG ||
           sig == SIGWINCH || sig == SIGSTOP || sig == SIGTSTP ||
           sig == SIGTTIN || sig == SIGTTOU;
}

static int is_ignored(int sig)
{
    void (*handler)(int) = actions[sig].handler;

    return handler == SIG_IGN ||
           (handler == SIG_DFL && is_ignored_by_default(sig));
}

void signal_end(int sig)
{
    if (!l4_is_invalid_cap(env_parent())) /* it may not know of signals */
        l4re_parent_signal(env_parent(), sig, 128 + sig);
    vitrine_program_end(128 + sig);
}

int signal_waits(const struct thread *self)
{
    return ((self->pending | program_pending) & ~self->blocked) != 0;
}

void signal_mask(struct thread *self, unsigned long blocked)
{
    self->blocked = blocked & ~unstoppable;
}

/* Takes one that is pending and in `set`; 0: there is none. */
static int take(struct thread *self, unsigned long set)
{
    unsigned long *const from[2] = {&self->pending, &program_pending};

    for (int i = 0; i < 2; i++) {
        unsigned long there = *from[i] & set;
        if (!there)
            continue;
        unsigned long bit = there & -there;
        if (__atomic_fetch_and(from[i], ~bit, __ATOMIC_ACQ_REL) & bit)
            return __builtin_ctzl(bit) + 1;
    }
    return 0;
}

void signal_run(struct thread *self, const siginfo_t *info, void *context)
{
    const int sig = info->si_signo;
    const struct kernel_action action = actions[sig];
    const int calls = self->calls;
    unsigned long before = self->blocked;
    siginfo_t copy = *info;

    self->blocked |= action.mask & ~unstoppable;
    if (!(action.flags & SA_NODEFER))
        self->blocked |= signal_bit(sig);
    if (action.flags & SA_RESETHAND)
        actions[sig].handler = SIG_DFL;
    self->calls = 0; /* it may never come back (siglongjmp()) */
    if (action.flags & SA_SIGINFO)
        action.info_handler(sig, &copy, context);
    else
        action.handler(sig);
    self->calls = calls;
    self->blocked = before;
}

static void deliver(struct thread *self, int sig, ucontext_t *context)
{
    if (is_ignored(sig))
        return;
    if (actions[sig].handler == SIG_DFL)
        signal_end(sig);
    signal_run(self, &infos[sig], context);
}

int signal_deliver_at(struct thread *self, ucontext_t *context)
{
    int restart = 1, sig;

    while ((sig = take(self, ~self->blocked))) {
        restart = restart && (actions[sig].flags & SA_RESTART);
        deliver(self, sig, context);
    }
    __atomic_fetch_and(&self->interrupted, ~INTERRUPTED_BY_SIGNAL,
                       __ATOMIC_ACQ_REL);
    return restart;
}

int signal_deliver(struct thread *self)
{
    ucontext_t context;

    memset(&context, 0, sizeof context);
    context.uc_sigmask.__bits[0] = self->blocked;
    return signal_deliver_at(self, &context);
}

static int takes_now(const struct thread *t, int sig)
{
    return !(t->blocked & signal_bit(sig)) || (t->awaited & signal_bit(sig));
}

/* A thread that would take the signal now; 0: all block it. */
static struct thread *find_taker(int sig)
{
    struct thread *self = thread_self(), *t;

    if (self && !self->is_internal && takes_now(self, sig))
        return self;
    for (t = thread_next(0); t; t = thread_next(t))
        if (!t->is_internal && takes_now(t, sig))
            return t;
    return 0;
}

void signal_send(struct thread *thread, const siginfo_t *info)
{
    const int sig = info->si_signo;

    if (is_ignored(sig) && !(thread && thread->awaited & signal_bit(sig)))
        return;
    infos[sig] = *info;
    if (!thread)
        thread = find_taker(sig);
    if (!thread) {
        __atomic_fetch_or(&program_pending, signal_bit(sig), __ATOMIC_ACQ_REL);
        return;
    }
    __atomic_fetch_or(&thread->pending, signal_bit(sig), __ATOMIC_ACQ_REL);
    if (thread == thread_self() || !takes_now(thread, sig))
        return;
    thread_interrupt(thread, INTERRUPTED_BY_SIGNAL);
    faults_push(thread);
}

long signal_raise(int sig)
{
    const siginfo_t info = {.si_signo = sig, .si_code = SI_KERNEL};

    signal_send(thread_self(), &info);
    return 0;
}

static long send_from_user(struct thread *thread, long sig, int code)
{
    siginfo_t info = {.si_signo = sig, .si_code = code};

    if (sig < 0 || sig >= SIGNALS)
        return -EINVAL;
    if (sig == SIGNAL_CANCEL && thread)
        thread_interrupt(thread, INTERRUPTED_BY_CANCEL);
    if (sig == 0 || (sig == SIGNAL_CANCEL && (!thread || thread->calls)))
        return 0; /* musl's handler is for threads that only compute */
    info.si_pid = call_getpid(0);
    signal_send(thread, &info);
    return 0;
}

/* process, signal: 0 and negative numbers are the group, which is us. */
long call_kill(const long *a)
{
    if (a[0] > 0 && a[0] != call_getpid(0))
        return child_kill(a[0], a[1]);
    return send_from_user(0, a[1], SI_USER);
}

static long send_to_thread(long id, long sig)
{
    struct thread *t = thread_by_id(id);

    if (sig < 0 || sig >= SIGNALS)
        return -EINVAL;
    return t && !t->is_internal ? send_from_user(t, sig, SI_TKILL) : -ESRCH;
}

/* thread, signal */
long call_tkill(const long *a)
{
    return send_to_thread(a[0], a[1]);
}

/* process, thread, signal */
long call_tgkill(const long *a)
{
    return a[0] == call_getpid(0) ? send_to_thread(a[1], a[2]) : -ESRCH;
}

/* process, signal, what its handler is to be told */
long call_sigqueueinfo(const long *a)
{
    siginfo_t info = *(const siginfo_t *)a[2];

    if (a[0] != call_getpid(0))
        return -ESRCH;
    if (a[1] < 0 || a[1] >= SIGNALS)
        return -EINVAL;
    info.si_signo = a[1];
    if (a[1])
        signal_send(0, &info);
    return 0;
}

/* signal, new action, old action */
long call_sigaction(const long *a)
{
    const struct kernel_action *new = (const struct kernel_action *)a[1];

    if (a[0] < 1 || a[0] >= SIGNALS ||
        (new && (a[0] == SIGKILL || a[0] == SIGSTOP)))
        return -EINVAL;
    if (a[2])
        *(struct kernel_action *)a[2] = actions[a[0]];
    if (new) {
        actions[a[0]] = *new;
        faults_watch(a[0]);
        if (a[0] == SIGCHLD)
            children_watch();
    }
    return 0;
}

/* how, set, old set, bytes of a set */
long call_sigprocmask(const long *a)
{
    struct thread *self = thread_self();
    const unsigned long *set = (const unsigned long *)a[1];
    unsigned long old = self->blocked, new = set ? *set : 0;

    if (set && a[0] != SIG_BLOCK && a[0] != SIG_UNBLOCK && a[0] != SIG_SETMASK)
        return -EINVAL;
    if (set)
        self->blocked = (a[0] == SIG_BLOCK     ? old | new
                         : a[0] == SIG_UNBLOCK ? old & ~new
                                               : new) &
                        ~unstoppable;
    if (a[2])
        *(unsigned long *)a[2] = old;
    return 0;
}

/* set, bytes of a set */
long call_sigpending(const long *a)
{
    struct thread *self = thread_self();

    *(unsigned long *)a[0] = (self->pending | program_pending) & self->blocked;
    return 0;
}

/* Until a signal can be delivered, or somebody cancels. */
static void wait_for_signal(struct thread *self)
{
    while (!signal_waits(self)) {
        thread_sleep(SLEEP_FOR_EVER);
        if (__atomic_exchange_n(&self->interrupted, 0, __ATOMIC_ACQ_REL) &
            INTERRUPTED_BY_CANCEL)
            return;
    }
}

/* set, bytes of a set: handlers run with that mask. */
long call_sigsuspend(const long *a)
{
    struct thread *self = thread_self();
    unsigned long before = self->blocked;

    signal_mask(self, *(const unsigned long *)a[0]);
    wait_for_signal(self);
    signal_deliver(self);
    self->blocked = before;
    return -EINTR;
}

long call_pause(const long *a)
{
    (void)a;
    wait_for_signal(thread_self());
    return -EINTR;
}

/* set, information out, length or 0: takes a signal without its handler. */
long call_sigtimedwait(const long *a)
{
    struct thread *self = thread_self();
    const unsigned long set = *(const unsigned long *)a[0] & ~unstoppable;
    const struct timespec *length = (const struct timespec *)a[2];
    l4_uint64_t end = ~0ull, now = 0;
    int sig;

    if (length && time_is_bad(length))
        return -EINVAL;
    if (length)
        end = l4_kip_clock(l4_kip()) + time_us(length);
    self->awaited = set;
    while (!(sig = take(self, set)) && now < end && !signal_waits(self)) {
        thread_sleep(length ? end - now : SLEEP_FOR_EVER);
        if (__atomic_exchange_n(&self->interrupted, 0, __ATOMIC_ACQ_REL) &
            INTERRUPTED_BY_CANCEL)
            break;
        now = length ? l4_kip_clock(l4_kip()) : 0;
    }
    self->awaited = 0;
    if (sig && a[1])
        *(siginfo_t *)a[1] = infos[sig];
    return sig ?: now >= end ? -EAGAIN : -EINTR;
}

/* stack or 0, old stack or 0: used for faults only. */
long call_sigaltstack(const long *a)
{
    struct thread *self = thread_self();
    const stack_t *new = (const stack_t *)a[0];

    if (a[1])
        *(stack_t *)a[1] =
            (stack_t){.ss_sp = self->fault_stack,
                      .ss_size = self->fault_stack_size,
                      .ss_flags = self->fault_stack ? 0 : SS_DISABLE};
    if (!new)
        return 0;
    if (new->ss_flags & ~SS_DISABLE)
        return -EINVAL;
    if (!(new->ss_flags &SS_DISABLE) && new->ss_size < MINSIGSTKSZ)
        return -ENOMEM;
    self->fault_stack = new->ss_flags &SS_DISABLE ? 0 : new->ss_sp;
    self->fault_stack_size = new->ss_size;
    return 0;
}
