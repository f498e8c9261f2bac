/*
 * Scheduler: who runs where, with which priority and time slice.
 *
 * Threads run only after l4_scheduler_run_thread(). Protocol
 * L4_PROTO_SCHEDULER:
 *
 *      INFO        granularity | offset   -> map, number of CPUs, classes
 *      RUN_THREAD  granularity | offset, map, priority, quantum | thread
 *      IDLE_TIME   granularity | offset, map -> us
 *
 * A scheduler is also an ICU with one line: CPU hot-plug.
 * Source: ABI.md sections 1 and 2 ("Scheduler").
 */
#ifndef L4_SYS_SCHEDULER_H
#define L4_SYS_SCHEDULER_H

#include <l4/sys/__msg.h>
#include <l4/sys/icu.h>

enum L4_scheduler_ops {
    L4_SCHEDULER_INFO_OP = 0,
    L4_SCHEDULER_RUN_THREAD_OP = 1,
    L4_SCHEDULER_IDLE_TIME_OP = 2,
};

enum L4_scheduler_classes {
    L4_SCHEDULER_CLASS_FIXED_PRIO = 1 << 1,
    L4_SCHEDULER_CLASS_WFQ = 1 << 2,
};

/*
 * A set of CPUs: bit i of `map` stands for the 2^granularity CPUs from
 * offset + i * 2^granularity on. gran_offset = granularity << 24 | offset.
 */
typedef struct l4_sched_cpu_set_t {
    l4_umword_t gran_offset;
    l4_umword_t map;
} l4_sched_cpu_set_t;

typedef struct l4_sched_param_t {
    l4_sched_cpu_set_t affinity;
    l4_umword_t prio;    /* 1..255, larger runs first */
    l4_umword_t quantum; /* time slice in us; 0: default, 10 ms */
} l4_sched_param_t;

enum {
    L4_SCHED_MIN_PRIO = 1,
    L4_SCHED_MAX_PRIO = 255,
    L4_SCHED_CPU_OFFSET_MASK = 0xffffff,
    L4_SCHED_CPU_GRANULARITY_SHIFT = 24,
    L4_SCHED_CPU_GRANULARITY_MAX = 24, /* one bit: all there can be */
};

/* offset 0..2^24-1, granularity 0..24. */
L4_INLINE L4_CONST l4_sched_cpu_set_t
l4_sched_cpu_set(l4_umword_t offset, unsigned char granularity,
                 l4_umword_t map L4_DEFAULT_PARAM(1))
{
    l4_umword_t gran = (l4_umword_t)granularity
                       << L4_SCHED_CPU_GRANULARITY_SHIFT;
    return (l4_sched_cpu_set_t){gran | (offset & L4_SCHED_CPU_OFFSET_MASK),
                                map};
}

/* Parameters with all CPUs allowed. prio 1..255, quantum in us, 0: default. */
L4_INLINE L4_CONST l4_sched_param_t
l4_sched_param(unsigned prio, l4_umword_t quantum L4_DEFAULT_PARAM(0))
{
    l4_sched_cpu_set_t all =
        l4_sched_cpu_set(0, L4_SCHED_CPU_GRANULARITY_MAX, 1);
    return (l4_sched_param_t){all, prio, quantum};
}

/*
 * Which of the CPUs from cpus->gran_offset on are online: into cpus->map;
 * how many CPUs there can be: *cpu_max; L4_SCHEDULER_CLASS_*:
 * *sched_classes. NULL for what is not wanted. -L4_ERANGE: offset too large.
 */
L4_INLINE l4_msgtag_t l4_scheduler_info_with_classes_u(
    l4_cap_idx_t scheduler, l4_umword_t *cpu_max, l4_sched_cpu_set_t *cpus,
    l4_umword_t *sched_classes, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    l4_umword_t from = cpus ? cpus->gran_offset : 0;
    l4_msgtag_t t = __l4_msg_call_op1(scheduler, L4_PROTO_SCHEDULER,
                                      L4_SCHEDULER_INFO_OP, from, u);
    if (l4_error_u(t, u) < 0)
        return t;
    if (cpus)
        cpus->map = v->mr[0];
    if (cpu_max)
        *cpu_max = v->mr[1];
    if (sched_classes)
        *sched_classes = v->mr[2];
    return t;
}

L4_INLINE l4_msgtag_t l4_scheduler_info_u(l4_cap_idx_t scheduler,
                                          l4_umword_t *cpu_max,
                                          l4_sched_cpu_set_t *cpus,
                                          l4_utcb_t *u)
{
    return l4_scheduler_info_with_classes_u(scheduler, cpu_max, cpus, 0, u);
}

/*
 * Sets a thread's parameters and, the first time, lets it run. If no CPU of
 * the affinity is online: on the first present CPU of the set. -L4_EINVAL:
 * priority 0 or too large for this scheduler; -L4_ERANGE: bad class.
 */
L4_INLINE l4_msgtag_t l4_scheduler_run_thread_u(l4_cap_idx_t scheduler,
                                                l4_cap_idx_t thread,
                                                l4_sched_param_t const *sp,
                                                l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[0] = L4_SCHEDULER_RUN_THREAD_OP;
    v->mr[1] = sp->affinity.gran_offset;
    v->mr[2] = sp->affinity.map;
    v->mr[3] = sp->prio;
    v->mr[4] = sp->quantum;
    __l4_msg_put_obj(v, 5, thread);
    return __l4_msg_call(scheduler, L4_PROTO_SCHEDULER, 5, 1, u);
}

/* *us: time the first online CPU of the set was idle. -L4_EINVAL: none. */
L4_INLINE l4_msgtag_t l4_scheduler_idle_time_u(l4_cap_idx_t scheduler,
                                               l4_sched_cpu_set_t const *cpus,
                                               l4_kernel_clock_t *us,
                                               l4_utcb_t *u)
{
    l4_msgtag_t t = __l4_msg_call_op2(scheduler, L4_PROTO_SCHEDULER,
                                      L4_SCHEDULER_IDLE_TIME_OP,
                                      cpus->gran_offset, cpus->map, u);
    if (l4_error_u(t, u) >= 0)
        *us = l4_utcb_mr_u(u)->mr64[l4_utcb_mr64_idx(0)];
    return t;
}

/* 1: CPU `cpu` (0..) is online; 0: not, or the call failed. */
L4_INLINE int l4_scheduler_is_online_u(l4_cap_idx_t scheduler, l4_umword_t cpu,
                                       l4_utcb_t *u)
{
    l4_sched_cpu_set_t s = l4_sched_cpu_set(cpu, 0, 0);
    l4_msgtag_t t = l4_scheduler_info_u(scheduler, 0, &s, u);
    return l4_error_u(t, u) >= 0 && (s.map & 1);
}

/* ---- On the calling thread's UTCB ---- */

L4_INLINE l4_msgtag_t l4_scheduler_info_with_classes(l4_cap_idx_t scheduler,
                                                     l4_umword_t *cpu_max,
                                                     l4_sched_cpu_set_t *cpus,
                                                     l4_umword_t *sched_classes)
{
    return l4_scheduler_info_with_classes_u(scheduler, cpu_max, cpus,
                                            sched_classes, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_scheduler_info(l4_cap_idx_t scheduler,
                                        l4_umword_t *cpu_max,
                                        l4_sched_cpu_set_t *cpus)
{
    return l4_scheduler_info_u(scheduler, cpu_max, cpus, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_scheduler_run_thread(l4_cap_idx_t scheduler,
                                              l4_cap_idx_t thread,
                                              l4_sched_param_t const *sp)
{
    return l4_scheduler_run_thread_u(scheduler, thread, sp, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_scheduler_idle_time(l4_cap_idx_t scheduler,
                                             l4_sched_cpu_set_t const *cpus,
                                             l4_kernel_clock_t *us)
{
    return l4_scheduler_idle_time_u(scheduler, cpus, us, l4_utcb());
}

L4_INLINE int l4_scheduler_is_online(l4_cap_idx_t scheduler, l4_umword_t cpu)
{
    return l4_scheduler_is_online_u(scheduler, cpu, l4_utcb());
}

#endif
