/*
 * IPC as a state machine: every phase, every way out of it, and what is left
 * behind. All invariants are checked after each step (kernel_exit()).
 */
#include "kernel.h"

#include <ipc_items.h>

enum { GATE = 0x1a0, IRQ = 0x1b0, ITEM_GRANT_BIT = 2 };

static struct thread *a, *b, *c;

static void two(void)
{
    kernel_boot();
    a = thread_running(kernel.task, 10);
    b = thread_running(kernel.task, 10);
}

static void three(void)
{
    two();
    c = thread_running(kernel.task, 10);
}

static void call(struct thread *from, struct thread *to)
{
    sys(from, slot_of_thread(to), CALL, tag_make(5, 1, 0, 0), NEVER);
}

/* a calls b, which has taken the message and owes the answer. */
static void called(void)
{
    sys_wait(b);
    call(a, b);
    cr_assert_eq(outcome(b), 0);
    cr_assert_eq(outcome(a), WAITS);
}

KERNEL_TEST(ipc, send_blocks_until_receiver_waits)
{
    two();
    a->utcb->mr[0] = 77;
    sys(a, slot_of_thread(b), SEND, tag_make(5, 1, 0, 0), NEVER);
    cr_assert_eq(outcome(a), WAITS);
    sys_wait(b);
    cr_assert_eq(outcome(a), 0);
    cr_assert_eq(outcome(b), 0);
    cr_assert_eq(b->utcb->mr[0], 77);
    cr_assert_eq(answer(b), 5);
}

KERNEL_TEST(ipc, fpu_registers_go_from_who_transfers_to_who_inherits)
{
    for (unsigned i = 0; i < 4; i++) {
        bool sends = i & 1, inherits = i & 2;
        two();
        a->frame.fpu = 7;
        b->frame.fpu = 8;
        b->utcb->bdr = inherits ? L4_UTCB_INHERIT_FPU : 0;
        sys_wait(b);
        call(a, b);
        sys_reply(b, tag_make(1, 0, 0, 0));
        cr_assert_eq(b->frame.fpu, 8);
        sys(a, slot_of_thread(b), SEND, tag_make(1, 0, 0, sends ? TAG_FPU : 0),
            NEVER);
        cr_assert_eq(b->frame.fpu, sends && inherits ? 7 : 8);
        cr_assert_eq(a->frame.fpu, 7);
        kernel_end();
    }
    two();
}

KERNEL_TEST(ipc, receive_blocks_until_sender_comes)
{
    two();
    sys_wait(b);
    cr_assert_eq(outcome(b), WAITS);
    sys(a, slot_of_thread(b), SEND, tag_make(6, 0, 0, 0), NEVER);
    cr_assert_eq(outcome(b), 0);
    cr_assert_eq(answer(b), 6);
}

KERNEL_TEST(ipc, closed_receive_takes_from_its_partner_only)
{
    three();
    sys(b, slot_of_thread(a), RECEIVE, 0, NEVER);
    sys(c, slot_of_thread(b), SEND, tag_make(1, 0, 0, 0), AT_ONCE);
    cr_assert_eq(outcome(c), L4_IPC_SETIMEOUT);
    sys(a, slot_of_thread(b), SEND, tag_make(2, 0, 0, 0), AT_ONCE);
    cr_assert_eq(outcome(a), 0);
    cr_assert_eq(answer(b), 2);
}

KERNEL_TEST(ipc, closed_receive_leaves_what_is_for_others)
{
    three();
    sys(b, slot_of_thread(c), SEND, tag_make(5, 1, 0, 0), NEVER);
    sys(a, slot_of_thread(b), RECEIVE, 0, NEVER);
    cr_assert_eq(outcome(a), WAITS);
    cr_assert_eq(outcome(b), WAITS);
}

KERNEL_TEST(ipc, reply_ends_the_call_and_is_one_shot)
{
    two();
    called();
    sys_reply(b, tag_make(9, 0, 0, 0));
    cr_assert_eq(answer(a), 9);
    cr_assert_null(b->reply_to);
    cr_assert_eq(outcome(b), WAITS);
}

KERNEL_TEST(ipc, plain_send_to_the_caller_uses_up_the_reply)
{
    two();
    called();
    sys(b, slot_of_thread(a), SEND, tag_make(3, 0, 0, 0), AT_ONCE);
    cr_assert_eq(answer(a), 3);
    sys_raw(b, SEL_INVALID | 9, 0, NEVER); /* reply, no receive */
    cr_assert_eq(outcome(b), L4_IPC_ENOT_EXISTENT);
}

KERNEL_TEST(ipc, overwritten_caller_keeps_waiting)
{
    three();
    sys_wait(b);
    call(a, b);
    sys_wait(b);
    call(c, b);
    cr_assert_eq(outcome(a), WAITS);
    cr_assert_eq(b->reply_to, c);
    cr_assert(fake.console_used > 0);
}

/* --- ways out of the send phase ------------------------------------------ */

KERNEL_TEST(ipc, send_timeout)
{
    two();
    word_t us100 = (word_t)100 << 16;
    sys(a, slot_of_thread(b), SEND, 0, us100);
    time_passes(99000);
    cr_assert_eq(outcome(a), WAITS);
    time_passes(1000);
    cr_assert_eq(outcome(a), L4_IPC_SETIMEOUT);
    cr_assert(heap_is_empty(&b->senders));
}

KERNEL_TEST(ipc, absolute_timeout_in_the_past_fails_at_once)
{
    two();
    time_passes(1000000);
    a->utcb->br[4] = 1; /* us */
    sys_sleep(a, 0x8004);
    cr_assert_eq(outcome(a), L4_IPC_RETIMEOUT);
}

KERNEL_TEST(ipc, absolute_timeout_far_away_does_not_wrap)
{
    two();
    time_passes(1000000);
    a->utcb->br[4] = ~0ul / 1000 + 2; /* * 1000 is 1 ns as 64 bits go */
    sys_sleep(a, 0x8004);
    cr_assert_eq(outcome(a), WAITS);
}

KERNEL_TEST(ipc, send_cancelled)
{
    two();
    sys(a, slot_of_thread(b), SEND, 0, NEVER);
    thread_ex_regs(a, ~0ul, ~0ul, true, false);
    kernel_exit();
    cr_assert_eq(outcome(a), L4_IPC_SECANCELED);
    cr_assert_eq(a->state, THREAD_READY);
}

KERNEL_TEST(ipc, receiver_deleted_under_the_sender)
{
    two();
    sys(a, slot_of_thread(b), SEND, 0, NEVER);
    slot_delete(kernel.task, slot_of_thread(b));
    cr_assert_eq(outcome(a), L4_IPC_ENOT_EXISTENT);
}

KERNEL_TEST(ipc, sender_deleted)
{
    two();
    sys(a, slot_of_thread(b), SEND, 0, NEVER);
    slot_delete(kernel.task, slot_of_thread(a));
    cr_assert(heap_is_empty(&b->senders));
}

KERNEL_TEST(ipc, gate_deleted_under_the_sender)
{
    two();
    gate_new(kernel.task, GATE, b, 0x10);
    sys(a, GATE, SEND, 0, NEVER);
    slot_delete(kernel.task, GATE);
    cr_assert_eq(outcome(a), L4_IPC_ENOT_EXISTENT);
}

/* --- ways out of the receive phase ---------------------------------------- */

KERNEL_TEST(ipc, receive_timeout_frees_the_reply)
{
    two();
    sys_wait(b);
    sys(a, slot_of_thread(b), CALL, 0, 100);
    cr_assert_eq(b->reply_to, a);
    time_passes(100000);
    cr_assert_eq(outcome(a), L4_IPC_RETIMEOUT);
    cr_assert_null(b->reply_to);
}

KERNEL_TEST(ipc, call_cancelled_frees_the_reply)
{
    two();
    called();
    thread_ex_regs(a, ~0ul, ~0ul, true, false);
    kernel_exit();
    cr_assert_eq(outcome(a), L4_IPC_RECANCELED);
    cr_assert_null(b->reply_to);
}

KERNEL_TEST(ipc, server_deleted_under_its_caller)
{
    two();
    called();
    slot_delete(kernel.task, slot_of_thread(b));
    cr_assert_eq(outcome(a), L4_IPC_REABORTED);
}

KERNEL_TEST(ipc, server_deleted_under_a_forgotten_caller)
{
    three();
    sys_wait(b);
    call(a, b);
    sys_wait(b);
    call(c, b);
    slot_delete(kernel.task, slot_of_thread(b));
    cr_assert_eq(outcome(a), L4_IPC_REABORTED);
    cr_assert_eq(outcome(c), L4_IPC_REABORTED);
}

KERNEL_TEST(ipc, partner_of_a_closed_receive_deleted)
{
    two();
    sys(a, slot_of_thread(b), RECEIVE, 0, NEVER);
    slot_delete(kernel.task, slot_of_thread(b));
    cr_assert_eq(outcome(a), L4_IPC_REABORTED);
}

KERNEL_TEST(ipc, caller_deleted_under_its_server)
{
    size_t at = 0;
    two();
    called();
    slot_delete(kernel.task, slot_of_thread(a));
    cr_assert_null(b->reply_to);
    fixture_trace();
    sys_reply(b, 0);
    cr_assert_eq(outcome(b), L4_IPC_ENOT_EXISTENT);
    const struct vtr_record *r = fixture_event(VTR_IPC_ERROR, &at);
    cr_assert_eq(r->flags, VTR_F_REPLY, "a picture can say why");
}

KERNEL_TEST(ipc, gate_deleted_while_the_caller_waits_for_the_answer)
{
    two();
    gate_new(kernel.task, GATE, b, 0x10);
    sys_wait(b);
    sys(a, GATE, CALL, 0, 100);
    slot_delete(kernel.task, GATE);
    cr_assert_eq(outcome(a), WAITS);
    cr_assert_gt(a->ipc.via->pins, 0); /* reports may still name it */
    time_passes(100000);
    cr_assert_eq(outcome(a), L4_IPC_RETIMEOUT);
    kernel_exit();
}

KERNEL_TEST(ipc, irq_deleted_under_its_only_waiter)
{
    two();
    irq_new(kernel.task, IRQ);
    sys(a, IRQ, RECEIVE, 0, NEVER); /* not bound to a, nor to anybody */
    cr_assert_eq(outcome(a), WAITS);
    slot_delete(kernel.task, IRQ);
    cr_assert_eq(outcome(a), L4_IPC_ENOT_EXISTENT | 1);
}

/* --- threads that are gone --------------------------------------------------
 */

KERNEL_TEST(ipc, thread_of_a_deleted_task_does_not_exist)
{
    two();
    struct task *other = task_new();
    struct thread *t = thread_running(other, 10);
    gate_new(kernel.task, GATE, t, 0);
    sys(a, slot_of_thread(t), SEND, 0, NEVER); /* waits before */
    cap_delete_object(&other->object, 1000);
    reap_all();
    kernel_exit();
    cr_assert_eq(outcome(a), L4_IPC_ENOT_EXISTENT);
    sys(a, slot_of_thread(t), SEND, 0, NEVER); /* and comes after */
    cr_assert_eq(outcome(a), L4_IPC_ENOT_EXISTENT);
    sys(a, GATE, CALL, 0, NEVER);
    cr_assert_eq(outcome(a), L4_IPC_ENOT_EXISTENT);
    sys(a, slot_of_thread(t), RECEIVE, 0, NEVER);
    cr_assert_eq(outcome(a), L4_IPC_ENOT_EXISTENT);
}

KERNEL_TEST(ipc, dead_thread_cannot_be_bound_again)
{
    two();
    struct task *other = task_new();
    struct thread *t = thread_running(other, 10);
    cap_delete_object(&other->object, 1000);
    reap_all();
    kernel_exit();
    cr_assert_eq(t->state, THREAD_DEAD);
    cr_assert_eq(thread_bind(t, kernel.task, a->utcb_user), -L4_EINVAL);
}

KERNEL_TEST(ipc, thread_deletes_itself)
{
    two();
    word_t slot = slot_of_thread(a);
    a->utcb->mr[0] = TASK_UNMAP;
    a->utcb->mr[1] = UNMAP_SELF | UNMAP_DELETE;
    a->utcb->mr[2] = slot << SEL_SHIFT | 3 << 4 | 0xf;
    sys(a, 1, CALL, tag_make(L4_PROTO_TASK, 3, 0, 0), NEVER);
    cr_assert_null(cap_lookup(&kernel.task->caps, slot));
    cr_assert_eq(sched_cpu()->current, b);
    cr_assert_eq(sched_cpu()->slice_owner, b);
}

KERNEL_TEST(ipc, task_deletes_itself)
{
    two();
    struct task *other = task_new();
    struct thread *t = thread_running(other, 20);
    cap_insert_root(&other->caps, 1, &other->object, CAP_ALL);
    t->utcb->mr[0] = TASK_UNMAP;
    t->utcb->mr[1] = UNMAP_SELF | UNMAP_DELETE;
    t->utcb->mr[2] = 1 << SEL_SHIFT | 3 << 4 | 0xf;
    sys(t, 1, CALL, tag_make(L4_PROTO_TASK, 3, 0, 0), NEVER);
    cr_assert_eq(t->state, THREAD_DEAD);
    cr_assert_null(t->task);
}

KERNEL_TEST(ipc, donor_is_killed_by_whom_it_donated_to)
{
    two();
    sys_wait(b);
    call(a, b); /* b runs on a's slice now */
    cr_assert_eq(sched_cpu()->slice_owner, a);
    cr_assert_eq(sched_cpu()->current, b);
    slot_delete(kernel.task, slot_of_thread(a));
    cr_assert_eq(sched_cpu()->slice_owner, b);
}

KERNEL_TEST(ipc, send_to_oneself_does_not_exist)
{
    two();
    sys(a, slot_of_thread(a), SEND, 0, NEVER);
    cr_assert_eq(outcome(a), L4_IPC_ENOT_EXISTENT);
}

KERNEL_TEST(ipc, gate_bound_to_its_own_waiting_sender)
{
    two();
    struct object *g = gate_new(kernel.task, GATE, NULL, 0);
    sys(a, GATE, SEND, 0, NEVER);
    b->utcb->mr[0] = RCV_EP_BIND;
    b->utcb->mr[1] = 0x40;
    b->utcb->mr[2] = 8;
    b->utcb->mr[3] = slot_of_thread(a) << SEL_SHIFT | 3 << 4 | 7;
    sys(b, GATE, CALL, tag_make(L4_PROTO_KOBJECT, 2, 1, 0), NEVER);
    cr_assert_eq(answer(b), 0);
    cr_assert_eq(outcome(a), L4_IPC_ENOT_EXISTENT);
    (void)g;
}

KERNEL_TEST(ipc, unbound_gate_hands_its_senders_on)
{
    three();
    gate_new(kernel.task, GATE, NULL, 0);
    sys(a, GATE, SEND, tag_make(1, 0, 0, 0), NEVER);
    sys_wait(c);
    b->utcb->mr[0] = RCV_EP_BIND;
    b->utcb->mr[1] = 0x40;
    b->utcb->mr[2] = 8;
    b->utcb->mr[3] = slot_of_thread(c) << SEL_SHIFT | 3 << 4 | 7;
    sys(b, GATE, CALL, tag_make(L4_PROTO_KOBJECT, 2, 1, 0), NEVER);
    cr_assert_eq(outcome(a), 0);
    cr_assert_eq(c->frame.result_label, 0x40 | 3, "with its rights");
    cr_assert_eq(outcome(c), 0);
    cr_assert_eq(c->frame.result_label & ~3ul, 0x40);
}

/* --- kernel messages ---------------------------------------------------------
 */

static void fault(struct thread *t)
{
    sys_sleep(t, AT_ONCE); /* makes it current */
    sched_cpu()->current = t;
    core_page_fault(0x123456, RIGHT_W);
    kernel_exit();
}

static void pager_of(struct thread *t, struct thread *pager)
{
    gate_new(kernel.task, GATE, pager, 0x50);
    t->pager = GATE << SEL_SHIFT;
}

KERNEL_TEST(ipc, page_fault_is_a_call)
{
    two();
    pager_of(a, b);
    fault(a);
    sys_wait(b);
    cr_assert_eq(answer(b), L4_PROTO_PAGE_FAULT);
    cr_assert_eq(b->utcb->mr[0], 0x123452ul);
    sys_reply(b, tag_make(0, 0, 0, 0));
    cr_assert_eq(a->state, THREAD_READY);
    cr_assert_not(a->in_exception);
}

KERNEL_TEST(ipc, refused_fault_becomes_an_exception)
{
    two();
    pager_of(a, b);
    a->exc_handler = a->pager;
    fault(a);
    sys_wait(b);
    sys_reply(b, tag_make(-L4_ENOMEM, 0, 0, 0));
    cr_assert_eq(answer(b), L4_PROTO_EXCEPTION);
    cr_assert(a->in_exception);
    b->utcb->mr[0] = 0x7000; /* the fake port's first word is the ip */
    b->utcb->mr[1] = 0x8000;
    sys_reply(b, tag_make(0, 2, 0, 0));
    cr_assert_eq(a->state, THREAD_READY);
    cr_assert_eq(port_frame_ip(&a->frame), 0x7000);
}

KERNEL_TEST(ipc, pager_deleted_under_a_fault)
{
    three();
    pager_of(a, b);
    gate_new(kernel.task, IRQ, c, 0x60);
    a->exc_handler = IRQ << SEL_SHIFT;
    fault(a);
    sys_wait(b);
    sys_wait(c);
    slot_delete(kernel.task, slot_of_thread(b));
    cr_assert_eq(answer(c), L4_PROTO_EXCEPTION);
    cr_assert(a->in_exception);
}

KERNEL_TEST(ipc, pager_and_handler_deleted_under_a_fault)
{
    two();
    pager_of(a, b);
    a->exc_handler = a->pager;
    fault(a);
    slot_delete(kernel.task, slot_of_thread(b));
    cr_assert_eq(a->state, THREAD_BLOCKED);
    cr_assert_eq(core_faults(), 1);
}

KERNEL_TEST(ipc, ex_regs_without_cancel_leaves_an_exception_alone)
{
    two();
    fault(a); /* nobody answers: a stops */
    cr_assert_eq(a->state, THREAD_BLOCKED);
    thread_ex_regs(a, 0x9000, 0x9000, false, false);
    kernel_exit();
    cr_assert_eq(a->state, THREAD_BLOCKED);
    thread_ex_regs(a, 0x9000, 0x9000, true, false);
    kernel_exit();
    cr_assert_eq(a->state, THREAD_READY);
    cr_assert_eq(port_frame_ip(&a->frame), 0x9000);
}

/* --- bounds ------------------------------------------------------------------
 */

KERNEL_TEST(ipc, utcb_at_the_end_of_all_addresses)
{
    two();
    struct thread *t = thread_create(kernel.quota, 0);
    cr_assert_eq(thread_bind(t, kernel.task, ~0ul - UTCB_SIZE + 1), -L4_EINVAL);
    cr_assert_null(task_ku_mem(kernel.task, ~0ul - 7, 16));
    object_destroy(&t->object);
}

KERNEL_TEST(ipc, ku_mem_at_the_end_of_all_addresses)
{
    two();
    cr_assert_eq(task_add_ku_mem(kernel.task, ~0xffful, PAGE_SIZE), -L4_EINVAL);
    cr_assert_eq(task_add_ku_mem(kernel.task, ~0x1ffful, 2 * PAGE_SIZE),
                 -L4_EINVAL);
}

KERNEL_TEST(ipc, new_priority_moves_a_waiting_sender)
{
    three();
    sys(a, slot_of_thread(c), SEND, tag_make(1, 0, 0, 0), NEVER);
    sys(b, slot_of_thread(c), SEND, tag_make(2, 0, 0, 0), NEVER);
    word_t slot = slot_of_thread(b);
    c->utcb->mr[0] = SCHEDULER_RUN_THREAD;
    c->utcb->mr[1] = 0;
    c->utcb->mr[2] = 1;
    c->utcb->mr[3] = 11;
    c->utcb->mr[4] = ~0ul / 1000 + 1; /* us: 2^64 ns and a bit */
    c->utcb->mr[5] = 8;
    c->utcb->mr[6] = slot << SEL_SHIFT | 3 << 4 | 7;
    sys(c, 7, CALL, tag_make(L4_PROTO_SCHEDULER, 5, 1, 0), NEVER);
    cr_assert_eq(answer(c), 0);
    cr_assert_gt(b->slice_ns, KERNEL_SLICE);
    sys_wait(c);
    cr_assert_eq(answer(c), 2);
}

KERNEL_TEST(ipc, granted_kernel_user_memory_stays_its_tasks)
{
    two();
    struct task *other = task_new();
    word_t page = (word_t)a->utcb_user & ~0xffful;
    word_t map = ITEM_GRANT_BIT | page, fpage = page | 12 << 6 | 1 << 4 | 7;
    cr_assert_eq(
        item_map_whole(kernel.task, other, map, fpage, false, &(word_t){0}), 0);
    struct mem_node *n = mspace_find(&other->mem, page);
    cr_assert_not_null(n);
    cr_assert_not_null(mspace_parent(n), "a root would outlive the memory");
}

KERNEL_TEST(ipc, windows_and_pages_are_aligned_to_their_size)
{
    two();
    struct task *other = task_new();
    cap_insert_root(&kernel.task->caps, 0x1c0, &other->object, CAP_ALL);
    word_t fpage = 0x1c1ul << SEL_SHIFT | 1 << 6 | 3 << 4 | 7;
    word_t to = 0x40ul << SEL_SHIFT;
    cr_assert_eq(
        item_map_whole(kernel.task, other, to, fpage, false, &(word_t){0}), 0);
    cr_assert_not_null(cap_lookup(&other->caps, 0x40));
}

KERNEL_TEST(ipc, unmap_of_all_capabilities_is_quick_and_complete)
{
    two();
    struct task *other = task_new();
    cap_insert_root(&other->caps, 5, &kernel.task->object, CAP_ALL);
    cap_insert_root(&other->caps, 700, &kernel.task->object, CAP_ALL);
    cap_insert_root(&kernel.task->caps, 0x1c0, &other->object, CAP_ALL);
    a->utcb->mr[0] = TASK_UNMAP;
    a->utcb->mr[1] = UNMAP_SELF;
    for (unsigned i = 2; i < 62; i++)
        a->utcb->mr[i] = 5ul << SEL_SHIFT | 63 << 6 | 3 << 4 | 0xf;
    sys(a, 0x1c0, CALL, tag_make(L4_PROTO_TASK, 62, 0, 0), NEVER);
    cr_assert_eq(answer(a), 0);
    cr_assert_eq(other->caps.used, 0);
}

KERNEL_TEST(ipc, unmap_of_ports_leaves_memory_alone)
{
    two();
    uaddr_t page = a->utcb_user & ~0xffful;
    a->utcb->mr[0] = TASK_UNMAP;
    a->utcb->mr[1] = UNMAP_SELF;
    a->utcb->mr[2] = page | 16 << 6 | 2 << 4 | 7;
    sys(a, 1, CALL, tag_make(L4_PROTO_TASK, 3, 0, 0), NEVER);
    cr_assert_eq(answer(a), 0);
    cr_assert_not_null(mspace_find(&kernel.task->mem, page));
}

Test(ipc, the_kernels_own_objects_outlive_their_capabilities)
{
    static const word_t slots[] = {5, 6, 7, 10}; /* log, icu, ... */
    kernel_boot();
    for (unsigned i = 0; i < 4; i++) {
        slot_delete(kernel.task, slots[i]);
        kernel_exit();
        cr_assert_null(cap_lookup(&kernel.task->caps, slots[i]));
    }
    core_irq(3); /* nobody is bound to it, nobody can be any more */
    kernel_exit();
}
