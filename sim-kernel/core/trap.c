/*
 * Traps: the port's calls into the kernel.
 *
 *      system call --> invoke.c
 *      page fault  --> IPC to the pager;     refused --> exception
 *      exception   --> IPC to the handler;   refused --> report, stays
 *      interrupt   --> icu.c
 *      timer       --> sched.c
 *
 * Page faults and exceptions are calls the kernel makes for the thread; they
 * use the words in struct thread, not the UTCB, which stays as it was.
 * Source: ABI.md section 3, Page fault and Exception.
 */
#include "trap.h"
#include "abi.h"
#include "gate.h"
#include "invoke.h"
#include "icu.h"
#include "ipc_fast.h"
#include "kassert.h"
#include "mem_split.h"
#include "report.h"
#include "sched.h"
#include "task.h"
#include "trace.h"
#include "trace_handover.h"
#include "vcpu.h"
#include "work.h"

static void trap_trace(unsigned kind, word_t dest, word_t tag)
{
    trace_event(VTR_ENTER, 0, kind, port_frame_ip(&sched_current()->frame),
                dest, tag, 0, 0);
}

static void trap_enter(unsigned kind, word_t dest, word_t tag)
{
    work_done(TRAP_STEPS);
    trap_trace(kind, dest, tag);
}

/* The IPC to the object that `selector` names in t's task; false: none. */
static bool trap_target(struct thread *t, word_t selector, struct ipc_op *op)
{
    if (selector & SEL_INVALID)
        return false;
    struct cap_slot *c = cap_lookup(&t->task->caps, selector >> SEL_SHIFT);
    if (!c || !gate_target(c->object, c->rights, op) || op->dest == t)
        return false;
    op->send = op->recv = true;
    op->open = false;
    op->timeouts = 0;
    return true;
}

/* Nobody answers: t stops where it is. */
static void trap_stop(struct thread *t)
{
    t->in_exception = true;
    t->ipc.partner = NULL;
    t->ipc.since = port_time();
    sched_block(t, THREAD_BLOCKED);
}

void trap_report(struct thread *t)
{
    uaddr_t ip = port_frame_ip(&t->frame);
    trace_event(VTR_FAULT_REPORT, 0, t->object.id,
                t->task ? t->task->object.id : 0, t->trap.cause,
                t->trap.address, ip, t->trap.access);
    if (t->task)
        port_fault_report(t->object.id, t->task->object.id,
                          t->task->object.name, &t->trap, &t->frame);
}

/* Nobody handles t's fault: told, counted, stopped. */
static void trap_give_up(struct thread *t)
{
    trap_report(t);
    report_count_fault();
    trap_stop(t);
}

void trap_raise(struct thread *t, const struct port_trap *trap)
{
    struct ipc_op op = {.tag = tag_make(L4_PROTO_EXCEPTION, 0, 0, TAG_FPU)};
    if (t->vcpu && vcpu_wants(t, L4_VCPU_F_EXCEPTIONS)) {
        vcpu_enter(t, trap);
        return;
    }
    t->trap = *trap;
    t->in_exception = true;
    trace_event_of(t->object.id, VTR_EXCEPTION, 0, trap->cause,
                   port_frame_ip(&t->frame), trap->address, t->task->object.id,
                   0, 0);
    if (trap_target(t, t->exc_handler, &op))
        ipc_start_fault(t, IPC_EXCEPTION, &op);
    else
        trap_give_up(t);
}

/* The IPC for t's fault brought no help: a page fault becomes an exception,
 * an exception stays. */
static void trap_refused(struct thread *t, enum ipc_kind kind)
{
    struct port_trap trap = t->trap;
    if (kind == IPC_FAULT)
        trap_raise(t, &trap);
    else
        trap_give_up(t);
}

void trap_fault_failed(struct thread *t, enum ipc_kind kind, unsigned code)
{
    trace_event_of(t->object.id, VTR_IPC_ERROR, 0, code, 0, 0, 0, 0, 0);
    sched_ready(t);
    if ((code & ~1u) == L4_IPC_SECANCELED)
        t->in_exception = false; /* ex_regs gives it a new start */
    else
        trap_refused(t, kind);
}

void trap_fault_answered(struct thread *t, enum ipc_kind kind, long label)
{
    if (kind == IPC_EXCEPTION)
        t->in_exception = false;
    bool refused =
        label < 0 || (kind == IPC_FAULT && label == L4_PROTO_PF_EXCEPTION);
    if (refused) /* else the access is tried again, or registers are new */
        trap_refused(t, kind);
    else if (label == L4_PROTO_ALLOW_SYSCALL && t->trap.cause == CAUSE_SYSCALL)
        thread_watch(t, WATCH_ALLOWED, t->watch & WATCH_ALIEN);
}

/* --- watched system calls ------------------------------------------------ */

static const struct port_trap trap_before = {.cause = CAUSE_SYSCALL};
static const struct port_trap trap_ex_regs = {.cause = CAUSE_EX_REGS};
static const struct port_trap trap_after = {.cause = CAUSE_SYSCALL_DONE};

static void trap_call(struct thread *t)
{
    if (t->vcpu)
        vcpu_syscall(t);
    else
        invoke_syscall(t);
}

/* What t, which is watched, has to do before it runs on; false: nothing. */
static bool trap_watched(struct thread *t)
{
    if (t->watch & WATCH_HELD) {
        sched_block(t, THREAD_STOPPED);
        return true;
    }
    if (t->watch & WATCH_RAISE) {
        thread_watch(t, WATCH_RAISE, false);
        trap_raise(t, &trap_ex_regs);
        return true;
    }
    if (t->watch & WATCH_ALLOWED) {
        thread_watch(t, WATCH_ALLOWED, false);
        thread_watch(t, WATCH_DONE, true);
        trap_call(t);
        return true;
    }
    if (t->watch & WATCH_DONE) { /* it runs again: the call is complete */
        thread_watch(t, WATCH_DONE, false);
        trap_raise(t, &trap_after);
        return true;
    }
    return false;
}

/* --- the port's calls -------------------------------------------------- */

void core_syscall(void)
{
    struct thread *t = sched_current();
    if (!t)
        return; /* another CPU took it away */
    if (ipc_fast())
        return;
    work_done(TRAP_STEPS);
    if (trace_is_on()) {
        struct ipc_args args;
        port_frame_get_args(&t->frame, &args);
        trap_trace(0, args.dest, args.tag);
    }
    if (t->watch & ~(unsigned)(WATCH_RAISE | WATCH_VCPU | WATCH_HELD))
        trap_raise(t, &trap_before);
    else
        trap_call(t);
}

/* Was it only that the superpage there is on the way to become pages? Then the
 * access is tried again when that is over (or fails again, and so goes on). */
static bool trap_is_split(const struct mspace *m, uaddr_t address)
{
    if (!mem_split_hides(m, address))
        return false;
    work_done(TRAP_STEPS);
    mem_split_on();
    return true;
}

/* t's fault (t->trap, MR0) goes to its pager; if there is none, or it is not
 * to be asked, it is an exception at once. */
static void trap_ask_pager(struct thread *t, long label)
{
    struct ipc_op op = {.tag = tag_make(label, 2, 0, 0)};
    bool alien = t->watch & WATCH_ALIEN;
    t->fault_mr[1] = port_frame_ip(&t->frame);
    if (!alien && trap_target(t, t->pager, &op)) {
        ipc_start_fault(t, IPC_FAULT, &op);
    } else {
        struct port_trap trap = t->trap;
        trap_raise(t, &trap);
    }
}

void trap_page_fault(struct thread *t, word_t pfa)
{
    unsigned access = pfa & 4 ? RIGHT_X : pfa & 2 ? RIGHT_W : RIGHT_R;
    t->trap = (struct port_trap){CAUSE_PAGE_FAULT, pfa & ~7ul, access};
    t->fault_mr[0] = pfa;
    trap_ask_pager(t, L4_PROTO_PAGE_FAULT);
}

/* May t look at its fault first? */
static bool trap_may_bounce(const struct thread *t)
{
    return t->pf_trampoline.on && !(t->watch & (WATCH_ALIEN | WATCH_USER_MODE));
}

void core_page_fault(uaddr_t address, unsigned access)
{
    struct thread *t = sched_current();
    if (!t || trap_is_split(&vcpu_task(t)->mem, address))
        return;
    trap_enter(1, address, access);
    trace_event(VTR_PAGE_FAULT, 0, address, access, port_frame_ip(&t->frame),
                vcpu_task(t)->object.id, 0, 0);
    t->trap = (struct port_trap){CAUSE_PAGE_FAULT, address, access};
    t->fault_mr[0] = (address & ~7ul) | (access & RIGHT_X ? 4 : 0) |
                     (access & RIGHT_W ? 2 : 0);
    if (trap_may_bounce(t))
        pf_trampoline_enter(t, &t->trap, t->fault_mr[0]);
    else if (t->vcpu && vcpu_wants(t, L4_VCPU_F_PAGE_FAULTS))
        vcpu_enter(t, &t->trap);
    else
        trap_ask_pager(t, L4_PROTO_PAGE_FAULT);
}

/* Like a page fault, with the flexpage of the ports in MR0; refused, it is an
 * exception of the instruction. */
void core_io_fault(unsigned port, unsigned order)
{
    struct thread *t = sched_current();
    if (!t || (t->task->io &&
               trap_is_split(t->task->io, (uaddr_t)port << PAGE_ORDER)))
        return;
    trap_enter(2, CAUSE_OTHER, port);
    t->trap = (struct port_trap){CAUSE_OTHER, port, RIGHT_W};
    t->fault_mr[0] = (word_t)port << PAGE_ORDER | (word_t)order << 6 |
                     FPAGE_IO << 4 | RIGHT_R | RIGHT_W;
    trap_ask_pager(t, L4_PROTO_IO_PAGE_FAULT);
}

void core_exception(const struct port_trap *trap)
{
    if (!sched_current())
        return;
    trap_enter(2, trap->cause, trap->address);
    trap_raise(sched_current(), trap);
}

void core_irq(unsigned line)
{
    work_leave(__func__); /* what waited for it waits no more */
    work_done(TRAP_STEPS);
    icu_hit(line);
}

void core_timer(void)
{
    work_leave(__func__);
    work_done(TRAP_STEPS);
    sched_timer();
}

struct port_frame *core_frame(void)
{
    struct thread *t = sched_current();
    return t ? &t->frame : NULL;
}

/* --- leaving the kernel ------------------------------------------------- */

/* Ending objects is the business of who began it: it is done before threads
 * of that priority go on, but not before those above. */
static int trap_reap_prio = -1;

/* There are objects to be ended; false: later. */
static bool trap_reap(const struct cpu *c)
{
    int prio = c->current ? c->current_prio : 0;
    if (object_reap_is_new() && prio > trap_reap_prio)
        trap_reap_prio = prio;
    if (sched_next_prio() > trap_reap_prio)
        return false;
    object_reap(~0u);
    return true;
}

/* t, before it runs on: a piece of a long operation, an exception or a
 * message that is due; false: nothing. */
static bool trap_thread_work(struct thread *t)
{
    if (t->continuation.go_on) {
        thread_go_on(t);
        return true;
    }
    if (t->watch && trap_watched(t))
        return true;
    return t->vcpu && ipc_interrupt(t);
}

/* Pieces of what the kernel has to do before it is left; false: nothing. */
static inline bool trap_work(struct cpu *c)
{
    if (__builtin_expect(c->chores, 0))
        sched_do_chores(c);
    if (__builtin_expect(object_reap_is_idle(), 1))
        trap_reap_prio = -1;
    else if (trap_reap(c))
        return true;
    struct thread *t = sched_next();
    return t && trap_thread_work(t);
}

struct port_frame *core_next(void)
{
    struct cpu *c = sched_cpu();
    while (trap_work(c))
        if (work_point(__func__))
            return NULL;
    struct thread *t = c->current;
    if (t) {
        port_space_activate(&vcpu_task(t)->mem.port);
        if (trace_is_on())
            handover_leave(t->object.id, port_frame_ip(&t->frame));
    }
    work_leave(__func__);
    return t ? &t->frame : NULL;
}
