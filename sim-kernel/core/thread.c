/*
 * Threads: creation, binding to a task, ex_regs, death; the operations a
 * capability to a thread offers (ABI.md section 1, Thread).
 *
 * A message to a thread capability with another label than the thread
 * protocol is an IPC to the thread itself.
 */
#include "thread.h"
#include "abi.h"
#include "invoke.h"
#include "ipc.h"
#include "ipc_message.h"
#include "line.h"
#include "kassert.h"
#include "kmem.h"
#include "kstring.h"
#include "sched.h"
#include "modify_sender.h"
#include "task.h"
#include "thread_group.h"
#include "trace.h"
#include "trace_tasks.h"
#include "trap.h"
#include "vcpu.h"

enum { THREAD_DEFAULT_PRIO = 1 };
/* Of requests and answers of port_frame_operation(). */
enum { MACHINE_WORDS = 3 };

struct thread *thread_create(struct quota *q, uint32_t factory_id)
{
    struct thread *t = kmem_alloc(q, sizeof(*t));
    if (!t)
        return NULL;
    list_init(&t->in_task);
    list_init(&t->ready);
    list_init(&t->waiters);
    list_init(&t->waiting);
    list_init(&t->in_group);
    timeout_init(&t->timeout);
    port_frame_init(&t->frame);
    t->pager = t->exc_handler = SEL_INVALID;
    t->prio = t->sender.prio = THREAD_DEFAULT_PRIO;
    t->cpu = t->next_cpu = (uint8_t)port_cpu();
    t->slice_ns = t->slice_left = sched_default_slice;
    object_init(&t->object, &thread_ops, q, factory_id,
                kmem_charge(sizeof(*t)));
    return t;
}

int thread_bind(struct thread *t, struct task *task, uaddr_t utcb)
{
    if (t->task || thread_is_gone(t) || task->object.dying || utcb % UTCB_SIZE)
        return -L4_EINVAL;
    void *kernel = task_ku_mem(task, utcb, UTCB_SIZE);
    if (!kernel)
        return -L4_EINVAL;
    object_pin(&task->object);
    t->task = task;
    t->utcb = kernel;
    t->utcb_user = utcb;
    list_add_last(&task->threads, &t->in_task);
    thread_watch(t, WATCH_HELD, task->is_held);
    port_frame_set_utcb(&t->frame, utcb);
    trace_tasks_bound(task->object.id, t->object.id);
    trace_event(VTR_BIND, 0, t->object.id, task->object.id, utcb, 0, 0, 0);
    return 0;
}

void thread_go_on(struct thread *t)
{
    if (t->continuation.go_on(t))
        t->continuation.go_on = NULL;
}

void thread_give_up(struct thread *t)
{
    if (!t->continuation.go_on)
        return;
    if (t->continuation.give_up)
        t->continuation.give_up(t);
    t->continuation.go_on = NULL;
}

void thread_ex_regs(struct thread *t, uaddr_t ip, uaddr_t sp, bool cancel,
                    bool trigger)
{
    if (t->in_exception && !cancel)
        return; /* the registers belong to the handler */
    if (cancel)
        ipc_abort(t, L4_IPC_SECANCELED);
    if (t->continuation.go_on && cancel) {
        unsigned receives = ipc_receives_later(t);
        thread_give_up(t);
        ipc_error(t, L4_IPC_SECANCELED | receives);
    }
    /* What a vCPU's user mode just asked for must not be done in the name of
     * its kernel mode. */
    bool leaves = t->vcpu && (ip != ~0ul || sp != ~0ul);
    if (ip != ~0ul || leaves)
        sched_recall(t);
    else
        sched_halt(t);
    if (leaves)
        vcpu_leave(t); /* they are meant for its own task */
    if (ip == ~0ul)
        ip = port_frame_ip(&t->frame);
    if (sp == ~0ul)
        sp = port_frame_sp(&t->frame);
    port_frame_set_ip_sp(&t->frame, ip, sp);
    t->started = true;
    if (t->in_exception && cancel)
        t->in_exception = false;
    trace_event(VTR_THREAD_START, 0, t->object.id, ip, sp, t->prio, 0, 0);
    bool runs = t->ipc.phase == PHASE_NONE && !t->in_exception && !t->unplaced;
    if (runs && t->task && t->state != THREAD_DEAD)
        sched_ready(t);
    if (trigger && sched_runs_elsewhere(t)) {
        sched_raise_later(t); /* a system call it just made comes first */
    } else if (trigger && t->state == THREAD_READY && !t->continuation.go_on) {
        struct port_trap trap = {.cause = CAUSE_EX_REGS};
        trap_raise(t, &trap);
    } else if (trigger) {
        thread_watch(t, WATCH_RAISE, true); /* what it is in comes first */
    }
}

void thread_hold(struct thread *t, bool on)
{
    thread_watch(t, WATCH_HELD, on);
    if (on)
        sched_kick(sched_home(t));
    else if (t->started && t->state == THREAD_STOPPED)
        sched_ready(t);
}

/* `g` (NULL: none) in the place of the deletion IRQ there was. */
static void thread_set_del_irq(struct thread *t, struct trigger *g)
{
    struct trigger *old = t->del_irq;
    if (g)
        object_pin(g->object);
    t->del_irq = g;
    if (old)
        object_unpin(old->object);
}

void thread_gate_ended(struct thread *t)
{
    if (t->del_irq && !t->del_irq->object->dying)
        trigger_hit(t->del_irq);
}

void thread_kill(struct thread *t)
{
    if (t->state == THREAD_DEAD)
        return;
    t->ipc.kind = IPC_USER;
    ipc_abort(t, L4_IPC_SECANCELED);
    thread_give_up(t);
    sched_block(t, THREAD_DEAD);
    sched_forget(t);
    reply_forget_all(t);
    thread_set_del_irq(t, NULL);
    vcpu_end(t);
    thread_group_leave(t);
    if (t->utcb)
        t->utcb->free_marker = 0;
    if (t->task) {
        t->task->ended_ns += t->time_ns;
        list_remove(&t->in_task);
        object_unpin(&t->task->object);
        t->task = NULL;
        t->utcb = NULL;
    }
    if (!list_is_empty(&t->waiters) || !heap_is_empty(&t->senders))
        object_queue_chore(&t->object);
}

/* Those who wait for t, which is DEAD, wait no more: its chore. */
static bool thread_drain(struct object *o)
{
    struct thread *t = thread_of(o);
    return ipc_abort_waiters(&t->waiters, L4_IPC_SEABORTED) &&
           ipc_abort_senders(&t->senders, L4_IPC_ENOT_EXISTENT);
}

/* --- operations of a thread capability ------------------------------- */

static long thread_control_bind(struct thread *t, struct thread *by,
                                const struct invocation *inv)
{
    struct object *o;
    long error = invoke_object_sent(by, inv, &task_ops, CAP_S, &o);
    return error ? error : thread_bind(t, task_of(o), inv->mr[5]);
}

static long thread_control(struct thread *t, struct thread *by,
                           const struct invocation *inv)
{
    word_t flags = inv->mr[0];
    if (!(inv->rights & CAP_S))
        return -L4_EPERM;
    if (inv_words(inv) < 6)
        return -L4_EINVAL;
    if (flags & CONTROL_BIND_TASK) {
        long error = thread_control_bind(t, by, inv);
        if (error)
            return error;
    }
    if (flags & CONTROL_ALIEN)
        thread_watch(t, WATCH_ALIEN, inv->mr[4] & CONTROL_ALIEN);
    word_t old_pager = t->pager, old_handler = t->exc_handler;
    if (flags & CONTROL_SET_PAGER)
        t->pager = inv->mr[1];
    if (flags & CONTROL_SET_EXC_HANDLER)
        t->exc_handler = inv->mr[2];
    by->utcb->mr[1] = old_pager;
    by->utcb->mr[2] = old_handler;
    return 0;
}

static void thread_op_ex_regs(struct thread *t, struct thread *by,
                              const struct invocation *inv)
{
    sched_halt(t);
    uaddr_t ip = port_frame_ip(&t->frame), sp = port_frame_sp(&t->frame);
    word_t flags = inv->mr[0];
    if (inv_words(inv) < 3 || !t->task) {
        ipc_answer(by, -L4_EINVAL, 0, 0);
        return;
    }
    by->utcb->mr[0] = 0;
    uaddr_t new_ip = inv->mr[1], new_sp = inv->mr[2];
    by->utcb->mr[1] = ip;
    by->utcb->mr[2] = sp;
    ipc_answer(by, 0, 3, 0);
    thread_ex_regs(t, new_ip, new_sp, flags & EX_REGS_CANCEL,
                   flags & EX_REGS_TRIGGER_EXCEPTION);
}

static void thread_op_switch(struct thread *t, struct thread *by)
{
    ipc_answer(by, 0, 0, 0);
    if (t != by && t->state == THREAD_READY)
        sched_donate(t);
}

static void thread_op_stats(struct thread *t, struct thread *by)
{
    by->utcb->mr[0] = sched_thread_time(t) / 1000;
    ipc_answer(by, 0, 1, 0);
}

/* Those that only this machine has. */
static void thread_op_of_machine(struct thread *t, struct thread *by,
                                 const struct invocation *inv)
{
    word_t mr[MACHINE_WORDS] = {inv->mr[0], inv->mr[1], inv->mr[2]};
    unsigned words = 0;
    sched_halt(t);
    long error = port_frame_operation(&t->frame, mr, inv_words(inv), &words);
    if (error)
        words = 0;
    memcpy(by->utcb->mr, mr, words * sizeof(mr[0]));
    ipc_answer(by, error, words, 0);
}

/* One that has ended makes room for the next. */
static long thread_register_del_irq(struct thread *t, struct thread *by,
                                    const struct invocation *inv)
{
    struct cap_slot *c = invoke_cap(by, inv, 0);
    struct trigger *g = c ? trigger_of(c->object) : NULL;
    if (thread_is_gone(t) || !g)
        return -L4_EINVAL;
    if (!(c->rights & CAP_W))
        return -L4_EPERM;
    if (t->del_irq && !t->del_irq->object->dying)
        return -L4_EBUSY;
    thread_set_del_irq(t, g);
    return 0;
}

static void thread_invoke(struct object *o, struct thread *by,
                          const struct invocation *inv)
{
    struct thread *t = thread_of(o);
    if (tag_label(inv->args.tag) != L4_PROTO_THREAD ||
        !(inv_flags(inv) & SYS_SEND)) {
        invoke_ipc(o, by, inv);
        return;
    }
    int op = invoke_check(inv, L4_PROTO_THREAD, 0);
    switch (op) {
    case THREAD_CONTROL:
        ipc_answer(by, thread_control(t, by, inv), 3, 0);
        break;
    case THREAD_EX_REGS:
        thread_op_ex_regs(t, by, inv);
        break;
    case THREAD_SWITCH:
        thread_op_switch(t, by);
        break;
    case THREAD_STATS:
        thread_op_stats(t, by);
        break;
    case THREAD_MODIFY_SENDER:
        modify_sender(t, by, inv);
        break;
    case THREAD_VCPU_RESUME:
        vcpu_resume(t, by);
        break;
    case THREAD_VCPU_CONTROL:
        ipc_answer(by, vcpu_control(t, inv), 0, 0);
        break;
    case THREAD_DOORBELL_IRQ:
        ipc_answer(by, vcpu_register_doorbell(t, by, inv), 0, 0);
        break;
    case THREAD_REGISTER_DEL_IRQ:
        ipc_answer(by, thread_register_del_irq(t, by, inv), 0, 0);
        break;
    case THREAD_PF_TRAMP:
        pf_trampoline_control(t, by, inv);
        break;
    default:
        if (op >= THREAD_OF_MACHINE)
            thread_op_of_machine(t, by, inv);
        else
            ipc_answer(by, op < 0 ? op : -L4_ENOSYS, 0, 0);
    }
}

static void thread_destroy(struct object *o)
{
    thread_kill(thread_of(o));
}

static bool thread_take_down(struct object *o, unsigned budget)
{
    (void)budget;
    return thread_drain(o);
}

static void thread_free(struct object *o)
{
    struct thread *t = thread_of(o);
    port_frame_release(&t->frame);
    kmem_free(o->quota, t, sizeof(*t));
}

const struct object_ops thread_ops = {
    .type = VTR_T_THREAD,
    .protocols = {L4_PROTO_THREAD},
    .invoke = thread_invoke,
    .destroy = thread_destroy,
    .chore = thread_drain,
    .take_down = thread_take_down,
    .free = thread_free,
};

void thread_check(const struct thread *t)
{
    bool queued = !list_is_empty(&t->ready), ready = t->state == THREAD_READY;
    kassert(ready == queued || (ready && sched_home(t)->current == t)); /* I1 */
    bool send = t->ipc.phase == PHASE_SEND;
    bool closed = t->ipc.phase == PHASE_RECEIVE && !t->ipc.open;
    bool queued_in = heap_is_in(&t->sender.link);
    kassert(!send || queued_in);           /* I2 */
    kassert(!queued_in || send || closed); /* closed: at a semaphore */
    if (t->ipc.phase == PHASE_MESSAGE)
        message_check(t);
    else if (t->ipc.phase != PHASE_NONE)
        kassert(t->state == THREAD_BLOCKED);
    if (closed && t->ipc.partner)
        kassert(!list_is_empty(&t->waiting)); /* I5 */
    if (!closed && !send)
        kassert(list_is_empty(&t->waiting));
    bool pinned = t->ipc.phase != PHASE_NONE && t->ipc.via; /* I6 */
    kassert(t->ipc.pinned == pinned && (!pinned || t->ipc.via->pins > 0));
    kassert(!t->del_irq || t->del_irq->object->pins > 0);
    if (t->continuation.go_on) /* continuation.h I1 */
        kassert(t->state == THREAD_READY &&
                (t->ipc.phase == PHASE_NONE || t->ipc.phase == PHASE_MESSAGE));
    heap_check(&t->senders);
    if (t->state == THREAD_DEAD && list_is_empty(&t->object.ending)) { /* I7 */
        kassert(list_is_empty(&t->waiters));
        for (struct heap_node *n = heap_next(&t->senders, NULL); n;
             n = heap_next(&t->senders, n))
            kassert(container_of(n, struct sender, link)->is_irq);
    }
    if (t->vcpu)
        vcpu_check(t);
    pf_trampoline_check(&t->pf_trampoline);
    kassert(!t->replier || t->replier->reply_to == t); /* I3 */
    kassert(!t->reply_to || t->reply_to->replier == t);
    kassert(!t->task == list_is_empty(&t->in_task)); /* I4 */
}
