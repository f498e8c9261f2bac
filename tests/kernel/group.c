/*
 * Thread groups: several threads behind one gate or IRQ.
 */
#include "harness.h"
#include <l4/sys/thread_group.h>

enum { SERVERS = 2, LOG_MAX = 8 };

static struct served {
    volatile unsigned count;
    l4_umword_t label[LOG_MAX];
} served[SERVERS];
static struct worker servers[SERVERS], callers[4];
static l4_cap_idx_t group;
static l4_cap_idx_t gates[4];
static volatile long outcome[4];

static void serve(void *arg)
{
    struct served *s = arg;
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        s->label[s->count++ % LOG_MAX] = label;
        if (l4_msgtag_label(tag) == L4_PROTO_IRQ)
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else if (l4_msgtag_label(tag) == 9) /* stays away for a while */
            l4_ipc_sleep_us(500);
        if (l4_msgtag_label(tag) != L4_PROTO_IRQ)
            tag = l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(0, 0, 0, 0),
                                        &label, L4_IPC_SEND_TIMEOUT_0);
    }
}

static l4_cap_idx_t group_new(void)
{
    l4_cap_idx_t g = cap_new();
    PROVE("factory_create_thread_group", "success",
          result(l4_factory_create_thread_group(
              L4_BASE_FACTORY_CAP, g, L4_THREAD_GROUP_POLICY_CORE_LOCAL)),
          0);
    return g;
}

static void start(unsigned members)
{
    group = group_new();
    for (unsigned i = 0; i < SERVERS; i++) {
        served[i].count = 0;
        worker_start(&servers[i], serve, &served[i], 0);
        if (i < members)
            CHECK_EQ(result(l4_thread_group_add(group, servers[i].cap)), 0);
    }
}

static void end(void)
{
    for (unsigned i = 0; i < SERVERS; i++)
        worker_delete(&servers[i]);
    cap_delete(group);
    l4_ipc_sleep_us(1);
}

static void call(void *arg)
{
    l4_umword_t n = (l4_umword_t)arg;
    l4_msgtag_t tag =
        l4_ipc_call(gates[n], l4_utcb(), l4_msgtag(9, 0, 0, 0), L4_IPC_NEVER);
    outcome[n] = ipc_code(tag);
}

static void caller_start(unsigned n, unsigned prio)
{
    outcome[n] = ~0l;
    worker_start(&callers[n], call, (void *)(l4_umword_t)n, prio);
}

static void messages_go_to_a_member_that_waits(void)
{
    start(2);
    for (unsigned i = 0; i < 3; i++) {
        gates[i] = gate_to(group, 0x40 + 16 * i);
        caller_start(i, 0);
    }
    CHECK_EQ(served[0].count, 1);
    CHECK_EQ(served[1].count, 1);
    CHECK_EQ(served[0].label[0] & ~3ul, 0x40);
    CHECK_EQ(served[1].label[0] & ~3ul, 0x50);
    CHECK_EQ(outcome[2], ~0l);
    l4_ipc_sleep_us(2000);
    CHECK_EQ(served[0].count + served[1].count, 3);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(outcome[i], 0);
        worker_delete(&callers[i]);
    }
    end();
}

static void without_members_senders_wait_for_one(void)
{
    start(0);
    gates[0] = gate_to(group, 0x70);
    l4_msgtag_t tag = l4_ipc_send(gates[0], l4_utcb(), l4_msgtag(0, 0, 0, 0),
                                  L4_IPC_BOTH_TIMEOUT_0);
    CHECK_EQ(ipc_code(tag), L4_IPC_SETIMEOUT);
    caller_start(0, 0);
    CHECK_EQ(outcome[0], ~0l);
    PROVE("thread_group_add", "success",
          result(l4_thread_group_add(group, servers[1].cap)), 0);
    l4_ipc_sleep_us(1000);
    CHECK_EQ(served[1].count, 1);
    CHECK_EQ(outcome[0], 0);
    worker_delete(&callers[0]);
    end();
}

static void a_gate_moves_to_a_group(void)
{
    start(1);
    gates[0] = gate_to(L4_INVALID_CAP, 0);
    caller_start(0, 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(gates[0], group, 0x80)), 0);
    l4_ipc_sleep_us(1000);
    caller_start(1, 0);
    CHECK_EQ(served[0].label[0] & ~3ul, 0x80);
    CHECK_EQ(outcome[0], 0);
    worker_delete(&callers[0]);
    worker_delete(&callers[1]);
    end();
}

static void an_irq_goes_to_a_member(void)
{
    l4_cap_idx_t irq = cap_new();
    start(0);
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, group, 0x123)), 0);
    l4_irq_trigger(irq); /* nobody is there: it waits */
    CHECK_EQ(result(l4_thread_group_add(group, servers[0].cap)), 0);
    CHECK_EQ(served[0].count, 1);
    CHECK_EQ(served[0].label[0], 0x123);
    CHECK_EQ(result(l4_thread_group_remove(group, servers[0].cap)), 0);
    l4_irq_trigger(irq);
    CHECK_EQ(served[0].count, 1);
    CHECK_EQ(result(l4_irq_detach(irq)), 1);
    CHECK_EQ(result(l4_irq_detach(irq)), -L4_ENOENT);
    end();
}

static void deleting_the_group_ends_the_waiting(void)
{
    start(0);
    gates[0] = gate_to(group, 0);
    caller_start(0, 0);
    cap_delete(group);
    l4_ipc_sleep_us(1);
    CHECK_EQ(outcome[0], L4_IPC_ENOT_EXISTENT);
    worker_delete(&callers[0]);
    l4_msgtag_t tag = l4_ipc_send(gates[0], l4_utcb(), l4_msgtag(0, 0, 0, 0),
                                  L4_IPC_BOTH_TIMEOUT_0);
    CHECK_EQ(ipc_code(tag), L4_IPC_ENOT_EXISTENT);
    end();
}

static void a_dead_member_is_none(void)
{
    start(2);
    worker_delete(&servers[0]);
    l4_ipc_sleep_us(1);
    gates[0] = gate_to(group, 0);
    caller_start(0, 0);
    CHECK_EQ(served[1].count, 1);
    worker_delete(&callers[0]);
    end();
}

/* With several CPUs: the member on the sender's. */
static void a_member_on_the_senders_cpu_is_preferred(void)
{
    l4_umword_t max;
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 0);
    CHECK_EQ(result(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, &max, &set)), 0);
    if (!(set.map & 2))
        return; /* one CPU: nothing to see */
    start(2);
    l4_sched_param_t p = l4_sched_param(MAIN_PRIO + 1, 0);
    p.affinity = l4_sched_cpu_set(1, 0, 1);
    CHECK_EQ(result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP,
                                            servers[0].cap, &p)),
             0);
    l4_ipc_sleep_us(100);
    gates[0] = gate_to(group, 0);
    for (unsigned i = 0; i < 3; i++) {
        l4_msgtag_t tag = l4_msgtag(0, 0, 0, 0);
        CHECK_EQ(ipc_code(l4_ipc_call(gates[0], l4_utcb(), tag, L4_IPC_NEVER)),
                 0);
    }
    CHECK_EQ(served[0].count, 0);
    CHECK_EQ(served[1].count, 3);
    end();
}

static void group_errors(void)
{
    l4_cap_idx_t other = group_new(), none = cap_new();
    start(1);
    PROVE("factory_create_thread_group",
          "a policy other than `L4_THREAD_GROUP_POLICY_CORE_LOCAL`",
          result(l4_factory_create_thread_group(L4_BASE_FACTORY_CAP, none, 77)),
          -L4_EINVAL);
    PROVE("thread_group_add", "add: it is in the group",
          result(l4_thread_group_add(group, servers[0].cap)), -L4_EEXIST);
    PROVE("thread_group_add", "add: it is in another group",
          result(l4_thread_group_add(other, servers[0].cap)), -L4_EBUSY);
    PROVE("thread_group_add", "remove: it is not in the group",
          result(l4_thread_group_remove(other, servers[0].cap)), -L4_ENOENT);
    CHECK_EQ(result(l4_thread_group_add(group, none)), -L4_EINVAL);
    PROVE("thread_group_add", "no thread was sent",
          result(l4_thread_group_add(group, L4_BASE_LOG_CAP)), -L4_EINVAL);
    PROVE("thread_group_add", "the thread without S",
          result(l4_thread_group_add(
              group, cap_copy(servers[1].cap, L4_CAP_FPAGE_RW))),
          -L4_EPERM);
    PROVE("thread_group_add", "the group without S",
          result(l4_thread_group_add(cap_copy(group, L4_CAP_FPAGE_RW),
                                     servers[1].cap)),
          -L4_EPERM);
    CHECK_EQ(request_op(group, L4_PROTO_THREAD_GROUP, 99), -L4_ENOSYS);
    struct space s;
    struct worker dead;
    space_make(&s);
    worker_make_in(&dead, &s);
    space_delete(&s);
    l4_ipc_sleep_us(1);
    PROVE("thread_group_add", "the thread is dead",
          result(l4_thread_group_add(group, dead.cap)), -L4_EINVAL);
    worker_delete(&dead);
    CHECK_EQ(request_op(group, L4_PROTO_THREAD, 0), -L4_EBADPROTO);
    CHECK_EQ(request(group, L4_PROTO_THREAD_GROUP, 0, 0), -L4_EMSGTOOSHORT);
    end();
}

static void a_group_has_32_members(void)
{
    enum { MOST = 32 };
    l4_cap_idx_t g = group_new(), t[MOST + 1];
    for (unsigned i = 0; i <= MOST; i++) {
        t[i] = cap_new();
        CHECK_EQ(result(l4_factory_create_thread(L4_BASE_FACTORY_CAP, t[i])),
                 0);
        if (i < MOST)
            CHECK_EQ(result(l4_thread_group_add(g, t[i])), 0);
    }
    PROVE("thread_group_add", "add: the group has 32 members",
          result(l4_thread_group_add(g, t[MOST])), -L4_ENOMEM);
    CHECK_EQ(result(l4_thread_group_remove(g, t[7])), 0);
    CHECK_EQ(result(l4_thread_group_add(g, t[MOST])), 0);
    for (unsigned i = 0; i <= MOST; i++)
        cap_delete(t[i]);
    cap_delete(g);
    l4_ipc_sleep_us(1);
}

static void a_gates_end_hits_the_members_deletion_irqs(void)
{
    l4_cap_idx_t irq[SERVERS];
    start(SERVERS);
    for (unsigned i = 0; i < SERVERS; i++) {
        irq[i] = cap_new();
        CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq[i])), 0);
        CHECK_EQ(result(l4_rcv_ep_bind_thread(irq[i], MAIN_CAP, 0)), 0);
        CHECK_EQ(result(l4_thread_register_del_irq(servers[i].cap, irq[i])), 0);
    }
    cap_delete(gate_to(group, 0));
    l4_ipc_sleep_us(1);
    for (unsigned i = 0; i < SERVERS; i++)
        CHECK_EQ(ipc_code(l4_irq_receive(irq[i], L4_IPC_BOTH_TIMEOUT_0)), 0);
    CHECK_EQ(result(l4_thread_group_remove(group, servers[1].cap)), 0);
    cap_delete(gate_to(group, 0));
    l4_ipc_sleep_us(1);
    CHECK_EQ(ipc_code(l4_irq_receive(irq[0], L4_IPC_BOTH_TIMEOUT_0)), 0);
    CHECK_EQ(ipc_code(l4_irq_receive(irq[1], L4_IPC_BOTH_TIMEOUT_0)),
             L4_IPC_RETIMEOUT);
    for (unsigned i = 0; i < SERVERS; i++)
        cap_delete(irq[i]);
    end();
}

const struct kernel_test group_tests[] = {
    {"group: messages go to a member that waits",
     messages_go_to_a_member_that_waits},
    {"group: without members senders wait",
     without_members_senders_wait_for_one},
    {"group: a gate moves to a group", a_gate_moves_to_a_group},
    {"group: an IRQ goes to a member", an_irq_goes_to_a_member},
    {"group: deleting it ends the waiting",
     deleting_the_group_ends_the_waiting},
    {"group: a dead member is none", a_dead_member_is_none},
    {"group: a gate's end hits its members' deletion IRQs",
     a_gates_end_hits_the_members_deletion_irqs},
    {"group: a member on the sender's CPU is preferred",
     a_member_on_the_senders_cpu_is_preferred},
    {"group: errors", group_errors},
    {"group: add, it has 32 members", a_group_has_32_members},
    {0, 0},
};
