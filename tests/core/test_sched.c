/*
 * Who runs next: priorities, round robin, slices, donation along calls, and
 * what a seed may change.
 */
#include "kernel.h"

static struct thread *running(void)
{
    return sched_cpu()->current;
}

/* The running thread traps with a system call of its own accord. */
static void traps(word_t slot, unsigned flags, word_t timeouts)
{
    struct thread *t = running();
    t->frame.args = (struct ipc_args){.dest = slot << SEL_SHIFT | flags,
                                      .timeouts = timeouts};
    core_syscall();
    kernel_exit();
}

static void traps_wait(void)
{
    struct thread *t = running();
    t->frame.args = (struct ipc_args){.dest = SEL_INVALID | WAIT};
    core_syscall();
    kernel_exit();
}

static void traps_reply_and_wait(void)
{
    struct thread *t = running();
    t->frame.args = (struct ipc_args){.dest = SEL_INVALID | REPLY_WAIT,
                                      .timeouts = SEND_AT_ONCE};
    core_syscall();
    kernel_exit();
}

static void yields(void)
{
    struct thread *t = running();
    t->frame.args =
        (struct ipc_args){.dest = SEL_INVALID | RECEIVE, .timeouts = AT_ONCE};
    core_syscall();
    kernel_exit();
}

static struct thread *ready(unsigned prio)
{
    return thread_running(kernel.task, prio);
}

/* A server that waits; then a client that runs. */
static struct thread *client, *server;
static void client_and_server(unsigned client_prio, unsigned server_prio)
{
    kernel_boot();
    server = ready(server_prio);
    kernel_exit();
    traps_wait();
    client = ready(client_prio);
    kernel_exit();
    cr_assert_eq(running(), client);
}

static void calls(struct thread *to)
{
    traps(slot_of_thread(to), CALL, NEVER);
}

KERNEL_TEST(sched, highest_priority_runs)
{
    kernel_boot();
    ready(10);
    struct thread *high = ready(200);
    ready(11);
    cr_assert_eq(kernel_exit(), high);
}

KERNEL_TEST(sched, nobody_ready_is_idle)
{
    kernel_boot();
    cr_assert_null(kernel_exit());
    cr_assert_eq(fake.timer, ~0ul);
}

KERNEL_TEST(sched, a_higher_one_that_wakes_preempts)
{
    kernel_boot();
    struct thread *low = ready(10), *high = thread_new(kernel.task, 20);
    cr_assert_eq(kernel_exit(), low);
    thread_ex_regs(high, 0, 0, false, false);
    cr_assert_eq(kernel_exit(), high);
}

KERNEL_TEST(sched, equals_take_turns_at_the_end_of_a_slice)
{
    kernel_boot();
    struct thread *t[3] = {ready(10), ready(10), ready(10)};
    kernel_exit();
    for (unsigned i = 0; i < 7; i++) {
        cr_assert_eq(running(), t[i % 3]);
        time_passes(KERNEL_SLICE / 2);
        cr_assert_eq(running(), t[i % 3], "half a slice is not over");
        time_passes(KERNEL_SLICE / 2);
    }
}

KERNEL_TEST(sched, preempted_thread_goes_on_with_the_rest_of_its_slice)
{
    kernel_boot();
    struct thread *a = ready(10), *b = ready(10), *high = ready(20);
    (void)b;
    kernel_exit();
    sys_sleep(high, 1000); /* us */
    cr_assert_eq(running(), a);
    time_passes(1000000);
    cr_assert_eq(running(), high);
    traps_wait();
    cr_assert_eq(running(), a);
    time_passes(KERNEL_SLICE - 1000000 - 1);
    cr_assert_eq(running(), a);
    time_passes(1);
    cr_assert_eq(running(), b);
}

KERNEL_TEST(sched, yield_lets_equals_run)
{
    kernel_boot();
    struct thread *a = ready(10), *b = ready(10);
    kernel_exit();
    cr_assert_eq(running(), a);
    yields();
    cr_assert_eq(running(), b);
    yields();
    cr_assert_eq(running(), a);
}

KERNEL_TEST(sched, yield_of_the_only_one_comes_back)
{
    kernel_boot();
    struct thread *a = ready(10);
    ready(9);
    kernel_exit();
    yields();
    cr_assert_eq(running(), a);
}

KERNEL_TEST(sched, call_donates_priority_and_slice)
{
    client_and_server(50, 10);
    struct thread *between = ready(30);
    calls(server);
    cr_assert_eq(running(), server, "at the caller's priority");
    cr_assert_eq(sched_cpu()->slice_owner, client);
    cr_assert_eq(sched_cpu()->current_prio, 50);
    traps_reply_and_wait();
    cr_assert_eq(running(), client);
    cr_assert_eq(sched_cpu()->current_prio, 50);
    cr_assert_eq(sched_cpu()->slice_owner, client);
    (void)between;
}

KERNEL_TEST(sched, donation_passes_along_a_chain_of_calls)
{
    client_and_server(50, 10);
    struct thread *deep = ready(60);
    kernel_exit();
    traps_wait();
    sched_set_params(deep, 5, KERNEL_SLICE);
    calls(server);
    calls(deep);
    cr_assert_eq(running(), deep);
    cr_assert_eq(sched_cpu()->current_prio, 50);
    traps_reply_and_wait();
    cr_assert_eq(running(), server);
    cr_assert_eq(sched_cpu()->current_prio, 50);
    traps_reply_and_wait();
    cr_assert_eq(running(), client);
}

KERNEL_TEST(sched, donated_slice_ends_for_the_donor)
{
    client_and_server(50, 10);
    struct thread *equal = ready(50);
    calls(server);
    cr_assert_eq(running(), server);
    time_passes(KERNEL_SLICE);
    cr_assert_eq(running(), equal, "the caller's slice is over");
}

KERNEL_TEST(sched, a_slice_comes_back_at_its_owners_priority)
{
    client_and_server(10, 60);
    calls(server);
    cr_assert_eq(running(), server);
    struct thread *between = ready(50);
    traps_reply_and_wait();
    cr_assert_eq(running(), between, "above the client");
}

KERNEL_TEST(sched, a_slice_that_ends_in_the_kernel_is_not_passed_on)
{
    client_and_server(10, 5);
    struct thread *equal = ready(10);
    fake.time += KERNEL_SLICE;
    client->frame.args =
        (struct ipc_args){.dest = slot_of_thread(server) << SEL_SHIFT | CALL};
    core_syscall();
    core_timer();
    cr_assert_eq(kernel_exit(), equal);
}

KERNEL_TEST(sched, a_plain_switch_ends_a_donation)
{
    client_and_server(50, 10);
    calls(server); /* the server runs on the client's slice */
    cr_assert(sched_cpu()->donated);
    struct thread *other = ready(5);
    traps(0, RECEIVE, NEVER); /* of nobody: an empty slot */
    traps_wait();
    cr_assert_eq(running(), other);
    cr_assert(!sched_cpu()->donated);
    traps_wait();
    cr_assert_null(running());
    cr_assert(!sched_cpu()->donated);
}

KERNEL_TEST(sched, a_send_does_not_donate)
{
    client_and_server(50, 10);
    traps(slot_of_thread(server), SEND, NEVER);
    cr_assert_eq(running(), client);
    cr_assert_eq(server->state, THREAD_READY);
}

KERNEL_TEST(sched, schedule_flag_keeps_the_slice)
{
    client_and_server(50, 10);
    struct thread *between = ready(30);
    client->frame.args =
        (struct ipc_args){.dest = slot_of_thread(server) << SEL_SHIFT | CALL,
                          .tag = tag_make(0, 0, 0, TAG_SCHEDULE)};
    core_syscall();
    kernel_exit();
    cr_assert_eq(running(), between);
}

KERNEL_TEST(sched, a_higher_one_preempts_a_donated_thread)
{
    client_and_server(50, 10);
    calls(server);
    struct thread *high = ready(60);
    cr_assert_eq(kernel_exit(), high);
}

KERNEL_TEST(sched, switch_to_another_runs_it_on_this_slice)
{
    kernel_boot();
    struct thread *a = ready(50), *b = ready(10);
    kernel_exit();
    a->utcb->mr[0] = THREAD_SWITCH;
    sys(a, slot_of_thread(b), CALL, tag_make(L4_PROTO_THREAD, 1, 0, 0), NEVER);
    cr_assert_eq(running(), b);
    cr_assert_eq(sched_cpu()->slice_owner, a);
}

KERNEL_TEST(sched, lowering_the_running_thread_lets_others_run)
{
    kernel_boot();
    struct thread *a = ready(50), *b = ready(40);
    kernel_exit();
    sched_set_params(a, 30, KERNEL_SLICE);
    cr_assert_eq(kernel_exit(), b);
}

KERNEL_TEST(sched, cpu_time_goes_to_who_used_it)
{
    client_and_server(50, 10);
    uint64_t before = sched_thread_time(client);
    time_passes(700);
    calls(server);
    time_passes(300);
    cr_assert_eq(sched_thread_time(client) - before, 700);
    cr_assert_eq(sched_thread_time(server), 300);
}

KERNEL_TEST(sched, timer_is_asked_for_the_next_timeout)
{
    kernel_boot();
    struct thread *a = ready(10);
    kernel_exit();
    sys_sleep(a, 250);
    cr_assert_null(running());
    cr_assert_eq(fake.timer, fake.time + 250000);
    time_passes(250000);
    cr_assert_eq(running(), a);
}

KERNEL_TEST(sched, seed_leaves_the_running_thread_alone)
{
    kernel_boot();
    for (uint64_t seed = 1; seed < 200; seed++) {
        fake.seed = seed;
        struct thread *a = ready(10);
        kernel_exit();
        struct thread *b = ready(10), *c = ready(10);
        cr_assert_eq(kernel_exit(), a, "seed %lu", seed);
        slot_delete(kernel.task, slot_of_thread(a));
        slot_delete(kernel.task, slot_of_thread(b));
        slot_delete(kernel.task, slot_of_thread(c));
        kernel_end();
        kernel_boot();
    }
}

KERNEL_TEST(sched, seed_changes_the_order_among_equals)
{
    unsigned orders = 0;
    for (uint64_t seed = 1; seed < 50; seed++) {
        kernel_boot();
        fake.seed = seed;
        ready(10);
        struct thread *b = ready(10), *c = ready(10);
        kernel_exit();
        yields();
        orders |= running() == b ? 1 : running() == c ? 2 : 4;
        kernel_end();
    }
    cr_assert_eq(orders & 3, 3);
    kernel_boot();
}

KERNEL_TEST(sched, a_seed_never_overrides_priority)
{
    kernel_boot();
    for (uint64_t seed = 1; seed < 50; seed++) {
        fake.seed = seed;
        struct thread *low = ready(10), *high = ready(11);
        (void)low;
        cr_assert_eq(kernel_exit(), high);
        kernel_end();
        kernel_boot();
    }
}

KERNEL_TEST(sched, a_seed_leaves_round_robin_alone)
{
    for (uint64_t seed = 1; seed < 50; seed++) {
        kernel_boot();
        fake.seed = seed;
        ready(10);
        ready(10);
        struct thread *first = kernel_exit();
        yields();
        cr_assert_neq(running(), first, "seed %lu", seed);
        yields();
        cr_assert_eq(running(), first);
        kernel_end();
    }
    kernel_boot();
}
