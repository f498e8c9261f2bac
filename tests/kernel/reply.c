/*
 * Explicit reply capabilities: callers kept in slots of the task, answered
 * in any order. The main thread serves; workers call.
 */
#include "harness.h"

enum { CALLERS = 3 };

static struct caller {
    l4_cap_idx_t gate;
    volatile long outcome; /* IPC error code, or ~0: not back yet */
    volatile l4_umword_t got;
} callers[CALLERS];
static struct worker workers[CALLERS];

static l4_cap_idx_t slot(l4_umword_t index)
{
    return index << L4_CAP_SHIFT | L4_REPLY_CAP_BIT;
}

static void call(void *arg)
{
    struct caller *c = arg;
    l4_utcb_mr()->mr[0] = (l4_umword_t)(c - callers);
    l4_msgtag_t tag =
        l4_ipc_call(c->gate, l4_utcb(), l4_msgtag(5, 1, 0, 0), L4_IPC_NEVER);
    c->got = l4_utcb_mr()->mr[0];
    c->outcome = ipc_code(tag);
}

static void start(unsigned n, l4_cap_idx_t server)
{
    callers[n] = (struct caller){gate_to(server, n << 4), ~0, 0};
    worker_start(&workers[n], call, &callers[n], 0);
}

static void end(unsigned n)
{
    worker_delete(&workers[n]);
    cap_delete(callers[n].gate);
    l4_ipc_sleep_us(1);
}

/* Receives a request; its caller goes to slot `index`. Who it was. */
static l4_umword_t wait_at(l4_umword_t index)
{
    l4_umword_t label;
    CHECK_EQ(
        ipc_code(l4_ipc(slot(index), l4_utcb(), L4_SYSF_WAIT, 0,
                        l4_msgtag(0, 0, 0, 0), &label, L4_IPC_BOTH_TIMEOUT_0)),
        0);
    return l4_utcb_mr()->mr[0];
}

static long reply(l4_umword_t index, l4_umword_t word)
{
    l4_utcb_mr()->mr[0] = word;
    return ipc_code(l4_ipc_reply(slot(index), l4_utcb(), l4_msgtag(0, 1, 0, 0),
                                 L4_IPC_SEND_TIMEOUT_0));
}

static void callers_are_answered_in_any_order(void)
{
    for (unsigned i = 0; i < CALLERS; i++) {
        start(i, MAIN_CAP);
        CHECK_EQ(wait_at(i * 100), i);
    }
    for (unsigned i = CALLERS; i-- > 0;) {
        CHECK_EQ(callers[i].outcome, ~0l);
        CHECK_EQ(reply(i * 100, 0x40 + i), 0);
        CHECK_EQ(callers[i].outcome, 0);
        CHECK_EQ(callers[i].got, 0x40 + i);
    }
    for (unsigned i = 0; i < CALLERS; i++)
        end(i);
}

static void a_slot_answers_once(void)
{
    PROVE("ipc_reply", "nobody is to be answered", reply(7, 0),
          L4_IPC_ENOT_EXISTENT); /* never used */
    CHECK_EQ(reply(1ul << 30, 0), L4_IPC_ENOT_EXISTENT);
    start(0, MAIN_CAP);
    wait_at(7);
    CHECK_EQ(reply(7, 1), 0);
    CHECK_EQ(reply(7, 2), L4_IPC_ENOT_EXISTENT);
    CHECK_EQ(callers[0].got, 1);
    end(0);
}

static void the_implicit_one_is_another(void)
{
    start(0, MAIN_CAP);
    wait_at(3);
    l4_msgtag_t tag =
        l4_ipc_reply(L4_INVALID_REPLY_CAP, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                     L4_IPC_SEND_TIMEOUT_0);
    CHECK_EQ(ipc_code(tag), L4_IPC_ENOT_EXISTENT);
    CHECK_EQ(callers[0].outcome, ~0l);
    start(1, MAIN_CAP);
    l4_umword_t label;
    CHECK_EQ(ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0)),
             0);
    CHECK_EQ(reply(3, 0), 0);
    CHECK_EQ(callers[0].outcome, 0);
    tag = l4_ipc_reply(L4_INVALID_REPLY_CAP, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                       L4_IPC_SEND_TIMEOUT_0);
    CHECK_EQ(ipc_code(tag), 0);
    CHECK_EQ(callers[1].outcome, 0);
    end(0);
    end(1);
}

static void a_slot_that_is_taken_ends_the_call(void)
{
    start(0, MAIN_CAP);
    wait_at(3);
    start(1, MAIN_CAP);
    CHECK_EQ(wait_at(3), 1); /* the request comes, its caller goes */
    PROVE("ipc_call", "the server waited with a reply slot that is taken",
          callers[1].outcome, L4_IPC_NO_REPLY_CAP);
    CHECK_EQ(callers[0].outcome, ~0l);
    CHECK_EQ(reply(3, 0), 0);
    CHECK_EQ(callers[0].outcome, 0);
    end(0);
    end(1);
}

static void a_slot_out_of_range_ends_the_call(void)
{
    start(0, MAIN_CAP);
    wait_at(1ul << 40);
    PROVE("ipc_call", "with one out of range", callers[0].outcome,
          L4_IPC_NO_REPLY_CAP);
    end(0);
}

static void reply_and_wait_uses_one_slot_for_both(void)
{
    l4_umword_t label = 0;
    start(0, MAIN_CAP);
    wait_at(5);
    start(1, MAIN_CAP);
    l4_utcb_mr()->mr[0] = 0x99;
    CHECK_EQ(
        ipc_code(l4_ipc(slot(5), l4_utcb(), L4_SYSF_REPLY_AND_WAIT, 0,
                        l4_msgtag(0, 1, 0, 0), &label, L4_IPC_BOTH_TIMEOUT_0)),
        0);
    CHECK_EQ(label & ~3ul, 1 << 4);
    CHECK_EQ(callers[0].got, 0x99);
    CHECK_EQ(callers[1].outcome, ~0l);
    CHECK_EQ(reply(5, 0x9a), 0);
    CHECK_EQ(callers[1].got, 0x9a);
    end(0);
    end(1);
}

static void a_cancelled_caller_leaves_its_slot(void)
{
    start(0, MAIN_CAP);
    wait_at(2);
    CHECK_EQ(result(l4_thread_ex_regs(workers[0].cap, ~0ul, ~0ul,
                                      L4_THREAD_EX_REGS_CANCEL)),
             0);
    CHECK_EQ(reply(2, 0), L4_IPC_ENOT_EXISTENT);
    CHECK_EQ(callers[0].outcome, L4_IPC_RECANCELED);
    end(0);
    start(0, MAIN_CAP);
    wait_at(2);
    end(0); /* deleted */
    CHECK_EQ(reply(2, 0), L4_IPC_ENOT_EXISTENT);
}

static volatile l4_umword_t served;

static void serve_at_9(void *arg)
{
    (void)arg;
    l4_umword_t label;
    l4_ipc(slot(9), l4_utcb(), L4_SYSF_WAIT, 0, l4_msgtag(0, 0, 0, 0), &label,
           L4_IPC_NEVER);
    served = 1;
}

static void another_thread_of_the_task_may_answer(void)
{
    struct worker server;
    served = 0;
    worker_start(&server, serve_at_9, 0, 0);
    start(0, server.cap);
    CHECK_EQ(served, 1);
    CHECK_EQ(callers[0].outcome, ~0l);
    CHECK_EQ(reply(9, 0x77), 0);
    CHECK_EQ(callers[0].outcome, 0);
    CHECK_EQ(callers[0].got, 0x77);
    end(0);
    worker_delete(&server);
}

static void a_caller_ends_with_the_thread_it_called(void)
{
    struct worker server;
    worker_start(&server, serve_at_9, 0, 0);
    start(0, server.cap);
    worker_delete(&server);
    l4_ipc_sleep_us(1);
    CHECK_EQ(callers[0].outcome, L4_IPC_REABORTED);
    CHECK_EQ(reply(9, 0), L4_IPC_ENOT_EXISTENT);
    end(0);
}

/* The caller is still there. */
static void an_answer_that_is_cut_can_be_tried_again(void)
{
    struct worker server;
    worker_start(&server, serve_at_9, 0, 0);
    start(0, MAIN_CAP);
    CHECK_EQ(wait_at(9), 0); /* main has it */
    l4_msgtag_t cut = l4_msgtag(0, 63, 1, 0);
    CHECK_EQ(
        ipc_code(l4_ipc_reply(slot(9), l4_utcb(), cut, L4_IPC_SEND_TIMEOUT_0)),
        L4_IPC_SEMSGCUT);
    CHECK_EQ(callers[0].outcome, ~0l);
    CHECK_EQ(reply(9, 0x31), 0);
    CHECK_EQ(callers[0].got, 0x31);
    end(0);
    worker_delete(&server);
}

const struct kernel_test reply_tests[] = {
    {"reply: one that is cut can be tried again",
     an_answer_that_is_cut_can_be_tried_again},
    {"reply: callers are answered in any order",
     callers_are_answered_in_any_order},
    {"reply: a slot answers once", a_slot_answers_once},
    {"reply: the implicit one is another", the_implicit_one_is_another},
    {"reply: a taken slot ends the call", a_slot_that_is_taken_ends_the_call},
    {"reply: a slot out of range ends the call",
     a_slot_out_of_range_ends_the_call},
    {"reply: reply and wait use one slot",
     reply_and_wait_uses_one_slot_for_both},
    {"reply: a cancelled caller leaves its slot",
     a_cancelled_caller_leaves_its_slot},
    {"reply: another thread of the task may answer",
     another_thread_of_the_task_may_answer},
    {"reply: a caller ends with whom it called",
     a_caller_ends_with_the_thread_it_called},
    {0, 0},
};
