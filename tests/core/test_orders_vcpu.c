/*
 * Every order (orders.h) of what may happen to a vCPU: it resumes, faults,
 * calls and waits; messages and IRQs come, its user task ends, it is set
 * elsewhere, cancelled, moved, deleted. On two CPUs the other partner is at
 * home on CPU 0, the vCPU wherever it was moved to.
 */
#include "orders.h"

#include <vcpu.h>

enum { IRQ = 0x180, GATE, VCPU_GATE, US_100 = 100 };
enum { IP = 0x1000, SP = 0x2000, ENTRY = 0x3000, ENTRY_SP = 0x4000 };

enum event {
    RESUME_USER,      /* takes events, asks for its user task */
    RESUME_USER_DEAF, /* takes none */
    RESUME_KERNEL,
    FAULT,
    EXCEPTION,
    CALL_PARTNER, /* in user mode: an event */
    WAIT_OPEN,
    HIT_ITSELF,
    SELF_EVENTS, /* of the vCPU itself */
    SEND_NOW = SELF_EVENTS,
    CALL_VCPU,
    PARTNER_WAITS,
    PARTNER_ANSWERS,
    PARTNER_EVENTS, /* of its partner, which is its pager, too */
    HIT_IRQ = PARTNER_EVENTS,
    EX_REGS,
    CANCEL,
    RAISE,
    DELETE_USER_TASK,
    DELETE_VCPU,
    DELETE_PARTNER,
    DELETE_IRQ,
    TIME,
    MOVE,
    EVENTS,
};

static struct thread *v, *partner, *boss;
static struct task *user_task;
static word_t v_slot, partner_slot, user_slot;
static l4_vcpu_state_t *state;

static void vcpu_make(void)
{
    uaddr_t at = (v->utcb_user & -(uaddr_t)PAGE_SIZE) + 3 * PAGE_SIZE;
    state = task_ku_mem(kernel.task, at, sizeof(*state));
    boss->utcb->mr[0] = THREAD_VCPU_CONTROL;
    boss->utcb->mr[1] = at;
    orders_request(boss, v_slot, L4_PROTO_THREAD, 2, 0);
    cr_assert_eq(answer(boss), 0);
    state->state = state->saved_state = state->sticky_flags = 0;
    state->entry_ip = ENTRY;
    state->entry_sp = ENTRY_SP;
}

static void world_make(void)
{
    v = thread_running(kernel.task, 10);
    partner = thread_running(kernel.task, 11);
    boss = thread_running(kernel.task, 20);
    user_task = task_new();
    v_slot = slot_of_thread(v);
    partner_slot = slot_of_thread(partner);
    user_slot = slot_of(&user_task->object);
    gate_new(kernel.task, GATE, partner, 0x10);
    gate_new(kernel.task, VCPU_GATE, v, 0x20);
    v->pager = v->exc_handler = GATE << SEL_SHIFT;
    vcpu_make();
    struct irq *i = irq_of(irq_new(kernel.task, IRQ));
    object_pin(&v->object);
    i->thread = v;
    i->label = 0x77;
}

/* --- what it does -----------------------------------------------------------
 */

static void resume(bool user, unsigned flags)
{
    state->saved_state =
        (l4_uint16_t)(flags | (user ? L4_VCPU_F_USER_MODE : 0));
    if (user && orders_is_there(user_slot) && !v->vcpu->user_task)
        state->user_task = user_slot << SEL_SHIFT;
    ((word_t *)&state->r)[0] = IP;
    ((word_t *)&state->r)[1] = SP;
    v->utcb->mr[0] = THREAD_VCPU_RESUME;
    sys_raw(v, SEL_INVALID | CALL, tag_make(L4_PROTO_THREAD, 1, 0, 0), NEVER);
}

static void itself(enum event event)
{
    static const struct port_trap trap = {.cause = CAUSE_ILLEGAL};
    enum { ALL = L4_VCPU_F_IRQ | L4_VCPU_F_PAGE_FAULTS | L4_VCPU_F_EXCEPTIONS };
    switch (event) {
    case RESUME_USER:
    case RESUME_USER_DEAF:
        resume(true, event == RESUME_USER ? ALL : 0);
        return;
    case RESUME_KERNEL:
        resume(false, L4_VCPU_F_IRQ);
        return;
    case FAULT:
    case EXCEPTION:
        sched_cpu()->current = v;
        if (event == FAULT)
            core_page_fault(0x5000, RIGHT_R);
        else
            core_exception(&trap);
        kernel_exit();
        return;
    case CALL_PARTNER:
        sys(v, GATE, CALL, tag_make(1, 1, 0, 0), NEVER);
        return;
    case WAIT_OPEN:
        sys_wait(v);
        return;
    default:
        sys(v, IRQ, SEND, tag_make(L4_PROTO_IRQ, 0, 0, 0), AT_ONCE);
    }
}

static void by_partner(enum event event)
{
    if (event == SEND_NOW)
        sys(partner, VCPU_GATE, SEND, tag_make(1, 2, 0, 0), AT_ONCE);
    else if (event == CALL_VCPU)
        sys(partner, VCPU_GATE, CALL, tag_make(1, 2, 0, 0), US_100 << 16);
    else if (event == PARTNER_WAITS)
        sys_wait(partner);
    else
        sys_reply(partner, tag_make(0, 2, 0, 0));
}

/* In user mode it finds itself in its own task, wherever it runs. */
static bool end_user_task(void)
{
    bool user = orders_is_there(v_slot) && v->vcpu->user_mode;
    bool elsewhere = user && sched_runs_elsewhere(v);
    if (!orders_delete(user_slot))
        return false;
    if (user) {
        cr_assert(!v->vcpu->user_mode);
        cr_assert_eq(v->state, THREAD_READY);
        cr_assert_neq(outcome(v), WAITS);
    }
    if (elsewhere) /* what it was about to ask for there is forgotten */
        cr_assert_neq(sched_cpus[v->cpu].current, v);
    return true;
}

/* By somebody else, from CPU 0. */
static bool from_outside(enum event event)
{
    bool there = orders_is_there(v_slot);
    switch (event) {
    case HIT_IRQ:
        sys(boss, IRQ, SEND, tag_make(L4_PROTO_IRQ, 0, 0, 0), AT_ONCE);
        return true;
    case DELETE_USER_TASK:
        return end_user_task();
    case DELETE_VCPU:
        return orders_delete(v_slot);
    case DELETE_PARTNER:
        return orders_delete(partner_slot);
    case DELETE_IRQ:
        return orders_delete(IRQ);
    case TIME:
        orders_time();
        return true;
    case MOVE:
        if (there && orders_cpus() > 1)
            sched_move(v, !v->next_cpu);
        return there && orders_cpus() > 1;
    default:
        if (there)
            thread_ex_regs(v, event == EX_REGS ? IP : ~0ul, ~0ul,
                           event == CANCEL, event == RAISE);
        kernel_exit();
        return there;
    }
}

static bool step(unsigned event)
{
    if (event >= PARTNER_EVENTS)
        return from_outside(event);
    bool self = event < SELF_EVENTS;
    if (!orders_can_trap(self ? v : partner, self ? v_slot : partner_slot))
        return false;
    if (self)
        itself(event);
    else
        by_partner(event);
    return true;
}

static void run(unsigned depth, unsigned cpus, unsigned at_least)
{
    static const struct orders world = {EVENTS, world_make, step};
    unsigned n = orders_run(&world, depth, cpus);
    cr_log_info("%u orders", n);
    cr_assert_gt(n, at_least);
}

Test(orders_vcpu, on_one_cpu)
{
    run(3, 1, 5000);
}

Test(orders_vcpu, on_two_cpus)
{
    run(3, 2, 5000);
}
