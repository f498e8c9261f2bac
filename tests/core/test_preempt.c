/*
 * Long operations, stopped wherever they can be stopped.
 *
 * Thread a begins an operation that takes pieces (map, unmap, grant, revoke,
 * the end of an object, a message with items). The kernel asks for interrupts
 * after each elementary step (work.piece); at the n-th question one comes, for
 * each n there is. It wakes b, which is above a and does something to a, to
 * what a works on, or to both, and may be stopped itself; then a goes on:
 *
 *      a: begin ---- stop            go on ---- stop        go on ---- done
 *                      b: act, sleep              b: act, sleep
 *
 * All invariants are checked at each stop and each exit; at the end the
 * operation has done its work, unless b took it from a, and nothing is left
 * over. Source of the method: bounded exhaustive exploration of preemptions
 * (Musuvathi and Qadeer, "Iterative context bounding", 2007): here with one
 * preemption for each operation and act, and with two for some.
 */
#include "preempt.h"

#include <work.h>

enum act {
    ACT_NOTHING,
    ACT_SAME,   /* the same operation: the walk changes hands */
    ACT_UNMAP,  /* what a hands on or takes back */
    ACT_MAP,    /* pages, once more */
    ACT_CANCEL, /* a */
    ACT_CANCEL_OTHER,
    ACT_MOVE, /* a, to the other CPU */
    ACT_DELETE_TASK,
    ACT_DELETE_SOURCE,
    ACT_DELETE, /* a */
    ACT_DELETE_OTHER,
    ACT_TOUCH, /* in_task, the superpage */
    ACTS
};

static bool disturbed; /* b did what may keep a's work from being done */
static unsigned orders;

/* --- who comes in between ------------------------------------------------- */

static void cancel(word_t slot, struct thread *t)
{
    if (is_there(slot))
        thread_ex_regs(t, 0x1000, 0x2000, true, false);
    kernel_exit();
}

/* If the page table lacks the page that t accesses, that is no fault of its;
 * the kernel mends it before t runs on. */
static void touch(struct thread *t, enum op op)
{
    struct fake_entry e;
    uaddr_t at = SUPER + (SUPER_PAGES - 1) * PAGE_SIZE;
    if (op != OP_SPLIT)
        return;
    fake.points = 0;
    if (!fake_space_lookup(&src->mem.port, at, &e)) {
        make_current(t);
        core_page_fault(at, RIGHT_R);
        kernel_exit();
        cr_assert(fake_space_lookup(&src->mem.port, at, &e));
        cr_assert_eq(t->state, THREAD_READY);
    }
}

static void act(enum act what, enum op op)
{
    disturbed |= what > ACT_SAME && what != ACT_MOVE && what != ACT_TOUCH;
    switch (what) {
    case ACT_NOTHING:
        break;
    case ACT_SAME:
        operate(b, op);
        break;
    case ACT_UNMAP:
        unmap(b, src_slot, UNMAP_SELF, pages(PAGES));
        unmap(b, src_slot, UNMAP_SELF | UNMAP_RECURSIVE, caps());
        break;
    case ACT_MAP:
        map(b, PAGES, pages(PAGES), false);
        map(b, (word_t)FIRST << SEL_SHIFT, caps(), false);
        map(b, KU, pages(KU), false);
        break;
    case ACT_CANCEL:
        cancel(a_slot, a);
        break;
    case ACT_CANCEL_OTHER:
        cancel(in_task_slot, in_task);
        break;
    case ACT_MOVE:
        if (is_there(a_slot))
            sched_move(a, !a->next_cpu);
        kernel_exit();
        break;
    case ACT_DELETE_TASK:
        delete_object(b, dst_slot);
        break;
    case ACT_DELETE_SOURCE:
        delete_object(b, src_slot);
        break;
    case ACT_DELETE_OTHER:
        delete_object(b, in_task_slot);
        break;
    case ACT_TOUCH:
        touch(in_task, op);
        break;
    default:
        delete_object(b, a_slot);
    }
}

/* The interrupt: the timer, for which b waits. */
static void strike(void)
{
    fake.time += PERIOD * 1000;
    core_timer();
}

/* Both CPUs, until nobody has anything to do in the kernel. */
static void settle(void)
{
    for (unsigned i = 0; i < 4; i++) {
        on_cpu(1 - i % 2);
        kernel_exit();
    }
    on_cpu(0);
}

/* One order: the first interrupt at question at[0], the second at[1] after.
 * Returns how many came. */
static unsigned run(enum op op, const enum act *acts, const unsigned *at)
{
    unsigned came = 0;
    disturbed = false;
    world_make(op);
    work.piece = op == OP_SPLIT ? WORK_PIECE : 1; /* it has thousands */
    fake.points = at[0];
    operate(a, op);
    while (b->state == THREAD_READY && came < 2) {
        bool last = came == 1;
        fake.points = last ? 0 : at[1];
        act(acts[came++], op);
        sys_sleep(b, PERIOD); /* and a goes on */
    }
    bool second = came && at[1] && !fake.points;
    fake.points = 0;
    settle();
    if (!disturbed)
        check_done(op);
    if (is_message(op))
        check_told(op);
    if (op == OP_KU_MEM && is_there(src_slot)) /* all of it or nothing */
        cr_assert_eq(task_ku_mem(src, KU, PAGE_SIZE) != NULL,
                     task_has_ku_mem(src, KU, KU_ORDER));
    work.piece = WORK_PIECE;
    if (is_there(GATE))
        slot_delete(kernel.task, GATE);
    kernel_rewind();
    orders++;
    return came + (came == 1 && second);
}

/* Every place for one interrupt; of a split, which has hundreds, every
 * seventh, others for each act. Returns how many there were. */
static unsigned run_places(enum op op, enum act what)
{
    unsigned step = op == OP_SPLIT ? 7 : 1, n = 0;
    unsigned at[2] = {1 + what % step, 0};
    enum act acts[2] = {what, ACT_NOTHING};
    while (run(op, acts, at) > 0) {
        at[0] += step;
        n++;
    }
    return n;
}

/* Every two places. */
static void run_pairs(enum op op, enum act first, enum act second)
{
    unsigned at[2] = {1, 1};
    enum act acts[2] = {first, second};
    for (;;) {
        unsigned came = run(op, acts, at);
        if (came == 0)
            return;
        at[1]++;
        if (came == 1) {
            at[0]++;
            at[1] = 1;
        }
    }
}

static void start(void)
{
    kernel_boot_cpus(2);
    fake.on_irq = strike;
}

Test(preempt, one_interrupt_at_every_point)
{
    start();
    for (enum op op = 0; op < OPS; op++)
        for (enum act what = 0; what < ACTS; what++)
            cr_assert_gt(run_places(op, what), 3, "op %u, act %u", op, what);
    cr_log_info("%u orders", orders);
}

Test(preempt, two_interrupts_at_every_two_points)
{
    static const enum act acts[] = {ACT_SAME, ACT_CANCEL, ACT_MOVE};
    start();
    for (enum op op = 0; op < OP_SPLIT; op++)
        for (unsigned i = 0; i < 3; i++)
            run_pairs(op, acts[i], acts[(i + 1) % 3]);
    cr_log_info("%u orders", orders);
}

/* Left in peace, each asks often enough, with some room. */
Test(preempt, no_stretch_is_long)
{
    enum { LIMIT = 80 };
    start();
    for (enum op op = 0; op < OPS; op++) {
        world_make(op);
        work_reset();
        operate(a, op);
        settle();
        cr_assert_leq(work.longest, LIMIT, "op %u: %u steps, to %s", op,
                      work.longest, work.where);
        check_done(op);
        if (is_there(GATE))
            slot_delete(kernel.task, GATE);
        kernel_rewind();
    }
}

/* Each waits to send to the one before, and then for anybody. */
Test(preempt, a_line_of_senders_is_no_recursion)
{
    enum { LINE = 12, SEND_AND_WAIT = 7 };
    struct thread *line[LINE];
    kernel_boot();
    for (unsigned i = 0; i < LINE; i++)
        line[i] = thread_running(kernel.task, 10);
    for (unsigned i = 1; i < LINE; i++)
        sys(line[i], slot_of_thread(line[i - 1]), SEND_AND_WAIT,
            tag_make(5, 0, 0, 0), NEVER);
    work_reset();
    sys_wait(line[0]);
    cr_assert_eq(outcome(line[0]), 0);
    cr_assert(ipc_receives_later(line[1]), "it has sent, no more");
    cr_assert_eq(outcome(line[2]), WAITS);
    thread_ex_regs(line[1], 0x1000, 0x2000, true, false);
    cr_assert_eq(outcome(line[1]), L4_IPC_RECANCELED);
    sys_wait(line[1]);
    for (unsigned i = 0; i < LINE - 1; i++) { /* each when it runs */
        cr_assert_eq(outcome(line[i]), 0);
        sys_sleep(line[i], NEVER);
    }
    cr_assert_eq(outcome(line[LINE - 1]), WAITS);
    cr_assert_leq(work.longest, 80);
    kernel_end();
}
