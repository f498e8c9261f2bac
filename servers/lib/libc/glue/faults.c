/*
 * Faults become signals, and signals reach a thread that only computes.
 *
 *   fault, or a signal's push (ex_regs) --exception--> the watcher, a thread
 *                                                      of the library
 *        handler <-- vitrine_fault_entry <-- registers --+
 *           |                 the thread's stack: struct frame
 *           +--> vitrine_fault_leave --exception--> the watcher: as before
 *
 * The watcher is the exception handler of the program's threads from the first
 * handler of a signal on. It puts what the thread was doing into a frame on its
 * stack (sigaltstack()'s, if the handler wants that), lets it begin at the
 * handler, and when that returns puts the registers back. A handler that leaves
 * by siglongjmp() leaves the frame behind, as anywhere.
 *
 *  I1  A fault without a handler, or whose signal is blocked, is repeated with
 *      the parent as exception handler: it sees what it would have seen.
 *  I2  A push lets a handler in only outside of this library's calls; inside,
 *      the call's end delivers (dispatch.c).
 *
 * A frame keeps the message registers, too: a thread may be between writing
 * them and its call. What a handler must not do is POSIX's list of functions
 * that are not safe for it, and a fault in a pointer given to this library may
 * leave one of its locks taken.
 */
#define _GNU_SOURCE /* registers in ucontext_t */
#include "env.h"
#include "faults.h"
#include "lock.h"
#include "signals.h"

#include <l4/re/c/rm.h>
#include <l4/sys/ipc.h>
#include <l4/sys/thread.h>
#include <string.h>
#include <ucontext.h>

#define RED_ZONE   128
#define LEAST_ROOM 4096 /* of an alternative stack: for frame and handler */

struct frame {
    l4_exc_regs_t regs;
    l4_msg_regs_t mr;
    l4_buf_regs_t br;
    siginfo_t info; /* si_signo 0: whatever is pending */
    struct thread *thread;
} __attribute__((aligned(16)));

extern char vitrine_fault_entry[] GLUE_HIDDEN;
extern char vitrine_fault_leave[] GLUE_HIDDEN;
void vitrine_fault_run(struct frame *frame) GLUE_HIDDEN;

static struct thread *watcher;

/* --- on the thread itself --------------------------------------------- */

/* With what the thread was doing in a form that the handler may change. */
void vitrine_fault_run(struct frame *f)
{
    struct thread *self = f->thread;
    ucontext_t context;

    memset(&context, 0, sizeof context);
    arch_to_context(&f->regs, &context.uc_mcontext);
    context.uc_sigmask.__bits[0] = self->blocked;
    if (f->info.si_signo)
        signal_run(self, &f->info, &context);
    else
        signal_deliver_at(self, &context);
    signal_mask(self, context.uc_sigmask.__bits[0]);
    arch_from_context(&context.uc_mcontext, &f->regs);
}

/* --- the watcher ------------------------------------------------------- */

static struct thread *thread_of(const l4_exc_regs_t *r)
{
    const unsigned long pointer = arch_exc_thread(r);
    struct thread *t;

    for (t = thread_next(0); t; t = thread_next(t))
        if (!t->is_internal && t->thread_pointer == pointer)
            return t;
    return 0;
}

static int is_on(unsigned long at, const struct thread *t)
{
    return at - (unsigned long)t->fault_stack < t->fault_stack_size;
}

/* Where a handler's stack begins. */
static unsigned long stack_for(const struct thread *t, const l4_exc_regs_t *r,
                               int wants_other)
{
    if (wants_other && t->fault_stack && t->fault_stack_size >= LEAST_ROOM &&
        !is_on(arch_exc_sp(r), t))
        return (unsigned long)t->fault_stack + t->fault_stack_size;
    return arch_exc_sp(r) - RED_ZONE;
}

/* The thread is to go on in a handler. */
static void enter(l4_exc_regs_t *r, struct thread *t, const siginfo_t *info,
                  int wants_other)
{
    const unsigned long top = stack_for(t, r, wants_other);
    struct frame *f = (struct frame *)((top - sizeof *f) & -16ul);

    f->regs = *r;
    f->mr = *l4_utcb_mr_u(t->utcb);
    f->br = *l4_utcb_br_u(t->utcb);
    f->info = *info;
    f->thread = t;
    arch_exc_enter(r, (unsigned long)vitrine_fault_entry, (unsigned long)f);
}

/* The handler has returned: the thread goes on as it was. */
static void leave(l4_exc_regs_t *r)
{
    const struct frame *f = (const struct frame *)arch_exc_sp(r);

    *l4_utcb_mr_u(f->thread->utcb) = f->mr;
    *l4_utcb_br_u(f->thread->utcb) = f->br;
    *r = f->regs;
}

/* Is there memory at an address that must not be accessed so? */
static int is_mapped(unsigned long address)
{
    l4_addr_t at = address;
    unsigned long size = 1;
    l4re_rm_offset_t offset;
    l4re_rm_flags_t flags;
    l4re_ds_t memory = L4_INVALID_CAP;

    return l4re_rm_find(&at, &size, &offset, &flags, &memory) ==
           L4RE_RM_FOUND_REGION;
}

static siginfo_t describe(const l4_exc_regs_t *r)
{
    siginfo_t info = {0};
    unsigned long address = arch_exc_address(r);

    info.si_signo = arch_exc_signal(r, &info.si_code);
    if (info.si_signo == SIGSEGV && address && is_mapped(address))
        info.si_code = SEGV_ACCERR;
    if (info.si_signo != SIGSEGV && !address)
        address = l4_utcb_exc_pc(r);
    info.si_addr = (void *)address;
    return info;
}

static void set_handler(const struct thread *t, l4_cap_idx_t handler)
{
    l4_thread_control_start();
    l4_thread_control_exc_handler(handler);
    l4_thread_control_commit(t->cap);
}

static void on_fault(l4_exc_regs_t *r, struct thread *t)
{
    const siginfo_t info = describe(r);
    const struct kernel_action action = signal_action(info.si_signo);

    if (action.handler == SIG_DFL || action.handler == SIG_IGN ||
        (t->blocked & signal_bit(info.si_signo)))
        set_handler(t, env_parent()); /* keeps I1 */
    else
        enter(r, t, &info, action.flags & SA_ONSTACK);
}

static void on_push(l4_exc_regs_t *r, struct thread *t)
{
    const siginfo_t any = {0};

    if (!t->calls && signal_waits(t)) /* keeps I2 */
        enter(r, t, &any, 0);
}

static void on_exception(l4_exc_regs_t *r)
{
    struct thread *t = thread_of(r);

    if (!t)
        return;
    if (l4_utcb_exc_pc(r) == (l4_addr_t)vitrine_fault_leave) {
        leave(r);
        on_push(r, t); /* another one may have come */
    } else if (l4_utcb_exc_is_ex_regs_exception(r)) {
        on_push(r, t);
    } else {
        on_fault(r, t);
    }
}

static int watch(void *unused)
{
    l4_msgtag_t tag;
    l4_umword_t label;

    (void)unused;
    tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag) || !l4_msgtag_is_exception(tag)) {
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
            continue;
        }
        l4_exc_regs_t regs = *l4_utcb_exc();
        on_exception(&regs);
        *l4_utcb_exc() = regs;
        tag = l4_ipc_reply_and_wait(
            l4_utcb(), l4_msgtag(0, L4_UTCB_EXCEPTION_REGS_SIZE, 0, 0), &label,
            L4_IPC_SEND_TIMEOUT_0);
    }
    return 0;
}

/* --- beginning --------------------------------------------------------- */

l4_cap_idx_t faults_handler(void)
{
    const struct thread *w = __atomic_load_n(&watcher, __ATOMIC_ACQUIRE);

    return w ? w->cap : env_parent();
}

/* From now on all threads' faults come to the watcher. */
static void take_over(struct thread *w)
{
    struct thread *t;

    __atomic_store_n(&watcher, w, __ATOMIC_RELEASE);
    for (t = thread_next(0); t; t = thread_next(t))
        if (!t->is_internal)
            set_handler(t, w->cap);
}

static int start_watcher(void)
{
    static struct sleep_lock once;

    sleep_lock_take(&once);
    if (!watcher) {
        struct thread *w = thread_start_internal(watch, 0);
        if (w)
            take_over(w);
    }
    sleep_lock_drop(&once);
    return watcher != 0;
}

void faults_watch(int sig)
{
    void (*handler)(int) = signal_action(sig).handler;

    if (handler != SIG_DFL && handler != SIG_IGN &&
        (sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL ||
         sig == SIGTRAP))
        start_watcher();
}

void faults_push(struct thread *t)
{
    if (!t->calls && start_watcher())
        l4_thread_ex_regs(t->cap, ~0ul, ~0ul,
                          L4_THREAD_EX_REGS_TRIGGER_EXCEPTION);
}
