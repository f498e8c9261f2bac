/*
 * Semaphores, deletion IRQs and weak references as state machines: every way
 * out of a down, and that nothing is left behind.
 */
#include "kernel.h"

#include <semaphore.h>

enum { SEM = 0x1a0, GATE = 0x1a1, IRQ = 0x1b0, CLIENT = 0x1b1 };

static struct thread *a, *b, *up;

static void start(void)
{
    kernel_boot();
    up = thread_running(kernel.task, 10);
    a = thread_running(kernel.task, 10);
    b = thread_running(kernel.task, 10);
    struct object *sem = semaphore_create(kernel.quota, 0);
    cr_assert_eq(cap_insert_root(&kernel.task->caps, SEM, sem, CAP_ALL), 0);
}

static void sem_up(void)
{
    sys(up, SEM, SEND, tag_make(L4_PROTO_IRQ, 0, 0, 0), AT_ONCE);
    cr_assert_eq(outcome(up), 0);
}

static void sem_down(struct thread *t, word_t timeouts)
{
    t->utcb->mr[0] = SEMAPHORE_DOWN;
    sys(t, SEM, CALL, tag_make(L4_PROTO_SEMAPHORE, 1, 0, 0), timeouts);
}

KERNEL_TEST(semaphore, ups_are_kept_for_later_downs)
{
    start();
    sem_up();
    sem_up();
    sem_down(a, NEVER);
    cr_assert_eq(outcome(a), 0);
    sem_down(b, NEVER);
    cr_assert_eq(outcome(b), 0);
    sem_down(a, AT_ONCE);
    cr_assert_eq(outcome(a), L4_IPC_RETIMEOUT);
}

KERNEL_TEST(semaphore, first_come_first_served)
{
    start();
    sem_down(b, NEVER);
    sem_down(a, NEVER);
    sem_up();
    cr_assert_eq(outcome(b), 0);
    cr_assert_eq(outcome(a), WAITS);
    sem_up();
    cr_assert_eq(outcome(a), 0);
    cr_assert_eq(answer(a), 0);
}

KERNEL_TEST(semaphore, priority_counts_when_the_up_comes)
{
    start();
    sem_down(a, NEVER);
    sem_down(b, NEVER);
    sched_set_params(b, 20, KERNEL_SLICE);
    ipc_reorder(b);
    sem_up();
    cr_assert_eq(outcome(b), 0);
    cr_assert_eq(outcome(a), WAITS);
}

KERNEL_TEST(semaphore, timeout_ends_a_down)
{
    start();
    sem_down(a, 100);
    time_passes(99000);
    cr_assert_eq(outcome(a), WAITS);
    time_passes(1000);
    cr_assert_eq(outcome(a), L4_IPC_RETIMEOUT);
    sem_up();
    sem_down(b, AT_ONCE);
    cr_assert_eq(outcome(b), 0);
}

KERNEL_TEST(semaphore, deletion_ends_every_down)
{
    start();
    sem_down(a, NEVER);
    sem_down(b, 100);
    slot_delete(kernel.task, SEM);
    cr_assert_eq(outcome(a), L4_IPC_ENOT_EXISTENT | 1);
    cr_assert_eq(outcome(b), L4_IPC_ENOT_EXISTENT | 1);
}

KERNEL_TEST(semaphore, a_dead_waiter_is_passed_by)
{
    start();
    sem_down(a, NEVER);
    sem_down(b, NEVER);
    slot_delete(kernel.task, slot_of_thread(a));
    sem_up();
    cr_assert_eq(outcome(b), 0);
    slot_delete(kernel.task, SEM);
}

KERNEL_TEST(semaphore, messages_to_a_waiter_wait)
{
    start();
    sem_down(a, NEVER);
    sys(b, slot_of_thread(a), SEND, tag_make(1, 0, 0, 0), NEVER);
    cr_assert_eq(outcome(b), WAITS);
    sem_up();
    cr_assert_eq(outcome(a), 0);
    cr_assert_eq(outcome(b), WAITS);
    sys_wait(a);
    cr_assert_eq(outcome(b), 0);
    slot_delete(kernel.task, SEM);
}

/* --- deletion IRQs ---------------------------------------------------------
 */

/* a's gates end by hitting an IRQ bound to b. */
static void registered(void)
{
    start();
    slot_delete(kernel.task, SEM);
    struct irq *i = irq_of(irq_new(kernel.task, IRQ));
    object_pin(&b->object);
    i->thread = b;
    i->label = 77;
    a->utcb->mr[0] = THREAD_REGISTER_DEL_IRQ;
    a->utcb->mr[1] = 8;
    a->utcb->mr[2] = IRQ << SEL_SHIFT | FPAGE_OBJ << 4 | CAP_ALL;
    sys(a, slot_of_thread(a), CALL, tag_make(L4_PROTO_THREAD, 1, 1, 0), NEVER);
    cr_assert_eq(answer(a), 0);
}

KERNEL_TEST(del_irq, the_end_of_a_gate_is_a_message)
{
    registered();
    gate_new(kernel.task, GATE, a, 0);
    sys_wait(b);
    cr_assert_eq(outcome(b), WAITS);
    slot_delete(kernel.task, GATE);
    cr_assert_eq(outcome(b), 0);
    cr_assert_eq(answer(b), L4_PROTO_IRQ);
    slot_delete(kernel.task, IRQ);
}

KERNEL_TEST(del_irq, the_irq_ends_first)
{
    registered();
    gate_new(kernel.task, GATE, a, 0);
    slot_delete(kernel.task, IRQ);
    slot_delete(kernel.task, GATE);
    slot_delete(kernel.task, slot_of_thread(a));
}

KERNEL_TEST(del_irq, the_thread_ends_first)
{
    registered();
    gate_new(kernel.task, GATE, a, 0);
    slot_delete(kernel.task, slot_of_thread(a));
    slot_delete(kernel.task, GATE);
    slot_delete(kernel.task, IRQ);
}

/* --- DEC_REFCNT ------------------------------------------------------------
 */

KERNEL_TEST(dec_refcnt, the_last_client_takes_the_gate_along)
{
    registered();
    struct object *g = gate_new(kernel.task, GATE, a, 0);
    cr_assert_eq(cap_map(cap_lookup(&kernel.task->caps, GATE),
                         &kernel.task->caps, CLIENT, CAP_R, false, false),
                 0);
    a->utcb->mr[0] = KOBJECT_DEC_REFCNT;
    a->utcb->mr[1] = 1;
    sys(a, GATE, CALL, tag_make(L4_PROTO_KOBJECT, 2, 0, 0), NEVER);
    cr_assert_eq(answer(a), 0);
    cr_assert_eq(g->refs, 1);
    sys_wait(b);
    cap_unmap(cap_lookup(&kernel.task->caps, CLIENT), CAP_ALL);
    kernel_exit();
    cr_assert_eq(outcome(b), 0);
    cr_assert_null(cap_lookup(&kernel.task->caps, GATE));
    slot_delete(kernel.task, IRQ);
}
