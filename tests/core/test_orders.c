/*
 * Every order (orders.h) of what may happen to semaphores and IRQs with a line
 * of the hardware, to thread groups, and to superpages.
 */
#include "orders.h"

#include <semaphore.h>
#include <thread_group.h>

enum {
    SEM = 0x180,
    IRQ,
    GROUP,
    GATE,
    LINE = 5,
    ICU_SLOT = 6,
    HUNDRED_US = 100
};

static struct thread *a, *b, *boss;
static word_t a_slot, b_slot;

static void object_put(word_t slot, struct object *o)
{
    cr_assert_eq(cap_insert_root(&kernel.task->caps, slot, o, CAP_ALL), 0);
}

static void threads_make(void)
{
    a = thread_running(kernel.task, 10);
    b = thread_running(kernel.task, 11);
    a_slot = slot_of_thread(a);
    b_slot = slot_of_thread(b);
}

static bool cancel(struct thread *t, word_t slot)
{
    if (!orders_is_there(slot) || t->state == THREAD_READY)
        return false;
    thread_ex_regs(t, 0x1000, 0x2000, true, false);
    kernel_exit();
    return true;
}

/* --- semaphores, IRQs, a line --------------------------------------------- */

enum signal_act {
    DOWN,
    DOWN_SHORT,
    RECEIVE_IRQ,
    WAIT_OPEN,
    UP,
    TRIGGER,
    BIND,
    DETACH,
    UNMASK,
    SELF_ACTS, /* of each of the two threads */
    CANCEL = SELF_ACTS,
    DELETE,
    THREAD_ACTS,
};
enum {
    LINE_HIT = 2 * THREAD_ACTS,
    LINE_TO_IRQ,
    LINE_TO_SEM,
    LINE_MASK,
    DELETE_IRQ,
    DELETE_SEM,
    TIME,
    SIGNAL_EVENTS,
};

static void signals_make(void)
{
    threads_make();
    boss = thread_running(kernel.task, 20);
    object_put(SEM, semaphore_create(kernel.quota, 0));
    irq_new(kernel.task, IRQ);
}

static void down(struct thread *t, word_t timeouts)
{
    t->utcb->mr[0] = SEMAPHORE_DOWN;
    sys(t, SEM, CALL, tag_make(L4_PROTO_SEMAPHORE, 1, 0, 0), timeouts);
}

static void signal_act(struct thread *t, word_t slot, enum signal_act act)
{
    t->utcb->mr[0] = RCV_EP_BIND;
    t->utcb->mr[1] = 0x40;
    switch (act) {
    case DOWN:
    case DOWN_SHORT:
        down(t, act == DOWN ? NEVER : HUNDRED_US);
        return;
    case RECEIVE_IRQ:
        sys(t, IRQ, RECEIVE, 0, NEVER);
        return;
    case WAIT_OPEN:
        sys_wait(t);
        return;
    case UP:
        sys(t, SEM, SEND, tag_make(L4_PROTO_IRQ, 0, 0, 0), AT_ONCE);
        return;
    case TRIGGER:
        sys(t, IRQ, SEND, tag_make(L4_PROTO_IRQ, 0, 0, 0), AT_ONCE);
        return;
    case BIND:
        orders_request(t, IRQ, L4_PROTO_KOBJECT, 2, slot);
        return;
    case DETACH:
        t->utcb->mr[0] = IRQ_DETACH;
        orders_request(t, IRQ, L4_PROTO_IRQ_SENDER, 1, 0);
        return;
    default:
        t->utcb->mr[0] = IRQ_EOI;
        sys(t, IRQ, SEND, tag_make(L4_PROTO_IRQ, 1, 0, 0), AT_ONCE);
    }
}

static bool line_bind_to(word_t slot)
{
    if (!orders_is_there(slot) || !orders_can_trap(boss, slot_of_thread(boss)))
        return false;
    boss->utcb->mr[0] = ICU_BIND;
    boss->utcb->mr[1] = LINE;
    orders_request(boss, ICU_SLOT, L4_PROTO_IRQ, 2, slot);
    return true;
}

static bool signal_event(unsigned event)
{
    switch (event) {
    case LINE_HIT:
        if (fake.irq_masked[LINE])
            return false;
        core_irq(LINE);
        kernel_exit();
        return true;
    case LINE_TO_IRQ:
        return line_bind_to(IRQ);
    case LINE_TO_SEM:
        return line_bind_to(SEM);
    case LINE_MASK:
        boss->utcb->mr[0] = ICU_MASK;
        boss->utcb->mr[1] = LINE;
        sys(boss, ICU_SLOT, SEND, tag_make(L4_PROTO_IRQ, 2, 0, 0), AT_ONCE);
        return true;
    case DELETE_IRQ:
        return orders_delete(IRQ);
    case DELETE_SEM:
        return orders_delete(SEM);
    default:
        orders_time();
        return true;
    }
}

static bool signal_step(unsigned event)
{
    struct thread *t = event < THREAD_ACTS ? a : b;
    word_t slot = event < THREAD_ACTS ? a_slot : b_slot;
    unsigned act = event % THREAD_ACTS;
    if (event >= 2 * THREAD_ACTS)
        return signal_event(event);
    if (act == DELETE)
        return orders_delete(slot);
    if (act == CANCEL)
        return cancel(t, slot);
    if (!orders_can_trap(t, slot))
        return false;
    signal_act(t, slot, act);
    return true;
}

Test(orders, semaphores_irqs_and_a_line)
{
    static const struct orders world = {SIGNAL_EVENTS, signals_make,
                                        signal_step};
    unsigned n = orders_run(&world, 3, 1);
    cr_log_info("%u orders", n);
    cr_assert_gt(n, 5000);
}

/* --- groups ------------------------------------------------------------------
 */

enum group_event {
    A_WAITS,
    A_ANSWERS,
    B_WAITS,
    B_ANSWERS,
    C_CALLS,
    C_SENDS,
    HIT_IRQ,
    ADD_A,
    REMOVE_A,
    ADD_B,
    MODIFY_A,
    UNBIND_GATE,
    CANCEL_C,
    CANCEL_A,
    DELETE_A,
    DELETE_C,
    DELETE_GATE,
    DELETE_GROUP,
    GROUP_TIME,
    GROUP_EVENTS,
};

static struct thread *c;
static word_t c_slot;

static void bind_to(word_t what, word_t to)
{
    boss->utcb->mr[0] = RCV_EP_BIND;
    boss->utcb->mr[1] = 0x40;
    orders_request(boss, what, L4_PROTO_KOBJECT, 2, to);
}

static void groups_make(void)
{
    threads_make();
    c = thread_running(kernel.task, 12);
    c_slot = slot_of_thread(c);
    boss = thread_running(kernel.task, 20);
    object_put(GROUP, thread_group_create(kernel.quota, 0));
    gate_new(kernel.task, GATE, NULL, 0);
    irq_new(kernel.task, IRQ);
    bind_to(GATE, GROUP);
    bind_to(IRQ, GROUP);
}

static bool member(enum group_op op, word_t slot)
{
    if (!orders_is_there(slot) || !orders_is_there(GROUP))
        return false;
    boss->utcb->mr[0] = op;
    orders_request(boss, GROUP, L4_PROTO_THREAD_GROUP, 1, slot);
    return true;
}

static bool waits(struct thread *t, word_t slot, bool answers)
{
    if (!orders_can_trap(t, slot))
        return false;
    if (answers)
        sys_reply(t, tag_make(0, 1, 0, 0));
    else
        sys_wait(t);
    return true;
}

static bool calls(bool forever)
{
    if (!orders_can_trap(c, c_slot))
        return false;
    sys(c, GATE, forever ? CALL : SEND, tag_make(1, 1, 0, 0),
        forever ? NEVER : HUNDRED_US << 16);
    return true;
}

static bool modify(void)
{
    if (!orders_is_there(a_slot))
        return false;
    static const word_t rule[] = {THREAD_MODIFY_SENDER, ~3ul, 0x40, ~3ul, 0x80};
    for (unsigned i = 0; i < 5; i++)
        boss->utcb->mr[i] = rule[i];
    orders_request(boss, a_slot, L4_PROTO_THREAD, 5, 0);
    return true;
}

static bool group_step(unsigned event)
{
    switch ((enum group_event)event) {
    case A_WAITS:
    case A_ANSWERS:
        return waits(a, a_slot, event == A_ANSWERS);
    case B_WAITS:
    case B_ANSWERS:
        return waits(b, b_slot, event == B_ANSWERS);
    case C_CALLS:
    case C_SENDS:
        return calls(event == C_CALLS);
    case HIT_IRQ:
        sys(boss, IRQ, SEND, tag_make(L4_PROTO_IRQ, 0, 0, 0), AT_ONCE);
        return true;
    case ADD_A:
        return member(GROUP_ADD, a_slot);
    case REMOVE_A:
        return member(GROUP_REMOVE, a_slot);
    case ADD_B:
        return member(GROUP_ADD, b_slot);
    case MODIFY_A:
        return modify();
    case UNBIND_GATE:
        if (!orders_is_there(GATE) || !orders_is_there(b_slot))
            return false;
        bind_to(GATE, b_slot);
        return true;
    case CANCEL_C:
        return cancel(c, c_slot);
    case CANCEL_A:
        return cancel(a, a_slot);
    case DELETE_A:
        return orders_delete(a_slot);
    case DELETE_C:
        return orders_delete(c_slot);
    case DELETE_GATE:
        return orders_delete(GATE);
    case DELETE_GROUP:
        return orders_delete(GROUP);
    default:
        orders_time();
        return true;
    }
}

Test(orders, thread_groups)
{
    static const struct orders world = {GROUP_EVENTS, groups_make, group_step};
    unsigned n = orders_run(&world, 3, 1);
    cr_log_info("%u orders", n);
    cr_assert_gt(n, 3000);
}

/* --- superpages -----------------------------------------------------------
 */

enum {
    SUPER = 21,
    TASKS = 3,
    AT = 4 << SUPER,
    PART = AT + 5 * PAGE_SIZE,
};
enum super_event {
    MAP_TO_1,
    MAP_1_TO_2,
    MAP_PART_TO_1,
    GRANT_TO_1,
    GRANT_PART_TO_2,
    UNMAP_0,
    UNMAP_1,
    UNMAP_PART_OF_0,
    UNMAP_PART_OF_1,
    UNMAP_W_OF_0,
    DELETE_1,
    SUPER_EVENTS,
};

static _Alignas(1 << SUPER) char frames[1 << SUPER];
static word_t task_slot[TASKS];

static void supers_make(void)
{
    struct task *first = NULL;
    boss = thread_running(kernel.task, 20);
    for (unsigned i = 0; i < TASKS; i++) {
        struct task *t = task_new();
        first = first ? first : t;
        for (word_t s = 0x100; s < 0x120; s++) {
            struct cap_slot *slot = cap_slot(&kernel.task->caps, s);
            if (slot && slot->object == &t->object)
                task_slot[i] = s;
        }
    }
    mspace_map_root(&first->mem, AT, port_virt_to_phys(frames), SUPER,
                    RIGHT_RWX, MEM_NORMAL);
}

static bool super_map(unsigned from, unsigned to, word_t at, unsigned order,
                      bool grant)
{
    if (!orders_is_there(task_slot[from]) || !orders_is_there(task_slot[to]))
        return false;
    boss->utcb->mr[0] = TASK_MAP;
    boss->utcb->mr[1] = at | (grant ? 2 : 0);
    boss->utcb->mr[2] = at | order << 6 | FPAGE_MEM << 4 | RIGHT_RWX;
    orders_request(boss, task_slot[to], L4_PROTO_TASK, 3, task_slot[from]);
    return true;
}

static bool super_unmap(unsigned from, word_t at, unsigned order,
                        unsigned rights)
{
    if (!orders_is_there(task_slot[from]))
        return false;
    boss->utcb->mr[0] = TASK_UNMAP;
    boss->utcb->mr[1] = UNMAP_SELF;
    boss->utcb->mr[2] = at | order << 6 | FPAGE_MEM << 4 | rights;
    orders_request(boss, task_slot[from], L4_PROTO_TASK, 3, 0);
    return true;
}

static bool super_step(unsigned event)
{
    switch ((enum super_event)event) {
    case MAP_TO_1:
    case GRANT_TO_1:
        return super_map(0, 1, AT, SUPER, event == GRANT_TO_1);
    case MAP_1_TO_2:
        return super_map(1, 2, AT, SUPER, false);
    case MAP_PART_TO_1:
        return super_map(0, 1, PART, PAGE_ORDER, false);
    case GRANT_PART_TO_2:
        return super_map(1, 2, PART, PAGE_ORDER, true);
    case UNMAP_0:
        return super_unmap(0, AT, SUPER, RIGHT_RWX);
    case UNMAP_1:
        return super_unmap(1, AT, SUPER, RIGHT_RWX);
    case UNMAP_PART_OF_0:
        return super_unmap(0, PART, PAGE_ORDER, RIGHT_RWX);
    case UNMAP_PART_OF_1:
        return super_unmap(1, PART, PAGE_ORDER, RIGHT_RWX);
    case UNMAP_W_OF_0:
        return super_unmap(0, PART, PAGE_ORDER, RIGHT_W);
    default:
        return orders_delete(task_slot[1]);
    }
}

Test(orders, superpages)
{
    static const struct orders world = {SUPER_EVENTS, supers_make, super_step};
    unsigned n = orders_run(&world, 3, 1);
    cr_log_info("%u orders", n);
    cr_assert_gt(n, 800);
}
