/*
 * modify_sender stopped at its preemption points: whatever happens to the
 * queue meanwhile, no label is changed twice and none that waits is left out.
 */
#include "kernel.h"

#include <invoke.h>
#include <modify_sender.h>

enum {
    SENDERS = 12,
    RULES = 12, /* the last two count */
    GATE_LABEL = 0x40,
    ONCE = 0x50,
    TWICE = 0x60,
    OP_MODIFY_SENDER = 6,
};

static struct thread *server, *by, *other, *sender[SENDERS], *late;
static unsigned interrupts;

static void start_send(struct thread *t)
{
    struct ipc_op op = {.send = true,
                        .dest = server,
                        .via = &server->object,
                        .queue = &server->senders,
                        .label = GATE_LABEL};
    ipc_start(t, &op);
}

static void rule(struct thread *t, unsigned n, word_t match, word_t add)
{
    word_t *mr = &t->utcb->mr[1 + 4 * n];
    mr[0] = ~0ul;
    mr[1] = match;
    mr[2] = ~0ul;
    mr[3] = add;
}

static void rules(struct thread *t)
{
    t->utcb->mr[0] = OP_MODIFY_SENDER;
    for (unsigned i = 0; i < RULES - 2; i++)
        rule(t, i, 0x1000 + i, 0);
    rule(t, RULES - 2, GATE_LABEL, ONCE);
    rule(t, RULES - 1, ONCE, TWICE);
}

static void make_all(void)
{
    server = thread_running(kernel.task, 10);
    by = thread_running(kernel.task, 20);
    other = thread_running(kernel.task, 5);
    late = thread_running(kernel.task, 5);
    for (unsigned i = 0; i < SENDERS; i++) {
        sender[i] = thread_running(kernel.task, 5 + i % 3);
        start_send(sender[i]);
    }
    rules(by);
    rules(other);
    interrupts = 0;
}

/* With an interrupt after `points` questions. */
static void modify(unsigned points)
{
    fake.points = points;
    sys(by, slot_of_thread(server), CALL,
        tag_make(L4_PROTO_THREAD, 1 + 4 * RULES, 0, 0), NEVER);
    fake.points = 0;
    fake.on_irq = NULL;
}

static unsigned with_label(word_t label)
{
    unsigned n = 0;
    for (unsigned i = 0; i < SENDERS; i++)
        n += outcome(sender[i]) == WAITS && sender[i]->ipc.label == label;
    return n;
}

static void count_interrupt(void)
{
    interrupts++;
}

/* One goes, another is moved, a third comes. */
static void meddle(void)
{
    interrupts++;
    ipc_abort(sender[SENDERS / 2], L4_IPC_SECANCELED);
    sched_set_params(sender[1], 30, KERNEL_SLICE);
    ipc_reorder(sender[1]);
    start_send(late);
}

KERNEL_TEST(modify_sender, stopped_anywhere_each_label_changes_once)
{
    unsigned stops = 0;
    kernel_boot();
    for (unsigned points = 1; points < 20; points++) {
        make_all();
        fake.on_irq = count_interrupt;
        modify(points);
        cr_assert_eq(answer(by), 0);
        cr_assert_eq(with_label(ONCE), SENDERS);
        stops += interrupts;
        kernel_rewind();
    }
    cr_assert_gt(stops, 2);
}

KERNEL_TEST(modify_sender, a_queue_that_changes_is_walked_to_its_end)
{
    unsigned stops = 0;
    kernel_boot();
    for (unsigned points = 1; points < 20; points++) {
        make_all();
        fake.on_irq = meddle;
        modify(points);
        cr_assert_eq(answer(by), 0);
        cr_assert_eq(with_label(ONCE), SENDERS - (interrupts ? 1 : 0));
        cr_assert_eq(with_label(TWICE), 0);
        stops += interrupts;
        kernel_rewind();
    }
    cr_assert_gt(stops, 2);
}

static void the_last_seen_goes(void)
{
    struct heap_node *last = by->continuation.modify.last;
    interrupts++;
    ipc_abort(sender_thread(container_of(last, struct sender, link)),
              L4_IPC_SECANCELED);
}

KERNEL_TEST(modify_sender, the_one_it_stands_at_may_go)
{
    kernel_boot();
    make_all();
    fake.on_irq = the_last_seen_goes;
    modify(2);
    cr_assert_eq(interrupts, 1);
    cr_assert_eq(answer(by), 0);
    cr_assert_eq(with_label(ONCE), SENDERS - 1);
}

static void a_second_one(void)
{
    struct invocation inv = {
        .args = {.tag = tag_make(L4_PROTO_THREAD, 1 + 4 * RULES, 0, 0)},
        .mr = other->utcb->mr,
    };
    interrupts++;
    modify_sender(server, other, &inv);
    cr_assert_eq(answer(other), -L4_EBUSY);
}

KERNEL_TEST(modify_sender, one_at_a_time)
{
    kernel_boot();
    make_all();
    fake.on_irq = a_second_one;
    modify(2);
    cr_assert_eq(interrupts, 1);
    cr_assert_eq(with_label(ONCE), SENDERS);
    sys(other, slot_of_thread(server), CALL,
        tag_make(L4_PROTO_THREAD, 1 + 4 * RULES, 0, 0), NEVER);
    cr_assert_eq(answer(other), 0);
    cr_assert_eq(with_label(TWICE), SENDERS);
}

static void cancel_it(void)
{
    interrupts++;
    thread_ex_regs(by, ~0ul, ~0ul, true, false);
}

static void kill_it(void)
{
    interrupts++;
    thread_kill(by);
}

KERNEL_TEST(modify_sender, given_up_it_lets_go)
{
    kernel_boot();
    for (unsigned i = 0; i < 2; i++) {
        make_all();
        fake.on_irq = i ? kill_it : cancel_it;
        modify(2);
        cr_assert_eq(interrupts, 1);
        cr_assert(!server->modifying);
        if (!i)
            cr_assert_eq(outcome(by), L4_IPC_SECANCELED);
        sys(other, slot_of_thread(server), CALL,
            tag_make(L4_PROTO_THREAD, 1 + 4 * RULES, 0, 0), NEVER);
        cr_assert_eq(answer(other), 0);
        cr_assert_eq(with_label(GATE_LABEL), 0);
        kernel_rewind();
    }
}

static void kill_server(void)
{
    interrupts++;
    thread_kill(server);
}

KERNEL_TEST(modify_sender, the_thread_may_end_meanwhile)
{
    kernel_boot();
    make_all();
    fake.on_irq = kill_server;
    modify(2);
    cr_assert_eq(interrupts, 1);
    cr_assert_eq(answer(by), 0);
    for (unsigned i = 0; i < SENDERS; i++)
        cr_assert_eq(outcome(sender[i]), L4_IPC_ENOT_EXISTENT);
}
