/*
 * vCPUs (see vcpu.h; ABI.md section 2, vCPU, and section 3).
 *
 * What is L4's and not obvious: resume takes the state to go to from
 * saved_state, where the last event left it; entry in kernel mode keeps the
 * stack, from user mode it is entry_sp; the entry gets the address of the
 * state as its argument.
 *
 * Not here: hardware virtualisation (the extended form).
 */
#include "vcpu.h"
#include "abi.h"
#include "invoke.h"
#include "ipc.h"
#include "ipc_items.h"
#include "line.h"
#include "kassert.h"
#include "kmem.h"
#include "sched.h"
#include "trace.h"
#include "work.h"

enum {
    VCPU_EVENTS = L4_VCPU_F_IRQ | L4_VCPU_F_PAGE_FAULTS | L4_VCPU_F_EXCEPTIONS,
    VCPU_STATE_ALIGN = 16,
};

static word_t *vcpu_registers(struct vcpu *v)
{
    return (word_t *)&v->state->r;
}

static void vcpu_set_mode(struct vcpu *v, bool user_mode)
{
    v->user_mode = user_mode;
    thread_watch(v->thread, WATCH_USER_MODE, user_mode); /* keeps I1 */
}

static void vcpu_set_user_task(struct vcpu *v, struct task *task)
{
    struct task *old = v->user_task;
    list_remove(&v->in_user_task);
    if (task) {
        object_pin(&task->object);
        list_add_last(&task->vcpus, &v->in_user_task); /* keeps I2 */
    }
    v->user_task = task;
    if (old)
        object_unpin(&old->object);
}

/* --- becoming one ------------------------------------------------------- */

long vcpu_control(struct thread *t, const struct invocation *inv)
{
    if (inv->mr[0] >> 16)
        return -L4_ENOSYS; /* extended: no hardware virtualisation */
    if (inv_words(inv) < 2 || !t->task || t->vcpu)
        return -L4_EINVAL;
    uaddr_t at = inv->mr[1];
    void *state = task_ku_mem(t->task, at, L4_VCPU_STATE_SIZE);
    if (!state || at % VCPU_STATE_ALIGN)
        return -L4_EINVAL;
    struct vcpu *v = kmem_alloc(t->object.quota, sizeof(*v));
    if (!v)
        return -L4_ENOMEM;
    v->thread = t;
    v->state = state;
    v->state_user = at;
    list_init(&v->in_user_task);
    v->state->version = L4_VCPU_STATE_VERSION;
    v->state->user_task = L4_INVALID_CAP;
    t->vcpu = v;
    thread_watch(t, WATCH_VCPU, true);
    vcpu_note_senders(t);
    return 0;
}

static void vcpu_set_doorbell(struct vcpu *v, struct trigger *g)
{
    struct trigger *old = v->doorbell;
    if (g)
        object_pin(g->object);
    v->doorbell = g;
    if (old)
        object_unpin(old->object);
}

long vcpu_register_doorbell(struct thread *t, struct thread *by,
                            const struct invocation *inv)
{
    struct cap_slot *c = invoke_cap(by, inv, 0);
    struct trigger *g = c ? trigger_of(c->object) : NULL;
    if (!t->vcpu || !g)
        return -L4_EINVAL;
    if (!(c->rights & CAP_W))
        return -L4_EPERM;
    if (t->vcpu->doorbell && !t->vcpu->doorbell->object->dying)
        return -L4_EBUSY;
    vcpu_set_doorbell(t->vcpu, g);
    return 0;
}

void vcpu_end(struct thread *t)
{
    struct vcpu *v = t->vcpu;
    if (!v)
        return;
    vcpu_set_mode(v, false);
    vcpu_set_user_task(v, NULL);
    vcpu_set_doorbell(v, NULL);
    t->vcpu = NULL;
    thread_watch(t, WATCH_VCPU, false);
    kmem_free(t->object.quota, v, sizeof(*v));
}

/* --- events ------------------------------------------------------------- */

bool vcpu_wants(const struct thread *t, unsigned flag)
{
    const struct vcpu *v = t->vcpu;
    if (flag == L4_VCPU_F_EXCEPTIONS && v->user_mode)
        return true; /* user code has no exception handler of its own */
    return v->state->state & flag;
}

void vcpu_enter(struct thread *t, const struct port_trap *trap)
{
    struct vcpu *v = t->vcpu;
    l4_vcpu_state_t *s = v->state;
    unsigned flags = s->state & ~(unsigned)L4_VCPU_F_USER_MODE;
    uaddr_t sp = v->user_mode ? s->entry_sp : port_frame_sp(&t->frame);
    port_frame_save(&t->frame, trap, vcpu_registers(v));
    s->saved_state =
        (l4_uint16_t)(flags | (v->user_mode ? L4_VCPU_F_USER_MODE : 0));
    s->state = (l4_uint16_t)(flags & ~(unsigned)VCPU_EVENTS);
    s->reserved_sp = sp;
    vcpu_leave(t);
    port_frame_set_ip_sp(&t->frame, s->entry_ip, sp);
    port_frame_set_arg(&t->frame, v->state_user);
    trace_event_of(t->object.id, VTR_EXCEPTION, 0, trap->cause, s->entry_ip,
                   trap->address, t->task->object.id, 0, 0);
}

void vcpu_leave(struct thread *t)
{
    if (t->vcpu->user_mode) {
        port_frame_set_utcb(&t->frame, t->utcb_user); /* may be a register */
        port_frame_set_tp(&t->frame, t->vcpu->host_tp);
        port_frame_allow_fpu(&t->frame, true);
    }
    vcpu_set_mode(t->vcpu, false);
}

bool vcpu_interrupt(struct thread *t)
{
    static const struct port_trap upcall = {.cause = CAUSE_UPCALL};
    struct vcpu *v = t->vcpu;
    if (sched_runs_elsewhere(t)) {
        sched_kick(sched_home(t)); /* it is asked again at its kernel exit */
        return false;
    }
    if (t->state != THREAD_READY || v->in_call || t->continuation.go_on ||
        !vcpu_wants(t, L4_VCPU_F_IRQ))
        return false;
    vcpu_enter(t, &upcall);
    t->ipc = (struct ipc_state){
        .phase = PHASE_RECEIVE, .kind = IPC_UPCALL, .open = true};
    return true;
}

bool vcpu_is_asked(const struct thread *t)
{
    return sched_runs_elsewhere(t) && !t->vcpu->in_call &&
           vcpu_wants(t, L4_VCPU_F_IRQ);
}

uint64_t vcpu_asked_until(void)
{
    return port_time() + SCHED_TICK_NS;
}

void vcpu_set_message(struct thread *t, word_t tag, word_t label)
{
    t->vcpu->state->i.tag.raw = (l4_mword_t)tag;
    t->vcpu->state->i.label = label;
}

void vcpu_note_senders(struct thread *t)
{
    struct vcpu *v = t->vcpu;
    l4_vcpu_state_t *s = v->state;
    bool was = s->sticky_flags & L4_VCPU_SF_IRQ_PENDING;
    if (heap_is_empty(&t->senders)) {
        s->sticky_flags &= (l4_uint16_t)~L4_VCPU_SF_IRQ_PENDING;
        return;
    }
    s->sticky_flags |= L4_VCPU_SF_IRQ_PENDING;
    if (!was && v->doorbell && !v->doorbell->object->dying)
        trigger_hit(v->doorbell);
}

bool vcpu_evict(struct list *vcpus)
{
    while (!list_is_empty(vcpus)) {
        struct vcpu *v = container_of(vcpus->next, struct vcpu, in_user_task);
        struct thread *t = v->thread;
        if (v->user_mode) {
            sched_recall(t);
            struct port_trap gone = {.cause = CAUSE_PAGE_FAULT,
                                     .address = port_frame_ip(&t->frame),
                                     .access = RIGHT_X};
            ipc_abort(t, L4_IPC_SECANCELED); /* a fault's IPC */
            vcpu_enter(t, &gone);
        }
        vcpu_set_user_task(v, NULL);
        work_done(16);
        if (work_should_stop())
            return false;
    }
    return true;
}

/* --- resume --------------------------------------------------------------- */

/* The user task the state names, once: after that the name is taken back. */
static long vcpu_take_user_task(struct vcpu *v)
{
    l4_cap_idx_t sel = v->state->user_task;
    if (sel & SEL_INVALID)
        return 0;
    struct cap_slot *c = cap_lookup(&v->thread->task->caps, sel >> SEL_SHIFT);
    if (!c || c->object->ops != &task_ops)
        return -L4_EINVAL;
    if (!(c->rights & CAP_S))
        return -L4_EPERM;
    vcpu_set_user_task(v, task_of(c->object));
    v->state->user_task = L4_INVALID_CAP;
    return 0;
}

/* The items of the request (number, first word), from the vCPU's task to the
 * user task. -L4_EAGAIN: stopped at a preemption point. */
static long vcpu_map_items(struct thread *t, unsigned items, unsigned first)
{
    struct continuation *c = &t->continuation;
    const word_t *mr = t->utcb->mr;
    for (; c->resume.item < items; c->resume.item++) {
        unsigned at = first + 2 * c->resume.item;
        if (!t->vcpu->user_task || at + 1 >= UTCB_MRS)
            return -L4_EINVAL;
        long error = item_map_whole(t->task, t->vcpu->user_task, mr[at],
                                    mr[at + 1], true, &c->resume.behind);
        if (error)
            return error;
        c->resume.behind = 0;
        mapping_walk_forget();
        work_done(4);
    }
    return 0;
}

/* Back to where the state says. */
static void vcpu_go(struct thread *t, bool user_mode)
{
    struct vcpu *v = t->vcpu;
    v->state->state = v->state->saved_state;
    if (user_mode) {
        v->host_tp = port_frame_tp(&t->frame);
        port_frame_allow_fpu(&t->frame,
                             v->state->state & L4_VCPU_F_FPU_ENABLED);
    }
    vcpu_set_mode(v, user_mode);
    port_frame_load(&t->frame, vcpu_registers(v), L4_UTCB_EXCEPTION_REGS_SIZE);
    if (!user_mode) {
        word_t tp = port_frame_tp(&t->frame);
        port_frame_set_utcb(&t->frame, t->utcb_user); /* may be a register */
        port_frame_set_tp(&t->frame, tp);
    }
}

static bool vcpu_resume_on(struct thread *t)
{
    struct vcpu *v = t->vcpu;
    struct ipc_args args;
    port_frame_get_args(&t->frame, &args);
    long error = vcpu_map_items(t, tag_items(args.tag), tag_words(args.tag));
    if (error == -L4_EAGAIN)
        return false;
    bool user_mode = v->state->saved_state & L4_VCPU_F_USER_MODE;
    if (!error && user_mode && !v->user_task)
        error = -L4_EINVAL;
    if (error)
        ipc_answer(t, error, 0, 0);
    else
        vcpu_go(t, user_mode);
    return true;
}

void vcpu_resume(struct thread *t, struct thread *by)
{
    long error =
        t != by || !t->vcpu ? -L4_EINVAL : vcpu_take_user_task(t->vcpu);
    if (error) {
        ipc_answer(by, error, 0, 0);
        return;
    }
    t->continuation = (struct continuation){.go_on = vcpu_resume_on};
    mapping_walk_forget();
    thread_go_on(t);
}

void vcpu_syscall(struct thread *t)
{
    t->vcpu->in_call = true;
    invoke_syscall(t);
    if (!t->vcpu)
        return; /* killed itself */
    t->vcpu->in_call = false;
}

void vcpu_check(const struct thread *t)
{
    const struct vcpu *v = t->vcpu;
    kassert(v->thread == t);
    kassert(!v->user_mode || v->user_task); /* I1 */
    kassert(v->user_mode == !!(t->watch & WATCH_USER_MODE));
    kassert(t->watch & WATCH_VCPU);
    kassert(!v->user_task == list_is_empty(&v->in_user_task)); /* I2 */
    kassert(!v->user_task || v->user_task->object.pins > 0);
    kassert(!v->user_mode || t->state != THREAD_DEAD); /* I3 */
}
