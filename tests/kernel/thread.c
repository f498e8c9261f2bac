/*
 * Thread: control, ex_regs, switch, times, what is not there yet.
 */
#include "harness.h"
#include <l4/sys/segment.h>

static volatile unsigned ran;

static void count_up(void *arg)
{
    (void)arg;
    ran++;
}

static void spin(void *arg)
{
    (void)arg;
    for (;;)
        ran++;
}

static void stays_still_until_both_started_and_scheduled(void)
{
    struct worker w;
    ran = 0;
    worker_make(&w);
    l4_ipc_sleep_us(100);
    CHECK_EQ(ran, 0);
    worker_run(&w, count_up, 0, 0);
    CHECK_EQ(ran, 1);
    worker_delete(&w);
    worker_make(&w);
    worker_begin(&w, count_up, 0); /* the other order */
    l4_ipc_sleep_us(100);
    CHECK_EQ(ran, 1);
    worker_place(&w, 0);
    CHECK_EQ(ran, 2);
    worker_delete(&w);
}

/* control with what l4_thread_control_* put into the UTCB so far. */
static long control(l4_cap_idx_t t, unsigned words)
{
    return request(t, L4_PROTO_THREAD, words, 0);
}

static void control_needs_s_and_six_words(void)
{
    struct worker w;
    worker_make(&w);
    l4_thread_control_start();
    PROVE("thread_control", "no S on the thread",
          control(cap_copy(w.cap, L4_CAP_FPAGE_RW), 6), -L4_EPERM);
    l4_thread_control_start();
    PROVE("thread_control", "fewer than six words", control(w.cap, 5),
          -L4_EINVAL);
    l4_thread_control_start();
    PROVE("thread_control", "success", control(w.cap, 6), 0);
    worker_delete(&w);
}

static long bind(l4_cap_idx_t thread, l4_addr_t utcb, l4_cap_idx_t task)
{
    l4_thread_control_start();
    l4_thread_control_bind((l4_utcb_t *)utcb, task);
    return result(l4_thread_control_commit(thread));
}

static void binding(void)
{
    struct worker w;
    l4_cap_idx_t t = cap_new();
    worker_make(&w);
    l4_addr_t utcb = (l4_addr_t)w.utcb;
    CHECK_EQ(result(l4_factory_create_thread(L4_BASE_FACTORY_CAP, t)), 0);
    PROVE("thread_control", "bound already",
          bind(w.cap, utcb, L4_BASE_TASK_CAP), -L4_EINVAL); /* twice */
    PROVE("thread_control", "the item names no task",
          bind(t, utcb, L4_BASE_LOG_CAP), -L4_EINVAL); /* no task */
    CHECK_EQ(bind(t, utcb, cap_new()), -L4_EINVAL);    /* nothing */
    CHECK_EQ(bind(t, utcb + 8, L4_BASE_TASK_CAP), -L4_EINVAL);
    PROVE("thread_control", "not kernel-user memory",
          bind(t, 0x1000, L4_BASE_TASK_CAP), -L4_EINVAL);
    CHECK_EQ(bind(t, ~0ul - 1023, L4_BASE_TASK_CAP), -L4_EINVAL);
    PROVE("thread_control", "no S on the task",
          bind(t, utcb, cap_copy(L4_BASE_TASK_CAP, L4_CAP_FPAGE_RW)),
          -L4_EPERM);
    cap_delete(t);
    worker_delete(&w);
}

static void dead_thread_stays_dead(void)
{
    struct space s;
    struct worker w;
    space_make(&s);
    worker_make_in(&w, &s);
    worker_run(&w, spin, 0, 2);
    space_delete(&s);
    l4_ipc_sleep_us(1);
    CHECK(cap_is_there(w.cap));
    l4_addr_t utcb = (l4_addr_t)l4_utcb();
    CHECK_EQ(bind(w.cap, utcb, L4_BASE_TASK_CAP), -L4_EINVAL);
    CHECK_EQ(result(l4_thread_ex_regs(w.cap, 0, 0, 0)), -L4_EINVAL);
    l4_msgtag_t tag =
        l4_ipc_send(w.cap, l4_utcb(), l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER);
    CHECK_EQ(ipc_code(tag), L4_IPC_ENOT_EXISTENT);
    worker_delete(&w);
}

static void ex_regs_tells_the_old_registers(void)
{
    struct worker w;
    l4_addr_t ip = 0x1234, sp = 0x5678;
    l4_umword_t flags = 0;
    worker_make(&w);
    PROVE("thread_ex_regs", "success",
          result(l4_thread_ex_regs(w.cap, ip, sp, 0)), 0);
    ip = sp = ~0ul;
    CHECK_EQ(result(l4_thread_ex_regs_ret(w.cap, &ip, &sp, &flags)), 0);
    CHECK_EQ(ip, 0x1234);
    CHECK_EQ(sp, 0x5678);
    worker_delete(&w);
}

static void ex_regs_of_an_unbound_thread(void)
{
    l4_cap_idx_t t = cap_new();
    CHECK_EQ(result(l4_factory_create_thread(L4_BASE_FACTORY_CAP, t)), 0);
    PROVE("thread_ex_regs", "not bound to a task",
          result(l4_thread_ex_regs(t, 0, 0, 0)), -L4_EINVAL);
    cap_delete(t);
}

static l4_umword_t exception_label, exception_type;

static void take_exception(void *arg)
{
    l4_umword_t label;
    (void)arg;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    exception_label = (l4_umword_t)l4_msgtag_label(tag);
    exception_type =
        (l4_umword_t)l4_utcb_exc_is_ex_regs_exception(l4_utcb_exc());
}

static void ex_regs_triggers_an_exception(void)
{
    struct worker w, handler;
    exception_label = 0;
    worker_start(&handler, take_exception, 0, 0);
    worker_start(&w, spin, 0, 2);
    worker_handlers(&w, L4_BASE_PAGER_CAP, gate_to(handler.cap, 0));
    CHECK_EQ(result(l4_thread_ex_regs(w.cap, ~0ul, ~0ul,
                                      L4_THREAD_EX_REGS_TRIGGER_EXCEPTION)),
             0);
    l4_ipc_sleep_us(10);
    CHECK_EQ((long)exception_label, L4_PROTO_EXCEPTION);
    CHECK_EQ(exception_type, 1);
    worker_delete(&w);
    worker_delete(&handler);
}

static void switch_runs_the_other_now(void)
{
    struct worker w;
    worker_start(&w, spin, 0, 2);
    ran = 0;
    CHECK_EQ(result(l4_thread_switch(w.cap)), 0);
    /* it ran on this slice until that was over */
    CHECK(ran > 0);
    CHECK_EQ(result(l4_thread_switch(MAIN_CAP)), 0);
    worker_delete(&w);
}

static void yield_lets_equals_run(void)
{
    struct worker w;
    ran = 0;
    worker_start(&w, count_up, 0, MAIN_PRIO);
    CHECK_EQ(ran, 0);
    PROVE("thread_yield", "always: the receive timeout passed",
          ipc_code(l4_thread_yield()), L4_IPC_RETIMEOUT);
    CHECK_EQ(ran, 1);
    worker_delete(&w);
}

static void switch_to_oneself_is_nothing(void)
{
    struct worker w;
    ran = 0;
    worker_start(&w, count_up, 0, MAIN_PRIO); /* an equal that is ready */
    CHECK_EQ(result(l4_thread_switch(MAIN_CAP)), 0);
    CHECK_EQ(ran, 0);
    CHECK_EQ(result(l4_thread_switch(w.cap)), 0);
    CHECK_EQ(ran, 1);
    worker_delete(&w);
}

static void switch_to_another_cpu_is_nothing(void)
{
    struct worker w;
    l4_umword_t max;
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 0);
    CHECK_EQ(result(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, &max, &set)), 0);
    if (!(set.map & 2))
        return; /* one CPU: nothing to see */
    worker_make(&w);
    l4_sched_param_t p = l4_sched_param(2, 0);
    p.affinity = l4_sched_cpu_set(1, 0, 1);
    CHECK_EQ(result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, w.cap, &p)),
             0);
    worker_run(&w, spin, 0, 2);
    l4_kernel_clock_t before = l4_kip_clock(l4_kip());
    CHECK_EQ(result(l4_thread_switch(w.cap)), 0);
    CHECK(l4_kip_clock(l4_kip()) - before < 5000); /* not its slice */
    worker_delete(&w);
}

static void times_of_who_does_not_run(void)
{
    struct worker w;
    l4_kernel_clock_t us = 99, later = 99;
    worker_make(&w);
    CHECK_EQ(result(l4_thread_stats_time(w.cap, &us)), 0);
    CHECK_EQ(us, 0);
    worker_run(&w, count_up, 0, 0); /* then sleeps */
    CHECK_EQ(result(l4_thread_stats_time(w.cap, &us)), 0);
    l4_ipc_sleep_us(1000);
    CHECK_EQ(result(l4_thread_stats_time(w.cap, &later)), 0);
    CHECK_EQ(later, us);
    worker_delete(&w);
}

#if defined(__x86_64__)
static void segments(void)
{
    struct worker w;
    unsigned ds = 0, cs = 0, cs32 = 0;
    worker_make(&w);
    l4_umword_t *mr = l4_utcb_mr()->mr;
    mr[0] = L4_THREAD_AMD64_SET_SEGMENT_BASE_OP; /* FS */
    mr[1] = 0x1000;
    PROVE("segment", "success", request(w.cap, L4_PROTO_THREAD, 2, 0), 0);
    mr[0] = L4_THREAD_AMD64_SET_SEGMENT_BASE_OP | 1 << 16; /* GS: the UTCB's */
    PROVE("segment", "another segment than FS",
          request(w.cap, L4_PROTO_THREAD, 2, 0), -L4_EINVAL);
    mr[0] = L4_THREAD_AMD64_SET_SEGMENT_BASE_OP | 2 << 16;
    CHECK_EQ(request(w.cap, L4_PROTO_THREAD, 2, 0), -L4_EINVAL);
    PROVE(
        "segment", "no base",
        request_op(w.cap, L4_PROTO_THREAD, L4_THREAD_AMD64_SET_SEGMENT_BASE_OP),
        -L4_EMSGTOOSHORT);
    CHECK_EQ(fiasco_amd64_segment_info(w.cap, &ds, &cs, &cs32, l4_utcb()), 0);
    l4_umword_t here;
    __asm__("mov %%cs, %0" : "=r"(here));
    CHECK_EQ(cs, here);
    CHECK_EQ(ds & 3, 3); /* user's */
    CHECK_EQ(cs32 & 3, 3);
    CHECK(cs32 != cs);
    PROVE("segment", "descriptors of the GDT",
          request_op(w.cap, L4_PROTO_THREAD, L4_THREAD_X86_GDT_OP), -L4_ENOSYS);
    l4_umword_t descriptor = 0;
    CHECK_EQ(
        fiasco_gdt_set(w.cap, &descriptor, sizeof descriptor, 0, l4_utcb()),
        -L4_ENOSYS);
    worker_delete(&w);
}
#endif

static void times_are_told(void)
{
    struct worker w;
    l4_kernel_clock_t us = 99, later = 0;
    worker_start(&w, spin, 0, 2);
    PROVE("thread_stats_time", "success",
          result(l4_thread_stats_time(w.cap, &us)), 0);
    l4_ipc_sleep_us(5000);
    CHECK_EQ(result(l4_thread_stats_time(w.cap, &later)), 0);
    CHECK(later - us >= 4000 && later - us <= 5100);
    worker_delete(&w);
}

static void there_are_no_other_operations(void)
{
    static const l4_umword_t ops[] = {
        10,
        0x1f, /* one of the machine's, if it had it */
        0x7777,
    };
    struct worker w;
    worker_make(&w);
    for (unsigned i = 0; i < sizeof ops / sizeof ops[0]; i++)
        CHECK_EQ(request_op(w.cap, L4_PROTO_THREAD, ops[i]), -L4_ENOSYS);
    CHECK_EQ(request(w.cap, L4_PROTO_THREAD, 0, 0), -L4_EMSGTOOSHORT);
    worker_delete(&w);
}

static void a_deleted_running_thread_is_gone(void)
{
    struct worker w;
    worker_start(&w, spin, 0, 2);
    l4_ipc_sleep_us(100);
    worker_delete(&w);
    l4_ipc_sleep_us(1);
    unsigned before = ran;
    l4_ipc_sleep_us(100);
    CHECK_EQ(ran, before);
    CHECK_EQ(request_op(w.cap, L4_PROTO_THREAD, L4_THREAD_STATS_OP),
             -(2000 + L4_IPC_ENOT_EXISTENT));
}

static void a_deleted_one_leaves_its_utcb_free(void)
{
    struct worker w;
    worker_make(&w);
    l4_utcb_tcr_u(w.utcb)->free_marker = 1;
    worker_delete(&w);
    l4_ipc_sleep_us(1);
    CHECK_EQ(l4_utcb_tcr_u(w.utcb)->free_marker, 0);
}

const struct kernel_test thread_tests[] = {
    {"thread: a deleted one leaves its UTCB free",
     a_deleted_one_leaves_its_utcb_free},
    {"thread: still until started",
     stays_still_until_both_started_and_scheduled},
    {"thread: control needs S and six words", control_needs_s_and_six_words},
    {"thread: binding and its errors", binding},
    {"thread: a dead one stays dead", dead_thread_stays_dead},
    {"thread: ex_regs tells the old registers",
     ex_regs_tells_the_old_registers},
    {"thread: ex_regs of an unbound one", ex_regs_of_an_unbound_thread},
    {"thread: ex_regs triggers an exception", ex_regs_triggers_an_exception},
    {"thread: switch runs the other now", switch_runs_the_other_now},
    {"thread: switch, to oneself is nothing", switch_to_oneself_is_nothing},
    {"thread: switch, to another CPU is nothing",
     switch_to_another_cpu_is_nothing},
    {"thread: times, of who does not run", times_of_who_does_not_run},
#if defined(__x86_64__)
    {"thread: segments and their errors", segments},
#endif
    {"thread: yield lets equals run", yield_lets_equals_run},
    {"thread: times are told", times_are_told},
    {"thread: there are no other operations", there_are_no_other_operations},
    {"thread: a deleted running one is gone", a_deleted_running_thread_is_gone},
    {0, 0},
};
