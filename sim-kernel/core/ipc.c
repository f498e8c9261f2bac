/*
 * IPC: rendezvous, phases, timeouts, the reply capability (see ipc.h).
 *
 * Entry points are ipc_start() from the system call (invoke.c), from gates
 * and threads, and ipc_start_fault() from the trap handlers. A thread that
 * must wait is left with its phase in thread->ipc; the partner, a timeout or
 * an abort completes it later.
 *
 * Messages of the kernel (page faults, exceptions) take the same way; only
 * the ends differ: where the words come from and what the answer does
 * (enum ipc_kind).
 */
#include "ipc.h"
#include "abi.h"
#include "gate.h"
#include "ipc_message.h"
#include "irq.h"
#include "kassert.h"
#include "sched.h"
#include "semaphore.h"
#include "task.h"
#include "thread_group.h"
#include "trace.h"
#include "trap.h"
#include "vcpu.h"
#include "kstring.h"
#include "work.h"

/* --- timeouts ------------------------------------------------------- */

/* Deadline in ns of a 16-bit L4 timeout: 0 at once, TIME_NEVER. */
static uint64_t ipc_deadline(const struct thread *t, unsigned timeout)
{
    if (timeout == 0)
        return TIME_NEVER;
    if (timeout & 0x8000) { /* absolute: us in a pair of buffer registers */
        unsigned br = timeout & 0x3f;
        uint64_t at = br < UTCB_BRS ? t->utcb->br[br] : 0;
        return at < TIME_NEVER / 1000 ? at * 1000 : TIME_NEVER;
    }
    uint64_t us = (uint64_t)(timeout & 0x3ff) << (timeout >> 10 & 0x1f);
    return us ? port_time() + us * 1000 : 0;
}

static void ipc_arm(struct thread *t, uint64_t deadline)
{
    if (deadline != TIME_NEVER)
        sched_set_timeout(t, deadline);
}

/* --- queues --------------------------------------------------------- */

void ipc_enqueue(struct heap *queue, struct sender *s)
{
    heap_insert(queue, &s->link, 255u - s->prio);
}

/* s waits for r. */
static void ipc_enqueue_at(struct thread *r, struct sender *s)
{
    ipc_enqueue(&r->senders, s);
    if (r->vcpu)
        vcpu_note_senders(r);
}

/* s does not wait any more, for r (NULL: nobody). */
static void ipc_dequeue(struct thread *r, struct sender *s)
{
    heap_remove(&s->link);
    if (r && r->vcpu)
        vcpu_note_senders(r);
}

static struct sender *ipc_first(const struct heap *queue)
{
    struct heap_node *n = heap_first(queue);
    return n ? container_of(n, struct sender, link) : NULL;
}

/* Who is told when that goes which t waits for: in a closed receive the
 * partner or IRQ, in a send the gate. NULL: nothing can go (open wait, sleep),
 * or t is in its queue. */
static struct list *ipc_waiters(const struct thread *t, enum ipc_phase phase)
{
    if (phase == PHASE_SEND)
        return t->ipc.via ? gate_waiters(t->ipc.via) : NULL;
    if (t->ipc.open)
        return NULL;
    if (t->ipc.partner)
        return &t->ipc.partner->waiters;
    return t->ipc.via ? irq_waiters(t->ipc.via) : NULL;
}

/* The semaphore's queue t is to wait in; NULL: it waits for something else. */
static struct heap *ipc_semaphore(const struct thread *t, enum ipc_phase phase)
{
    bool is = phase == PHASE_RECEIVE && !t->ipc.open && !t->ipc.partner;
    return is && t->ipc.via ? semaphore_queue(t->ipc.via) : NULL;
}

void ipc_leave(struct thread *t)
{
    ipc_dequeue(t->ipc.phase == PHASE_SEND ? t->ipc.partner : NULL, &t->sender);
    list_remove(&t->waiting);
    if (t->ipc.pinned)
        object_unpin(t->ipc.via);
    t->ipc.pinned = false;
    timeout_cancel(&t->timeout);
    t->ipc.phase = PHASE_NONE;
}

static void ipc_block(struct thread *t, enum ipc_phase phase, uint64_t deadline)
{
    struct list *waiters = ipc_waiters(t, phase);
    struct heap *semaphore = ipc_semaphore(t, phase);
    t->ipc.phase = phase;
    t->ipc.since = port_time();
    if (waiters)
        list_add_last(waiters, &t->waiting); /* keeps thread.h I5 */
    if (semaphore)
        ipc_enqueue(semaphore, &t->sender);
    t->ipc.pinned = t->ipc.via != NULL;
    if (t->ipc.pinned)
        object_pin(t->ipc.via); /* keeps I6 */
    sched_block(t, THREAD_BLOCKED);
    ipc_arm(t, deadline);
    trace_event_of(t->object.id, VTR_IPC_BLOCK, 0,
                   t->ipc.partner ? t->ipc.partner->object.id : 0, ipc_why(t),
                   t->ipc.via ? t->ipc.via->id : 0, deadline, 0, 0);
}

/* --- completion ------------------------------------------------------ */

/* The operation of a user thread is over. */
static void ipc_finish(struct thread *t, word_t tag, word_t label)
{
    if (t->ipc.kind == IPC_UPCALL)
        vcpu_set_message(t, tag, label);
    else
        port_frame_set_result(&t->frame, tag, label);
    t->ipc.kind = IPC_USER;
    sched_ready(t);
}

static void ipc_end_failed(struct thread *t, unsigned code, unsigned flags)
{
    trace_event_of(t->object.id, VTR_IPC_ERROR, flags, code,
                   t->ipc.partner ? t->ipc.partner->object.id : 0,
                   t->ipc.via ? t->ipc.via->id : 0, 0, 0, 0);
    if (t->utcb)
        t->utcb->error = code;
    ipc_finish(t, TAG_ERROR, 0);
}

void ipc_error(struct thread *t, unsigned code)
{
    ipc_end_failed(t, code, 0);
}

void ipc_no_caller(struct thread *t)
{
    t->ipc.partner = NULL;
    t->ipc.via = NULL;
    ipc_end_failed(t, L4_IPC_ENOT_EXISTENT, VTR_F_REPLY);
}

void ipc_answer(struct thread *t, long label, unsigned words, unsigned items)
{
    word_t tag = tag_make(label, words, items, 0);
    t->utcb->error = 0;
    port_frame_set_result(&t->frame, tag, 0);
    trace_event(VTR_RESULT, 0, t->ipc.via ? t->ipc.via->id : 0, tag,
                words ? t->utcb->mr[0] : 0, 0, 0, 0);
}

void ipc_fail(struct thread *t, unsigned code)
{
    if (ipc_in_utcb(t->ipc.kind))
        ipc_error(t, code);
    else
        trap_fault_failed(t, t->ipc.kind, code);
}

void ipc_abort(struct thread *t, unsigned code)
{
    enum ipc_phase phase = t->ipc.phase;
    if (phase == PHASE_NONE)
        return;
    if (phase == PHASE_MESSAGE) {
        message_abort(t, code);
        return;
    }
    code |= phase == PHASE_RECEIVE;
    ipc_leave(t);
    if (t->replier) {
        t->replier->reply_to = NULL;
        t->replier = NULL;
    }
    reply_forget(t);
    ipc_fail(t, code);
}

void ipc_timed_out(struct thread *t)
{
    trace_event(VTR_TIMEOUT, 0, t->object.id, t->ipc.phase, 0, 0, 0, 0);
    ipc_abort(t, L4_IPC_SETIMEOUT);
}

bool ipc_abort_senders(struct heap *queue, unsigned code)
{
    struct sender *s;
    while ((s = ipc_first(queue))) {
        work_done(1);
        if (s->is_irq)
            heap_remove(&s->link);
        else
            ipc_abort(sender_thread(s), code);
        if (work_should_stop())
            return false;
    }
    return true;
}

/* --- rendezvous ------------------------------------------------------ */

static void ipc_sent(struct thread *s);
static bool ipc_donates(const struct thread *s);

void ipc_delivered(struct thread *s, struct thread *r, unsigned words,
                   unsigned error)
{
    enum ipc_kind kind = r->ipc.kind;

    if (error) {
        ipc_fail(r, error | 1);
        ipc_fail(s, error);
        return;
    }
    if (s->ipc.call)
        s->ipc.no_reply = !reply_set_caller(r, s);
    if (ipc_in_utcb(kind)) {
        r->utcb->error = 0;
        ipc_finish(r,
                   tag_make(tag_label(s->ipc.tag), words, tag_items(s->ipc.tag),
                            s->ipc.tag & TAG_FPU),
                   s->ipc.label);
    } else {
        sched_ready(r);
        trap_fault_answered(r, kind, tag_label(s->ipc.tag));
    }
    ipc_sent(s);
    if (r->state == THREAD_READY && ipc_donates(s))
        sched_donate(r);
}

/*
 * The rendezvous: s's message to r, which ends r's receive phase; s, in
 * PHASE_NONE and READY, is left to its own next phase. Both are told; if the
 * message stops half way, when it goes on (ipc_message.c).
 */
static void ipc_transfer(struct thread *s, struct thread *r, bool reply)
{
    ipc_leave(r);
    if (r->replier == s) {
        s->reply_to = NULL;
        r->replier = NULL;
    }
    reply_forget(r);
    message_begin(s, r, reply);
}

/* --- phases ----------------------------------------------------------- */

/* Does r take a message of s now? (If it is a vCPU it may have been made to.)
 */
static bool ipc_accepts(struct thread *r, const struct thread *s)
{
    if (r->ipc.phase == PHASE_RECEIVE)
        return r->ipc.open || r->ipc.partner == s;
    return r->vcpu && vcpu_interrupt(r);
}

static void ipc_receive(struct thread *t);

/* The send phase succeeded: on to the receive phase, or done. */
static void ipc_sent(struct thread *s)
{
    if (s->ipc.no_reply) {
        ipc_fail(s, L4_IPC_NO_REPLY_CAP);
    } else if (s->ipc.recv) {
        ipc_receive(s);
    } else if (s->ipc.kind == IPC_USER) {
        s->utcb->error = 0;
        ipc_finish(s, tag_make(0, 0, 0, 0), 0);
    }
}

/* The first of t's own queue or its group's, NULL: both are empty. */
static struct sender *ipc_most_urgent(struct thread *t)
{
    struct sender *own = ipc_first(&t->senders);
    struct sender *shared = t->group ? ipc_first(&t->group->queue) : NULL;
    if (own && shared)
        return shared->prio > own->prio ? shared : own;
    return own ? own : shared;
}

/* The first sender that t may receive from, NULL: none. */
static struct sender *ipc_find_sender(struct thread *t)
{
    if (t->ipc.open)
        return ipc_most_urgent(t);
    struct thread *p = t->ipc.partner;
    if (p)
        return p->ipc.phase == PHASE_SEND && p->ipc.partner == t ? &p->sender
                                                                 : NULL;
    struct sender *irq = t->ipc.via ? irq_sender(t->ipc.via) : NULL;
    bool mine = irq && (irq->link.in == &t->senders ||
                        (t->group && irq->link.in == &t->group->queue));
    return mine ? irq : NULL;
}

static void ipc_receive_irq(struct thread *t, struct sender *s)
{
    struct object *irq;
    ipc_dequeue(t, s);
    word_t label = irq_taken(s, &irq);
    ipc_leave(t);
    t->utcb->error = 0;
    trace_event_of(irq->id, VTR_IPC, VTR_F_IRQ, t->object.id, irq->id, label,
                   tag_make(L4_PROTO_IRQ, 0, 0, 0), 0, 0);
    ipc_finish(t, tag_make(L4_PROTO_IRQ, 0, 0, 0), label);
}

/* t, in its receive phase, meets the queued sender s. */
static void ipc_meet(struct thread *t, struct sender *s)
{
    if (s->is_irq) {
        ipc_receive_irq(t, s);
        return;
    }
    struct thread *from = sender_thread(s);
    ipc_leave(from);
    from->ipc.partner = t; /* a group's queue named nobody */
    sched_ready(from);
    ipc_transfer(from, t, false);
}

/* t, which runs again, begins its receive phase. */
static bool ipc_receive_on(struct thread *t)
{
    t->continuation.go_on = NULL;
    ipc_receive(t);
    return !t->continuation.go_on;
}

bool ipc_receives_later(const struct thread *t)
{
    return t->continuation.go_on == ipc_receive_on;
}

/* Whose message was taken by another takes messages in its own time, as
 * there may be somebody in line behind each sender. */
static bool ipc_receives_now(const struct thread *t, const struct sender *s)
{
    return s->is_irq || !t->ipc.open || t == sched_current();
}

static void ipc_receive(struct thread *t)
{
    t->ipc.phase = PHASE_RECEIVE;
    if (t->ipc.open)
        t->ipc.partner = NULL; /* whom it answered may end meanwhile */
    struct sender *s = ipc_find_sender(t);
    if (s && ipc_receives_now(t, s)) {
        ipc_meet(t, s);
        return;
    }
    if (s) {
        t->ipc.phase = PHASE_NONE;
        t->ipc.via = NULL; /* nobody keeps it pinned */
        t->continuation = (struct continuation){.go_on = ipc_receive_on};
        sched_ready(t);
        return;
    }
    uint64_t deadline = ipc_deadline(t, t->ipc.rcv_timeout);
    if (deadline == 0 || (deadline != TIME_NEVER && deadline <= port_time())) {
        ipc_abort(t, L4_IPC_SETIMEOUT);
        return;
    }
    ipc_block(t, PHASE_RECEIVE, deadline);
}

/* May the running thread's message hand its time slice on to r? */
static bool ipc_donates(const struct thread *s)
{
    const struct cpu *c = sched_cpu();
    return c->current == s && !(s->ipc.tag & TAG_SCHEDULE) &&
           s->state == THREAD_BLOCKED && (s->ipc.call || c->donated);
}

static void ipc_send(struct thread *s, struct thread *r, bool reply,
                     struct heap *queue, unsigned timeout)
{
    if (r && ipc_accepts(r, s)) {
        ipc_transfer(s, r, reply);
        return;
    }
    uint64_t deadline = ipc_deadline(s, timeout);
    if (r && r->vcpu && vcpu_is_asked(r) && deadline < vcpu_asked_until())
        deadline = vcpu_asked_until();
    s->ipc.phase = PHASE_SEND;
    if (deadline == 0 || (deadline != TIME_NEVER && deadline <= port_time())) {
        ipc_abort(s, L4_IPC_SETIMEOUT);
        return;
    }
    if (r)
        ipc_enqueue_at(r, &s->sender);
    else
        ipc_enqueue(queue, &s->sender);
    ipc_block(s, PHASE_SEND, deadline);
}

static void ipc_begin(struct thread *t, enum ipc_kind kind,
                      const struct ipc_op *op)
{
    kassert(t->ipc.phase == PHASE_NONE);
    t->ipc = (struct ipc_state){
        .kind = kind,
        .recv = op->recv,
        .open = op->open,
        .call = op->send && op->recv && !op->open && !op->reply,
        .partner = op->dest,
        .via = op->via,
        .tag = op->tag,
        .label = op->label,
        .rights = op->rights,
        .keep_at = op->keep_at,
        .rcv_timeout = (uint16_t)op->timeouts,
    };
    if (op->send)
        ipc_send(t, op->dest, op->reply, op->queue,
                 op->timeouts >> 16 & 0xffff);
    else if (op->recv)
        ipc_receive(t);
    else
        ipc_finish(t, 0, 0);
}

void ipc_start(struct thread *t, const struct ipc_op *op)
{
    bool nobody =
        op->send && op->dest && (op->dest == t || thread_is_gone(op->dest));
    bool cut =
        op->send && tag_words(op->tag) + 2 * tag_items(op->tag) > UTCB_MRS;
    t->ipc.partner = NULL; /* what it was may be gone */
    t->ipc.via = op->via;
    if (nobody)
        ipc_error(t, L4_IPC_ENOT_EXISTENT);
    else if (cut)
        ipc_error(t, L4_IPC_SEMSGCUT);
    else
        ipc_begin(t, IPC_USER, op);
}

void ipc_start_fault(struct thread *t, enum ipc_kind kind,
                     const struct ipc_op *op)
{
    ipc_begin(t, kind, op);
}

bool ipc_abort_waiters(struct list *waiters, unsigned code)
{
    while (!list_is_empty(waiters)) {
        work_done(1);
        ipc_abort(container_of(waiters->next, struct thread, waiting), code);
        if (work_should_stop())
            return false;
    }
    return true;
}

/* t, sending through a gate that is bound anew, is to send to dest. */
static void ipc_redirect(struct thread *t, struct thread *dest,
                         struct heap *queue, word_t label)
{
    if (dest &&
        (t == dest || thread_is_gone(dest))) { /* nobody sends to itself */
        ipc_abort(t, L4_IPC_ENOT_EXISTENT);
        return;
    }
    ipc_dequeue(t->ipc.partner, &t->sender);
    t->ipc.partner = dest;
    t->ipc.label = label;
    if (dest)
        ipc_enqueue_at(dest, &t->sender);
    else
        ipc_enqueue(queue, &t->sender);
}

void ipc_poll(struct thread *t)
{
    struct sender *s =
        t->ipc.phase == PHASE_RECEIVE ? ipc_find_sender(t) : NULL;
    if (s)
        ipc_meet(t, s);
}

/* Who was not redirected yet stands in front of those who were. */
bool ipc_redirect_all(struct list *waiters, struct thread *dest,
                      struct heap *queue, word_t label)
{
    while (!list_is_empty(waiters)) {
        struct thread *t = container_of(waiters->next, struct thread, waiting);
        word_t with = label | (t->ipc.rights & 3);
        work_done(1);
        if (t->sender.link.in == queue && t->ipc.label == with)
            break;
        list_remove(&t->waiting);
        list_add_last(waiters, &t->waiting);
        ipc_redirect(t, dest, queue, with);
        if (work_should_stop())
            return false;
    }
    if (dest) {
        ipc_poll(dest);
        ipc_interrupt(dest);
    }
    return true;
}

void ipc_reorder(struct thread *t)
{
    struct heap *queue = t->sender.link.in;
    if (!queue)
        return;
    heap_remove(&t->sender.link);
    ipc_enqueue(queue, &t->sender);
}

bool ipc_irq_deliver(struct sender *s, const struct object *object,
                     struct thread *r)
{
    bool waits = r->ipc.phase == PHASE_RECEIVE && r->ipc.kind == IPC_USER &&
                 (r->ipc.open || (!r->ipc.partner && r->ipc.via == object));
    if (!waits && !(r->vcpu && vcpu_interrupt(r))) {
        ipc_enqueue_at(r, s);
        return false;
    }
    ipc_receive_irq(r, s);
    return true;
}

bool ipc_interrupt(struct thread *t)
{
    if (!t->vcpu || heap_is_empty(&t->senders) || !vcpu_interrupt(t))
        return false;
    ipc_meet(t, ipc_first(&t->senders));
    return true;
}

void ipc_wake(struct thread *t)
{
    uint32_t from = t->ipc.via->id;
    ipc_leave(t);
    t->utcb->error = 0;
    trace_event_of(from, VTR_IPC, VTR_F_IRQ, t->object.id, from, 0, 0, 0, 0);
    ipc_finish(t, tag_make(0, 0, 0, 0), 0);
}
