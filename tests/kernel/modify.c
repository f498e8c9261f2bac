/*
 * modify_sender: changes the labels of those who wait for a thread, or for
 * its group; two at a time meet.
 */
#include "harness.h"
#include <l4/sys/thread_group.h>
#include <l4/vitrine/debug.h>

static struct worker waiting[2];
static l4_cap_idx_t gates[2];

static l4_cap_idx_t group_new(void)
{
    l4_cap_idx_t g = cap_new();
    CHECK_EQ(result(l4_factory_create_thread_group(
                 L4_BASE_FACTORY_CAP, g, L4_THREAD_GROUP_POLICY_CORE_LOCAL)),
             0);
    return g;
}

static void send_here(void *gate)
{
    l4_ipc_send((l4_cap_idx_t)gate, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                L4_IPC_NEVER);
}

static void sender_start(unsigned n, unsigned prio)
{
    worker_start(&waiting[n], send_here, (void *)gates[n], prio);
}

static void waiting_senders_get_new_labels(void)
{
    l4_umword_t label;
    l4_cap_idx_t irq = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, MAIN_CAP, 0x7000)), 0);
    gates[0] = gate_to(MAIN_CAP, 0x40);
    gates[1] = gate_to(MAIN_CAP, 0x80);
    sender_start(0, 0);
    sender_start(1, 0);
    l4_irq_trigger(irq);
    l4_msgtag_t tag = l4_thread_modify_sender_start();
    l4_thread_modify_sender_add(~3ul, 0x40, ~0ul, 0x1000, &tag);
    l4_thread_modify_sender_add(~0ul, 0x7000, 0, 0x4, &tag);
    PROVE("thread_modify_sender", "success",
          result(l4_thread_modify_sender_commit(MAIN_CAP, tag)), 0);
    l4_umword_t expected[] = {0x7004, 0x1000, 0x80};
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(
            ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0)), 0);
        CHECK_EQ(label & ~3ul, expected[i] & ~3ul);
    }
    worker_delete(&waiting[0]);
    worker_delete(&waiting[1]);
}

/* Main is the only member, and does not wait: senders are in the group's
 * queue. */
static void those_who_wait_for_the_group_too(void)
{
    l4_umword_t label;
    l4_cap_idx_t g = group_new();
    CHECK_EQ(result(l4_thread_group_add(g, MAIN_CAP)), 0);
    gates[0] = gate_to(g, 0x40);
    gates[1] = gate_to(MAIN_CAP, 0x40);
    sender_start(0, 0);
    sender_start(1, 0);
    l4_msgtag_t tag = l4_thread_modify_sender_start();
    l4_thread_modify_sender_add(~3ul, 0x40, ~0ul, 0x1000, &tag);
    l4_thread_modify_sender_add(~3ul, 0x1000, ~0ul, 0x2000, &tag);
    CHECK_EQ(result(l4_thread_modify_sender_commit(MAIN_CAP, tag)), 0);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(
            ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0)), 0);
        CHECK_EQ(label & ~3ul, 0x1000); /* one rule each, once */
    }
    CHECK_EQ(result(l4_thread_group_remove(g, MAIN_CAP)), 0);
    worker_delete(&waiting[0]);
    worker_delete(&waiting[1]);
    cap_delete(g);
    l4_ipc_sleep_us(1);
}

static l4_umword_t longest_stretch(l4_umword_t start_anew)
{
    l4_utcb_mr()->mr[0] = L4_VITRINE_LONGEST_STRETCH;
    l4_utcb_mr()->mr[1] = start_anew;
    CHECK_EQ(request(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 2, 0), 0);
    return l4_utcb_mr()->mr[0];
}

/* Far more steps than one stretch may have. */
static void a_long_queue_is_done_in_pieces(void)
{
    enum { MANY = 40, RULES = 10 };
    static struct worker senders[MANY];
    l4_umword_t label;
    l4_cap_idx_t gate = gate_to(MAIN_CAP, 0x40);
    for (unsigned i = 0; i < MANY; i++)
        worker_start(&senders[i], send_here, (void *)gate, 0);
    l4_msgtag_t tag = l4_thread_modify_sender_start();
    for (unsigned i = 1; i < RULES; i++) /* none of them fits */
        l4_thread_modify_sender_add(~0ul, 0x10000 * i, 0, 0, &tag);
    l4_thread_modify_sender_add(~3ul, 0x40, ~0ul, 0x1000, &tag);
    l4_msg_regs_t rules = *l4_utcb_mr();
    longest_stretch(1);
    *l4_utcb_mr() = rules;
    CHECK_EQ(result(l4_thread_modify_sender_commit(MAIN_CAP, tag)), 0);
    CHECK(longest_stretch(0) <= 100);
    for (unsigned i = 0; i < MANY; i++) {
        CHECK_EQ(
            ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_BOTH_TIMEOUT_0)), 0);
        CHECK_EQ(label & ~3ul, 0x1000);
    }
    for (unsigned i = 0; i < MANY; i++)
        worker_delete(&senders[i]);
}

static void modify_sender_without_rules_is_nothing(void)
{
    l4_msgtag_t tag = l4_thread_modify_sender_start();
    CHECK_EQ(result(l4_thread_modify_sender_commit(MAIN_CAP, tag)), 0);
    l4_utcb_mr()->mr[0] = L4_THREAD_MODIFY_SENDER_OP;
    CHECK_EQ(request(MAIN_CAP, L4_PROTO_THREAD, 4, 0), 0);
}

/* --- two at a time ----------------------------------------------------------
 */

static struct worker modified[2];

/* Walks the queue of modified[0] again and again, below this thread. */
static void walk_for_ever(void *arg)
{
    (void)arg;
    for (;;) {
        l4_msgtag_t tag = l4_thread_modify_sender_start();
        for (l4_umword_t i = 1; i < 12; i++) /* none of them fits */
            l4_thread_modify_sender_add(~0ul, 0x10000 * i, 0, 0, &tag);
        l4_thread_modify_sender_commit(modified[0].cap, tag);
    }
}

static long modify(l4_cap_idx_t thread)
{
    l4_msgtag_t tag = l4_thread_modify_sender_start();
    l4_thread_modify_sender_add(~0ul, 0x10000, 0, 0, &tag);
    return result(l4_thread_modify_sender_commit(thread, tag));
}

/* What a request for `thread` meets when this one wakes in the middle of a
 * walk: some time it does. */
static long modify_meanwhile(l4_cap_idx_t thread)
{
    enum { SENDERS = 30, TRIES = 500 };
    static struct worker senders[SENDERS];
    struct worker walker;
    long error = 0;
    l4_cap_idx_t gate = gate_to(modified[0].cap, 0x40);
    for (unsigned i = 0; i < SENDERS; i++)
        worker_start(&senders[i], send_here, (void *)gate, 0);
    worker_start(&walker, walk_for_ever, 0, 2);
    for (unsigned i = 0; i < TRIES && error != -L4_EBUSY; i++) {
        l4_ipc_sleep_us(1 + i % 7);
        error = modify(thread);
    }
    worker_delete(&walker);
    for (unsigned i = 0; i < SENDERS; i++)
        worker_delete(&senders[i]);
    cap_delete(gate);
    return error;
}

static void one_walk_at_a_time(void)
{
    worker_make(&modified[0]);
    PROVE("thread_modify_sender", "another such request for it goes on",
          modify_meanwhile(modified[0].cap), -L4_EBUSY);
    CHECK_EQ(modify(modified[0].cap), 0); /* given up with its thread */
    worker_delete(&modified[0]);
}

static void one_walk_at_a_time_over_a_group(void)
{
    l4_cap_idx_t g = group_new();
    for (unsigned i = 0; i < 2; i++) {
        worker_make(&modified[i]);
        CHECK_EQ(result(l4_thread_group_add(g, modified[i].cap)), 0);
    }
    PROVE("thread_modify_sender", "one for its thread group goes on",
          modify_meanwhile(modified[1].cap), -L4_EBUSY);
    worker_delete(&modified[0]);
    worker_delete(&modified[1]);
    cap_delete(g);
    l4_ipc_sleep_us(1);
}

static void a_thread_on_another_cpu_is_not_modified(void)
{
    l4_umword_t max;
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 0);
    CHECK_EQ(result(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, &max, &set)), 0);
    if (!(set.map & 2))
        return; /* one CPU: there is none */
    struct worker w;
    worker_make(&w);
    l4_sched_param_t p = l4_sched_param(2, 0);
    p.affinity = l4_sched_cpu_set(1, 0, 1);
    CHECK_EQ(result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, w.cap, &p)),
             0);
    PROVE("thread_modify_sender", "the thread is on another CPU", modify(w.cap),
          -L4_EINVAL);
    worker_delete(&w);
}

const struct kernel_test modify_tests[] = {
    {"modify_sender: waiting senders get new labels",
     waiting_senders_get_new_labels},
    {"modify_sender: those who wait for its group",
     those_who_wait_for_the_group_too},
    {"modify_sender: a long queue, in pieces", a_long_queue_is_done_in_pieces},
    {"modify_sender: no rules, no change",
     modify_sender_without_rules_is_nothing},
    {"modify_sender: one at a time", one_walk_at_a_time},
    {"modify_sender: one at a time, over a group",
     one_walk_at_a_time_over_a_group},
    {"modify_sender: of another CPU, refused",
     a_thread_on_another_cpu_is_not_modified},
    {0, 0},
};
