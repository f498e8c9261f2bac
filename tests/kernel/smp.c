/*
 * Several CPUs: what a program sees when threads of different CPUs talk,
 * take away, move, stop and kill. On a machine with one CPU there is nothing
 * to see, and the tests say so by passing at once.
 *
 * The main thread is on CPU 0; a worker that runs elsewhere needs no turn of
 * it, so it may loop, and is watched through a counter it increments.
 */
#include "harness.h"
#include <l4/sys/semaphore.h>

enum { ROUNDS = 200, CALLERS = 3 };

static volatile l4_umword_t counter, other_counter;

/* --- one address, two frames --------------------------------------------- */

enum { TURNS = 2000 };

static struct own_page {
    l4_umword_t *at; /* the same in both spaces */
    volatile unsigned turns, wrong;
} own[2];

/* Nobody else writes to this page. */
static void write_and_read(void *arg)
{
    struct own_page *p = arg;
    l4_umword_t mark = p == &own[0] ? 0x1000000 : 0x2000000;
    volatile l4_umword_t *word = p->at;
    for (unsigned i = 0; i < TURNS; i++) {
        word[i % 16] = mark + i;
        p->wrong += word[i % 16] != mark + i;
        p->wrong += i > 16 && word[(i + 1) % 16] >> 24 != mark >> 24;
        p->turns++;
    }
}

static unsigned cpus_online(void)
{
    l4_umword_t max;
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 0);
    unsigned n = 0;
    CHECK_EQ(result(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, &max, &set)), 0);
    for (l4_umword_t left = set.map; left; left &= left - 1)
        n++;
    return n;
}

static long send_to(const struct worker *w, unsigned cpu)
{
    l4_sched_param_t p = l4_sched_param(MAIN_PRIO + 1, 0);
    p.affinity = l4_sched_cpu_set(cpu, 0, 1);
    return result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, w->cap, &p));
}

/* As worker_start(), on CPU `cpu`. */
static void start_on(struct worker *w, unsigned cpu, void (*fn)(void *),
                     void *arg)
{
    worker_make(w);
    CHECK_EQ(send_to(w, cpu), 0);
    worker_run(w, fn, arg, 0);
}

/* Time for another CPU to do something, and for us to see it. */
static void a_while(void)
{
    l4_ipc_sleep_us(200);
}

static int counts(void)
{
    l4_umword_t before = counter;
    a_while();
    return counter != before;
}

static void count(void *arg)
{
    (void)arg;
    for (;;)
        counter++;
}

static void serve(void *arg)
{
    l4_umword_t label;
    (void)arg;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    while (!l4_msgtag_has_error(tag)) {
        l4_utcb_mr()->mr[0]++;
        tag = l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(0, 1, 0, 0), &label,
                                    L4_IPC_SEND_TIMEOUT_0);
    }
}

/* ROUNDS calls of the gate; the number of right answers. */
static unsigned call_often(l4_cap_idx_t gate)
{
    unsigned right = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        l4_utcb_mr()->mr[0] = i;
        l4_msgtag_t tag =
            l4_ipc_call(gate, l4_utcb(), l4_msgtag(0, 1, 0, 0), L4_IPC_NEVER);
        right += !l4_msgtag_has_error(tag) && l4_utcb_mr()->mr[0] == i + 1;
    }
    return right;
}

static void calls_go_to_another_cpu_and_back(void)
{
    struct worker server;
    if (cpus_online() < 2)
        return;
    start_on(&server, 1, serve, 0);
    CHECK_EQ(call_often(gate_to(server.cap, 0)), ROUNDS);
    worker_delete(&server);
}

static l4_cap_idx_t the_gate;
static volatile unsigned right[CALLERS];

static void caller(void *number)
{
    l4_umword_t n = (l4_umword_t)number;
    right[n] = call_often(the_gate);
}

static void callers_of_several_cpus_share_a_server(void)
{
    struct worker server, w[CALLERS];
    unsigned cpus = cpus_online();
    start_on(&server, cpus > 1, serve, 0);
    the_gate = gate_to(server.cap, 0);
    for (unsigned i = 0; i < CALLERS; i++) {
        right[i] = 0;
        start_on(&w[i], i % cpus, caller, (void *)(l4_umword_t)i);
    }
    for (unsigned i = 0; i < CALLERS; i++)
        for (unsigned n = 0; n < 100 && right[i] != ROUNDS; n++)
            a_while();
    for (unsigned i = 0; i < CALLERS; i++) {
        CHECK_EQ(right[i], ROUNDS);
        worker_delete(&w[i]);
    }
    worker_delete(&server);
}

static void a_thread_moves_while_it_runs(void)
{
    struct worker w;
    unsigned cpus = cpus_online();
    if (cpus < 2)
        return;
    start_on(&w, 1, count, 0);
    for (unsigned i = 0; i < 3 * cpus; i++) {
        unsigned to = 1 + i % (cpus - 1);
        CHECK_EQ(send_to(&w, to), 0);
        CHECK(counts());
    }
    worker_delete(&w);
}

static void a_waiting_thread_moves_with_its_timeout(void)
{
    struct worker server;
    if (cpus_online() < 2)
        return;
    start_on(&server, 1, serve, 0);
    a_while();
    l4_cap_idx_t gate = gate_to(server.cap, 0);
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(send_to(&server, i % 2), 0);
        CHECK_EQ(call_often(gate), ROUNDS);
    }
    worker_delete(&server);
}

static void a_deleted_thread_stops_on_its_cpu(void)
{
    struct worker w;
    if (cpus_online() < 2)
        return;
    start_on(&w, 1, count, 0);
    CHECK(counts());
    worker_delete(&w);
    l4_umword_t then = counter;
    a_while();
    CHECK_EQ(counter, then);
}

static void count_elsewhere(void)
{
    for (;;)
        other_counter++;
}

static void ex_regs_sets_a_running_thread_elsewhere(void)
{
    static char stack[4096] __attribute__((aligned(16)));
    struct worker w;
    if (cpus_online() < 2)
        return;
    other_counter = 0;
    start_on(&w, 1, count, 0);
    CHECK(counts());
    l4_addr_t ip = ~0ul, sp = ~0ul;
    l4_umword_t flags = 0;
    CHECK_EQ(result(l4_thread_ex_regs_ret(w.cap, &ip, &sp, &flags)), 0);
    CHECK(ip && sp && ip != ~0ul);
    CHECK(counts()); /* reading changes nothing */
    sp = l4_align_stack_for_direct_fncall((l4_addr_t)stack + sizeof stack);
    CHECK_EQ(
        result(l4_thread_ex_regs(w.cap, (l4_addr_t)count_elsewhere, sp, 0)), 0);
    CHECK(!counts());
    CHECK(other_counter);
    worker_delete(&w);
}

static l4_cap_idx_t sem;
static volatile long waited;

static void down(void *arg)
{
    (void)arg;
    waited = ipc_code(l4_semaphore_down(sem, L4_IPC_NEVER));
}

static void down_briefly(void *arg)
{
    (void)arg;
    waited = ipc_code(l4_semaphore_down(
        sem, l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(500))));
}

static void sem_make(void)
{
    sem = cap_new();
    CHECK_EQ(
        result(l4_factory_create(L4_BASE_FACTORY_CAP, L4_PROTO_SEMAPHORE, sem)),
        0);
    waited = 99;
}

static void an_up_wakes_a_waiter_on_another_cpu(void)
{
    struct worker w;
    sem_make();
    start_on(&w, cpus_online() > 1, down, 0);
    a_while();
    CHECK_EQ(waited, 99);
    l4_semaphore_up(sem);
    a_while();
    CHECK_EQ(waited, 0);
    worker_delete(&w);
    cap_delete(sem);
}

static void a_timeout_strikes_on_another_cpu(void)
{
    struct worker w;
    sem_make();
    start_on(&w, cpus_online() > 1, down_briefly, 0);
    a_while();
    CHECK_EQ(waited, 99);
    l4_ipc_sleep_us(1000);
    CHECK_EQ(waited, L4_IPC_RETIMEOUT);
    worker_delete(&w);
    cap_delete(sem);
}

static void deleting_wakes_a_waiter_on_another_cpu(void)
{
    struct worker w;
    sem_make();
    start_on(&w, cpus_online() > 1, down, 0);
    a_while();
    cap_delete(sem);
    a_while();
    CHECK(waited != 99 && waited != 0);
    worker_delete(&w);
}

static l4_cap_idx_t irq;

static void irq_receiver(void *arg)
{
    (void)arg;
    for (;;)
        if (!ipc_code(l4_irq_receive(irq, L4_IPC_NEVER)))
            counter++;
}

static void a_trigger_wakes_a_receiver_on_another_cpu(void)
{
    struct worker w;
    irq = cap_new();
    counter = 0;
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    start_on(&w, cpus_online() > 1, irq_receiver, 0);
    CHECK_EQ(result(l4_rcv_ep_bind_thread(irq, w.cap, 0)), 0);
    for (unsigned i = 1; i <= 5; i++) {
        l4_irq_trigger(irq);
        a_while();
        CHECK_EQ(counter, i);
    }
    worker_delete(&w);
    cap_delete(irq);
}

/* --- memory ------------------------------------------------------------- */

static l4_addr_t there;
static volatile l4_umword_t faults;

static void note_faults(void *arg)
{
    l4_umword_t label;
    (void)arg;
    for (;;) {
        l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        faults++;
    }
}

static void write_there(void *arg)
{
    (void)arg;
    for (l4_umword_t n = 1;; n++)
        *(volatile l4_umword_t *)there = n;
}

static long hand_on(const struct space *s, void *page)
{
    l4_fpage_t f = l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_RWX);
    return result(l4_task_map(s->task, L4_BASE_TASK_CAP, f, (l4_addr_t)there));
}

/* Rights are gone when unmap returns, on all CPUs. */
static void unmap_reaches_a_cpu_that_uses_the_page(unsigned rights)
{
    struct space space;
    struct worker w, handler;
    volatile l4_umword_t *page = page_new();
    if (cpus_online() < 2)
        return;
    faults = 0;
    there = window_new();
    space_make(&space);
    CHECK_EQ(hand_on(&space, (void *)page), 0);
    worker_start(&handler, note_faults, 0, 0);
    l4_cap_idx_t gate = gate_to(handler.cap, 0);
    space_give(&space, gate, L4_CAP_FPAGE_RW);
    worker_make_in(&w, &space);
    worker_handlers(&w, L4_INVALID_CAP, gate);
    CHECK_EQ(send_to(&w, 1), 0);
    worker_run(&w, write_there, 0, 0);
    a_while();
    l4_umword_t before = *page;
    CHECK(before);
    a_while();
    CHECK(*page != before);
    CHECK_EQ(faults, 0);
    l4_task_unmap(
        L4_BASE_TASK_CAP,
        l4_fpage((l4_addr_t)page, L4_PAGESHIFT, (unsigned char)rights),
        L4_FP_OTHER_SPACES);
    before = *page;
    a_while();
    CHECK_EQ(*page, before);
    CHECK_EQ(faults, 1);
    worker_delete(&w);
    worker_delete(&handler);
    space_delete(&space);
}

static void unmap_takes_a_page_from_another_cpu(void)
{
    unmap_reaches_a_cpu_that_uses_the_page(L4_FPAGE_RWX);
}

static void unmap_takes_writing_from_another_cpu(void)
{
    unmap_reaches_a_cpu_that_uses_the_page(L4_FPAGE_W);
}

static void a_task_that_runs_on_two_cpus_is_deleted(void)
{
    struct space space;
    struct worker w[2];
    volatile l4_umword_t *page = page_new();
    if (cpus_online() < 3)
        return;
    there = window_new();
    space_make(&space);
    CHECK_EQ(hand_on(&space, (void *)page), 0);
    for (unsigned i = 0; i < 2; i++) {
        worker_make_in(&w[i], &space);
        CHECK_EQ(send_to(&w[i], 1 + i), 0);
        worker_run(&w[i], write_there, 0, 0);
    }
    a_while();
    CHECK(*page);
    space_delete(&space);
    a_while();
    l4_umword_t before = *page;
    a_while();
    CHECK_EQ(*page, before);
    for (unsigned i = 0; i < 2; i++)
        worker_delete(&w[i]);
}

static void idle_time_passes_where_nobody_runs(void)
{
    struct worker w;
    l4_kernel_clock_t before = 0, after = 0;
    l4_sched_cpu_set_t one = l4_sched_cpu_set(1, 0, 1);
    if (cpus_online() < 2)
        return;
    l4_scheduler_idle_time(L4_BASE_SCHEDULER_CAP, &one, &before);
    l4_ipc_sleep_us(2000);
    l4_scheduler_idle_time(L4_BASE_SCHEDULER_CAP, &one, &after);
    CHECK(after - before >= 1000);
    start_on(&w, 1, count, 0);
    a_while();
    l4_scheduler_idle_time(L4_BASE_SCHEDULER_CAP, &one, &before);
    l4_ipc_sleep_us(2000);
    l4_scheduler_idle_time(L4_BASE_SCHEDULER_CAP, &one, &after);
    CHECK(after - before < 100);
    worker_delete(&w);
}

static void a_set_of_no_cpu_that_is_there_moves_nothing(void)
{
    struct worker w;
    unsigned cpus = cpus_online();
    start_on(&w, cpus > 1, serve, 0);
    CHECK_EQ(send_to(&w, 31), 0);
    CHECK_EQ(call_often(gate_to(w.cap, 0)), ROUNDS);
    worker_delete(&w);
}

/* Two spaces that use one address for different frames, at the same time:
 * neither sees the other's. */
static void one_address_is_two_pages(void)
{
    struct space spaces[2];
    struct worker w[2];
    unsigned cpus = cpus_online();
    l4_addr_t at = window_new();
    for (unsigned i = 0; i < 2; i++) {
        void *page = page_new();
        l4_fpage_t f = l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_RW);
        own[i] = (struct own_page){(l4_umword_t *)at, 0, 0};
        space_make(&spaces[i]);
        CHECK_EQ(result(l4_task_map(spaces[i].task, L4_BASE_TASK_CAP, f, at)),
                 0);
        worker_make_in(&w[i], &spaces[i]);
        if (cpus > 2)
            CHECK_EQ(send_to(&w[i], i + 1), 0);
        l4_sched_param_t p = l4_sched_param(2, 0);
        p.affinity = l4_sched_cpu_set(cpus > 2 ? i + 1 : 0, 0, 1);
        worker_run(&w[i], write_and_read, &own[i], 2);
        CHECK_EQ(result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, w[i].cap,
                                                &p)),
                 0);
    }
    for (unsigned i = 0;
         i < 2000 && (own[0].turns < TURNS || own[1].turns < TURNS); i++)
        l4_ipc_sleep_us(100);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(own[i].turns, TURNS);
        CHECK_EQ(own[i].wrong, 0);
        worker_delete(&w[i]);
        space_delete(&spaces[i]);
    }
    l4_ipc_sleep_us(1);
}

const struct kernel_test smp_tests[] = {
    {"smp: one address is two pages in two spaces", one_address_is_two_pages},
    {"smp: calls go to another CPU and back", calls_go_to_another_cpu_and_back},
    {"smp: callers of several CPUs share a server",
     callers_of_several_cpus_share_a_server},
    {"smp: a thread moves while it runs", a_thread_moves_while_it_runs},
    {"smp: a waiting thread moves", a_waiting_thread_moves_with_its_timeout},
    {"smp: a deleted thread stops on its CPU",
     a_deleted_thread_stops_on_its_cpu},
    {"smp: ex_regs sets a thread that runs elsewhere",
     ex_regs_sets_a_running_thread_elsewhere},
    {"smp: an up wakes a waiter on another CPU",
     an_up_wakes_a_waiter_on_another_cpu},
    {"smp: a timeout strikes on another CPU", a_timeout_strikes_on_another_cpu},
    {"smp: deleting wakes a waiter on another CPU",
     deleting_wakes_a_waiter_on_another_cpu},
    {"smp: a trigger wakes a receiver on another CPU",
     a_trigger_wakes_a_receiver_on_another_cpu},
    {"smp: unmap takes a page from another CPU",
     unmap_takes_a_page_from_another_cpu},
    {"smp: unmap takes writing from another CPU",
     unmap_takes_writing_from_another_cpu},
    {"smp: a task that runs on two CPUs is deleted",
     a_task_that_runs_on_two_cpus_is_deleted},
    {"smp: idle time passes where nobody runs",
     idle_time_passes_where_nobody_runs},
    {"smp: a set of no CPU that is there moves nothing",
     a_set_of_no_cpu_that_is_there_moves_nothing},
    {0},
};
