/*
 * The kernel's own services: scheduler, log, platform control.
 */
#include "harness.h"
#include <l4/sys/arm_smccc.h>
#include <l4/sys/platform_control.h>

/* --- scheduler ---------------------------------------------------------- */

static void scheduler_info(void)
{
    l4_umword_t max = 0;
    l4_sched_cpu_set_t cpus = l4_sched_cpu_set(0, 0, 0);
    PROVE("scheduler_info", "success",
          result(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, &max, &cpus)), 0);
    CHECK(max >= 1);
    CHECK_EQ(cpus.map & 1, 1);
    l4_sched_cpu_set_t online = cpus;
    cpus = l4_sched_cpu_set(max, 0, 0);
    PROVE("scheduler_info", "the offset is beyond the most there can be",
          result(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, &max, &cpus)),
          -L4_ERANGE);
    CHECK(l4_scheduler_is_online(L4_BASE_SCHEDULER_CAP, 0));
    for (unsigned cpu = 1; cpu < 32; cpu++)
        CHECK_EQ(!!l4_scheduler_is_online(L4_BASE_SCHEDULER_CAP, cpu),
                 online.map >> cpu & 1);
    CHECK(!l4_scheduler_is_online(L4_BASE_SCHEDULER_CAP, (unsigned)max));
}

static long run(l4_cap_idx_t thread, unsigned prio, l4_umword_t quantum)
{
    l4_sched_param_t p = l4_sched_param(prio, quantum);
    return result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, thread, &p));
}

static void run_thread_and_its_errors(void)
{
    struct worker w;
    worker_make(&w);
    PROVE("scheduler_run_thread", "priority 0", run(w.cap, 0, 0), -L4_EINVAL);
    PROVE("scheduler_run_thread", "priority above 255", run(w.cap, 256, 0),
          -L4_EINVAL);
    PROVE("scheduler_run_thread", "the item names no thread",
          run(L4_BASE_LOG_CAP, 1, 0), -L4_EINVAL);
    CHECK_EQ(run(cap_new(), 1, 0), -L4_EINVAL);
    PROVE("scheduler_run_thread", "success", run(w.cap, 255, 0), 0);
    CHECK_EQ(run(w.cap, 1, ~0ul), 0);
    CHECK_EQ(run(w.cap, 1, 1ul << 61), 0); /* * 1000 would be 0 */
    l4_utcb_mr()->mr[0] = L4_SCHEDULER_RUN_THREAD_OP;
    PROVE("scheduler_run_thread", "too few words",
          request(L4_BASE_SCHEDULER_CAP, L4_PROTO_SCHEDULER, 4, 0), -L4_EINVAL);
    CHECK_EQ(request_op(L4_BASE_SCHEDULER_CAP, L4_PROTO_SCHEDULER, 0x77),
             -L4_ENOSYS);
    CHECK_EQ(request_op(L4_BASE_SCHEDULER_CAP, L4_PROTO_THREAD, 0),
             -L4_EBADPROTO);
    worker_delete(&w);
}

/* The form that names its class: -1 is fixed priorities. */
static long run_class(l4_cap_idx_t thread, long class, l4_umword_t length,
                      unsigned words)
{
    l4_msg_regs_t *v = l4_utcb_mr();
    v->mr[0] = L4_SCHEDULER_RUN_THREAD_OP;
    v->mr[1] = 0;
    v->mr[2] = 1;
    v->mr[3] = (l4_umword_t) class;
    v->mr[4] = length;
    v->mr[5] = 0;  /* quantum */
    v->mr[6] = 17; /* priority */
    v->mr[words] = l4_map_obj_control(0, 0);
    v->mr[words + 1] = l4_obj_fpage(thread, 0, L4_CAP_FPAGE_RWS).raw;
    return request(L4_BASE_SCHEDULER_CAP, L4_PROTO_SCHEDULER, words, 1);
}

static void scheduling_classes(void)
{
    struct worker w;
    l4_umword_t classes = 0;
    worker_make(&w);
    CHECK_EQ(result(l4_scheduler_info_with_classes(L4_BASE_SCHEDULER_CAP, 0, 0,
                                                   &classes)),
             0);
    CHECK_EQ(classes, L4_SCHEDULER_CLASS_FIXED_PRIO);
    CHECK_EQ(run_class(w.cap, -1, 4, 7), 0);
    PROVE("scheduler_run_thread", "parameters of a class that is not there",
          run_class(w.cap, -2, 4, 7), -L4_ERANGE);
    CHECK_EQ(run_class(w.cap, -9, 4, 7), -L4_ERANGE);
    PROVE("scheduler_run_thread", "parameters longer than the message",
          run_class(w.cap, -1, 5, 7), -L4_EINVAL); /* than the message */
    CHECK_EQ(run_class(w.cap, -1, 4, 6), -L4_EINVAL);
    CHECK_EQ(run_class(w.cap, -1, 3, 6), -L4_EINVAL); /* without priority */
    worker_delete(&w);
}

static void running_needs_no_right_on_the_thread(void)
{
    struct worker w;
    worker_make(&w);
    CHECK_EQ(run(cap_copy(w.cap, L4_CAP_FPAGE_RO), 3, 0), 0);
    CHECK_EQ(request_op(L4_BASE_SCHEDULER_CAP, L4_PROTO_SCHEDULER,
                        L4_SCHEDULER_RUN_THREAD_OP),
             -L4_EINVAL);
    CHECK_EQ(request(L4_BASE_SCHEDULER_CAP, L4_PROTO_SCHEDULER, 0, 0),
             -L4_EMSGTOOSHORT);
    worker_delete(&w);
}

static volatile unsigned turns[2];

static void spin(void *arg)
{
    for (;;)
        turns[(l4_umword_t)arg]++;
}

static void priorities_are_kept(void)
{
    struct worker low, high;
    turns[0] = turns[1] = 0;
    worker_start(&low, spin, (void *)0, 2);
    worker_start(&high, spin, (void *)1, 3);
    l4_ipc_sleep_us(50000);
    CHECK_EQ(turns[0], 0);
    CHECK(turns[1] > 0);
    CHECK_EQ(run(low.cap, 4, 0), 0); /* now the other way round */
    unsigned before = turns[1];
    l4_ipc_sleep_us(50000);
    CHECK_EQ(turns[1], before);
    CHECK(turns[0] > 0);
    worker_delete(&low);
    worker_delete(&high);
}

static void equals_share_by_their_quanta(void)
{
    struct worker a, b;
    turns[0] = turns[1] = 0;
    worker_start(&a, spin, (void *)0, 2);
    worker_start(&b, spin, (void *)1, 2);
    CHECK_EQ(run(a.cap, 2, 3000), 0);
    CHECK_EQ(run(b.cap, 2, 1000), 0);
    l4_ipc_sleep_us(400000);
    CHECK(turns[0] > 2 * turns[1] && turns[0] < 4 * turns[1]);
    worker_delete(&a);
    worker_delete(&b);
}

static void idle_time(void)
{
    l4_sched_cpu_set_t cpu = l4_sched_cpu_set(0, 0, 1);
    l4_sched_cpu_set_t none = l4_sched_cpu_set(40, 0, 1);
    l4_kernel_clock_t before = 0, after = 0;
    CHECK_EQ(
        result(l4_scheduler_idle_time(L4_BASE_SCHEDULER_CAP, &cpu, &before)),
        0);
    l4_ipc_sleep_us(10000);
    CHECK_EQ(
        result(l4_scheduler_idle_time(L4_BASE_SCHEDULER_CAP, &cpu, &after)), 0);
    CHECK(after - before > 9900 && after - before < 10100);
    CHECK_EQ(
        result(l4_scheduler_idle_time(L4_BASE_SCHEDULER_CAP, &none, &after)),
        -L4_EINVAL);
}

static long info_from(l4_umword_t offset, l4_sched_cpu_set_t *cpus)
{
    *cpus = l4_sched_cpu_set(offset, 0, 0);
    return result(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, 0, cpus));
}

static long idle_of(l4_sched_cpu_set_t cpus)
{
    l4_kernel_clock_t us;
    return result(l4_scheduler_idle_time(L4_BASE_SCHEDULER_CAP, &cpus, &us));
}

static void sets_of_cpus(void)
{
    l4_umword_t max = 0;
    l4_sched_cpu_set_t all, later;
    CHECK_EQ(result(l4_scheduler_info(L4_BASE_SCHEDULER_CAP, &max, 0)), 0);
    CHECK_EQ(info_from(0, &all), 0);
    CHECK_EQ(info_from(1, &later), 0);
    CHECK_EQ(later.map, all.map >> 1);
    CHECK_EQ(info_from(max - 1, &later), 0);
    CHECK_EQ(info_from(max, &later), -L4_ERANGE);
    CHECK_EQ(info_from(L4_SCHED_CPU_OFFSET_MASK, &later), -L4_ERANGE);
    /* bit 0 of a coarse set stands for all CPUs, bit 1 for none */
    PROVE("scheduler_idle_time", "success",
          idle_of(l4_sched_cpu_set(0, L4_SCHED_CPU_GRANULARITY_MAX, 1)), 0);
    PROVE("scheduler_idle_time", "no CPU of the set is online",
          idle_of(l4_sched_cpu_set(0, L4_SCHED_CPU_GRANULARITY_MAX, 2)),
          -L4_EINVAL);
    CHECK_EQ(idle_of(l4_sched_cpu_set(0, 5, 1)), 0);
    CHECK_EQ(idle_of(l4_sched_cpu_set(0, 0, 0)), -L4_EINVAL);
    CHECK_EQ(idle_of(l4_sched_cpu_set(max, 0, 1)), -L4_EINVAL);
    CHECK_EQ(request_op(L4_BASE_SCHEDULER_CAP, L4_PROTO_SCHEDULER,
                        L4_SCHEDULER_IDLE_TIME_OP),
             -L4_EINVAL);
}

const struct kernel_test scheduler_tests[] = {
    {"scheduler: info", scheduler_info},
    {"scheduler: run_thread and its errors", run_thread_and_its_errors},
    {"scheduler: sets of CPUs", sets_of_cpus},
    {"scheduler: classes", scheduling_classes},
    {"scheduler: run_thread needs no right on the thread",
     running_needs_no_right_on_the_thread},
    {"scheduler: priorities are kept", priorities_are_kept},
    {"scheduler: equals share by their quanta", equals_share_by_their_quanta},
    {"scheduler: idle time", idle_time},
    {0, 0},
};

/* --- log ----------------------------------------------------------------- */

static void attributes_are_kept(void)
{
    l4_vcon_attr_t old = {0}, attr = {.i_flags = 1, .o_flags = 2, .l_flags = 4};
    PROVE("vcon_get_attr", "success",
          result(l4_vcon_get_attr(L4_BASE_LOG_CAP, &old)), 0);
    PROVE("vcon_set_attr", "success",
          result(l4_vcon_set_attr(L4_BASE_LOG_CAP, &attr)), 0);
    attr = (l4_vcon_attr_t){0, 0, 0};
    CHECK_EQ(result(l4_vcon_get_attr(L4_BASE_LOG_CAP, &attr)), 0);
    CHECK_EQ(attr.i_flags, 1);
    CHECK_EQ(attr.o_flags, 2);
    CHECK_EQ(attr.l_flags, 4);
    CHECK_EQ(result(l4_vcon_set_attr(L4_BASE_LOG_CAP, &old)), 0);
}

static void reading_needs_w(void)
{
    char buffer[8];
    l4_cap_idx_t ro = cap_copy(L4_BASE_LOG_CAP, L4_CAP_FPAGE_RO);
    PROVE("vcon_read", "no W", l4_vcon_read(ro, buffer, sizeof buffer),
          -L4_EPERM);
    PROVE("vcon_read", "success",
          l4_vcon_read(L4_BASE_LOG_CAP, buffer, sizeof buffer), 0);
}

static void log_errors(void)
{
    PROVE("vcon_write", "success",
          ipc_code(l4_vcon_send(L4_BASE_LOG_CAP, "", 0)), 0);
    CHECK_EQ(request_op(L4_BASE_LOG_CAP, L4_PROTO_LOG, 0x77), -L4_ENOSYS);
    PROVE("vcon_set_attr", "fewer than four words",
          request_op(L4_BASE_LOG_CAP, L4_PROTO_LOG, L4_VCON_SET_ATTR_OP),
          -L4_EMSGTOOSHORT);
    CHECK_EQ(request(L4_BASE_LOG_CAP, L4_PROTO_LOG, 0, 0), -L4_EMSGTOOSHORT);
    CHECK_EQ(request_op(L4_BASE_LOG_CAP, L4_PROTO_TASK, 0), -L4_EBADPROTO);
}

const struct kernel_test vlog_tests[] = {
    {"log: attributes are kept", attributes_are_kept},
    {"log: reading needs W", reading_needs_w},
    {"log: errors", log_errors},
    {0, 0},
};

/* --- platform control -------------------------------------------------------
 */

/* Operation `op` with `words` words in all, the second being `arg`. */
static long platform(l4_umword_t op, unsigned words, l4_umword_t arg)
{
    l4_utcb_mr()->mr[0] = op;
    l4_utcb_mr()->mr[1] = arg;
    l4_utcb_mr()->mr[2] = 0;
    l4_utcb_mr()->mr[3] = 0;
    return request(L4_BASE_ICU_CAP, L4_PROTO_PLATFORM_CTL, words, 0);
}

static void platform_operations(void)
{
    l4_cap_idx_t pfc = L4_BASE_ICU_CAP;
    PROVE("platform_ctl_cpu_allow_shutdown", "success",
          result(l4_platform_ctl_cpu_allow_shutdown(pfc, 0, 1)), 0);
    CHECK_EQ(result(l4_platform_ctl_cpu_enable(pfc, 0)), 0); /* it is */
    PROVE("platform_ctl_cpu_disable", "the boot CPU",
          result(l4_platform_ctl_cpu_disable(pfc, 0)), -L4_EBUSY);
    PROVE("platform_ctl_set_task_asid", "always",
          platform(L4_PLATFORM_CTL_SET_TASK_ASID_OP, 2, 0), -L4_ENOSYS);
    CHECK_EQ(platform(0x77, 2, 0), -L4_ENOSYS);
    l4_umword_t out[4];
    PROVE(
        "arm_smccc_call", "always",
        result(l4_arm_smccc_call(L4_BASE_ARM_SMCCC_CAP, 0x84000000, 0, 0, 0, 0,
                                 0, 0, &out[0], &out[1], &out[2], &out[3], 0)),
        -(2000 + L4_IPC_ENOT_EXISTENT));
}

static void platform_errors(void)
{
    static const struct {
        l4_umword_t op;
        unsigned words;
        const char *page, *why;
    } ops[] = {
        {L4_PLATFORM_CTL_SYS_SUSPEND_OP, 2, "platform_ctl_system_suspend",
         "another number of words than two"},
        {L4_PLATFORM_CTL_SYS_SHUTDOWN_OP, 2, "platform_ctl_system_shutdown",
         "another number of words than two"},
        {L4_PLATFORM_CTL_CPU_ALLOW_SHUTDOWN_OP, 3,
         "platform_ctl_cpu_allow_shutdown",
         "another number of words than three"},
        {L4_PLATFORM_CTL_CPU_ENABLE_OP, 2, "platform_ctl_cpu_enable",
         "another number of words than two"},
        {L4_PLATFORM_CTL_CPU_DISABLE_OP, 2, "platform_ctl_cpu_disable",
         "another number of words than two"}};
    for (unsigned i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        CHECK_EQ(platform(ops[i].op, ops[i].words - 1, 0), -L4_EINVAL);
        long error = platform(ops[i].op, ops[i].words + 1, 0);
        PROVE(ops[i].page, ops[i].why, error, -L4_EINVAL);
    }
    PROVE("platform_ctl_system_shutdown", "MR1 above 1",
          platform(L4_PLATFORM_CTL_SYS_SHUTDOWN_OP, 2, 2), -L4_EINVAL);
    PROVE("platform_ctl_cpu_allow_shutdown", "no such CPU",
          platform(L4_PLATFORM_CTL_CPU_ALLOW_SHUTDOWN_OP, 3, 4711), -L4_EINVAL);
    PROVE("platform_ctl_cpu_enable", "no such CPU",
          platform(L4_PLATFORM_CTL_CPU_ENABLE_OP, 2, 4711), -L4_EINVAL);
    PROVE("platform_ctl_cpu_disable", "no such CPU",
          platform(L4_PLATFORM_CTL_CPU_DISABLE_OP, 2, 4711), -L4_EINVAL);
    CHECK_EQ(request(L4_BASE_ICU_CAP, L4_PROTO_PLATFORM_CTL, 0, 0),
             -L4_EMSGTOOSHORT);
}

const struct kernel_test platform_tests[] = {
    {"platform control: operations", platform_operations},
    {"platform control: errors", platform_errors},
    {0, 0},
};
