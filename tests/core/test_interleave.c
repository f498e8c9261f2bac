/*
 * Every order (orders.h) of what a few threads may do to each other: call,
 * receive, answer, cancel, delete, time; on two CPUs also move and hand over
 * the time slice, from whichever CPU the thread is on.
 */
#include "orders.h"

enum { THREADS_MAX = 3 };

static struct thread *thread[THREADS_MAX];
static word_t slot[THREADS_MAX];
static unsigned threads, acts;

enum act {
    ACT_CALL,       /* the next thread, through its gate, for ever */
    ACT_SEND,       /* to the next thread, 100 us */
    ACT_WAIT,       /* for anybody */
    ACT_RECEIVE,    /* from the next thread, 100 us */
    ACT_REPLY_WAIT, /* answer, then wait */
    ACT_FAULT,      /* page fault; the next thread is pager and handler */
    ACT_CANCEL,     /* ex_regs by somebody else */
    ACT_DELETE,
    ACT_GATE_DELETE, /* of the gate to this thread */
    ACT_SWITCH,      /* the next thread runs on this one's slice */
    ACT_MOVE,        /* to the other CPU */
    ACTS,
};
enum { GATES = 0x180 };

static bool is_alive(unsigned i)
{
    return cap_lookup(&kernel.task->caps, slot[i]) != NULL;
}

static bool gate_is_alive(unsigned i)
{
    return cap_lookup(&kernel.task->caps, GATES + i) != NULL;
}

static void fault(struct thread *t)
{
    sched_cpu()->current = t;
    core_page_fault(0x1000, RIGHT_R);
    kernel_exit();
}

/* What the thread itself does: false, if it cannot. */
static bool trap(unsigned i, enum act act)
{
    unsigned next = (i + 1) % threads;
    struct thread *t = thread[i];
    if (!is_alive(i) || t->state != THREAD_READY)
        return false;
    on_cpu(t->cpu);
    switch (act) {
    case ACT_CALL:
        sys(t, GATES + next, CALL, tag_make(1, 2, 0, 0), NEVER);
        return true;
    case ACT_SEND:
        sys(t, slot[next], SEND, tag_make(1, 2, 0, 0), 100 << 16);
        return true;
    case ACT_WAIT:
        sys_wait(t);
        return true;
    case ACT_RECEIVE:
        sys(t, slot[next], RECEIVE, 0, 100);
        return true;
    case ACT_REPLY_WAIT:
        sys_reply(t, tag_make(0, 2, 0, 0));
        return true;
    case ACT_SWITCH:
        t->utcb->mr[0] = THREAD_SWITCH;
        sys(t, slot[next], CALL, tag_make(L4_PROTO_THREAD, 1, 0, 0), NEVER);
        return true;
    default:
        fault(t);
        return true;
    }
}

static bool step(unsigned event)
{
    unsigned i = event / acts;
    enum act act = event % acts;
    on_cpu(0);
    if (i == threads) { /* one more: time */
        orders_time();
        return true;
    }
    if (act < ACT_CANCEL || act == ACT_SWITCH)
        return trap(i, act);
    if (act == ACT_GATE_DELETE) {
        if (!gate_is_alive(i))
            return false;
        slot_delete(kernel.task, GATES + i);
        return true;
    }
    if (!is_alive(i))
        return false;
    if (act == ACT_DELETE) {
        slot_delete(kernel.task, slot[i]);
    } else if (act == ACT_MOVE) {
        sched_move(thread[i], !thread[i]->next_cpu);
    } else {
        if (thread[i]->state == THREAD_READY)
            return false; /* nothing to cancel */
        thread_ex_regs(thread[i], 0x1000, 0x2000, true, false);
        kernel_exit();
    }
    return true;
}

static void world_make(void)
{
    for (unsigned i = 0; i < threads; i++) {
        thread[i] = thread_running(kernel.task, 10 + i);
        slot[i] = slot_of_thread(thread[i]);
    }
    for (unsigned i = 0; i < threads; i++) {
        word_t pager = (GATES + (i + 1) % threads) << SEL_SHIFT;
        gate_new(kernel.task, GATES + i, thread[i], 0x10 * i);
        thread[i]->pager = thread[i]->exc_handler = pager;
    }
}

static unsigned run_all(unsigned count, unsigned depth, unsigned on)
{
    threads = count;
    acts = on > 1 ? ACTS : ACT_SWITCH;
    struct orders world = {threads * acts + 1, world_make, step};
    return orders_run(&world, depth, on);
}

Test(interleave, two_threads)
{
    unsigned orders = run_all(2, 4, 1);
    cr_log_info("%u orders", orders);
    cr_assert_gt(orders, 5000);
}

Test(interleave, three_threads)
{
    unsigned orders = run_all(3, 3, 1);
    cr_log_info("%u orders", orders);
    cr_assert_gt(orders, 5000);
}

Test(interleave, two_threads_on_two_cpus)
{
    unsigned orders = run_all(2, 3, 2);
    cr_log_info("%u orders", orders);
    cr_assert_gt(orders, 2000);
}
