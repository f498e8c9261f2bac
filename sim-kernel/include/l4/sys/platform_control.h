/*
 * Platform control: power and CPUs of the machine. The kernel serves it on
 * the ICU capability, under protocol 0:
 *
 *      SUSPEND extras    SHUTDOWN reboot    CPU_ALLOW_SHUTDOWN id, enable
 *      CPU_ENABLE id     CPU_DISABLE id     SET_TASK_ASID asid | item: task
 *
 * Errors: -L4_ENOSYS where the machine cannot; -L4_EINVAL bad parameter.
 * Source: ABI.md section 1, "Platform control".
 */
#ifndef L4_SYS_PLATFORM_CONTROL_H
#define L4_SYS_PLATFORM_CONTROL_H

#include <l4/sys/__msg.h>

enum L4_platform_ctl_ops {
    L4_PLATFORM_CTL_SYS_SUSPEND_OP = 0,
    L4_PLATFORM_CTL_SYS_SHUTDOWN_OP = 1,
    L4_PLATFORM_CTL_CPU_ALLOW_SHUTDOWN_OP = 2,
    L4_PLATFORM_CTL_CPU_ENABLE_OP = 3,
    L4_PLATFORM_CTL_CPU_DISABLE_OP = 4,
    L4_PLATFORM_CTL_SET_TASK_ASID_OP = 0x10,
};

/* Sleeps until something wakes the machine. extras: machine dependent. */
L4_INLINE l4_msgtag_t l4_platform_ctl_system_suspend_u(l4_cap_idx_t pfc,
                                                       l4_umword_t extras,
                                                       l4_utcb_t *u)
{
    return __l4_msg_call_op1(pfc, L4_PROTO_PLATFORM_CTL,
                             L4_PLATFORM_CTL_SYS_SUSPEND_OP, extras, u);
}

/* Switches off; reboot = 1: starts again. */
L4_INLINE l4_msgtag_t l4_platform_ctl_system_shutdown_u(l4_cap_idx_t pfc,
                                                        l4_umword_t reboot,
                                                        l4_utcb_t *u)
{
    return __l4_msg_call_op1(pfc, L4_PROTO_PLATFORM_CTL,
                             L4_PLATFORM_CTL_SYS_SHUTDOWN_OP, reboot, u);
}

/* May CPU phys_id be switched off when idle (enable = 1)? */
L4_INLINE l4_msgtag_t l4_platform_ctl_cpu_allow_shutdown_u(l4_cap_idx_t pfc,
                                                           l4_umword_t phys_id,
                                                           l4_umword_t enable,
                                                           l4_utcb_t *u)
{
    return __l4_msg_call_op2(pfc, L4_PROTO_PLATFORM_CTL,
                             L4_PLATFORM_CTL_CPU_ALLOW_SHUTDOWN_OP, phys_id,
                             enable, u);
}

L4_INLINE l4_msgtag_t l4_platform_ctl_cpu_enable_u(l4_cap_idx_t pfc,
                                                   l4_umword_t phys_id,
                                                   l4_utcb_t *u)
{
    return __l4_msg_call_op1(pfc, L4_PROTO_PLATFORM_CTL,
                             L4_PLATFORM_CTL_CPU_ENABLE_OP, phys_id, u);
}

L4_INLINE l4_msgtag_t l4_platform_ctl_cpu_disable_u(l4_cap_idx_t pfc,
                                                    l4_umword_t phys_id,
                                                    l4_utcb_t *u)
{
    return __l4_msg_call_op1(pfc, L4_PROTO_PLATFORM_CTL,
                             L4_PLATFORM_CTL_CPU_DISABLE_OP, phys_id, u);
}

/* arm: fixes the address-space number of a task. */
L4_INLINE l4_msgtag_t l4_platform_ctl_set_task_asid_u(l4_cap_idx_t pfc,
                                                      l4_cap_idx_t task,
                                                      l4_umword_t asid,
                                                      l4_utcb_t *u)
{
    return __l4_msg_call_op1_obj(pfc, L4_PROTO_PLATFORM_CTL,
                                 L4_PLATFORM_CTL_SET_TASK_ASID_OP, asid, task,
                                 u);
}

/* ---- On the calling thread's UTCB ---- */

L4_INLINE l4_msgtag_t l4_platform_ctl_system_suspend(l4_cap_idx_t pfc,
                                                     l4_umword_t extras)
{
    return l4_platform_ctl_system_suspend_u(pfc, extras, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_platform_ctl_system_shutdown(l4_cap_idx_t pfc,
                                                      l4_umword_t reboot)
{
    return l4_platform_ctl_system_shutdown_u(pfc, reboot, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_platform_ctl_cpu_allow_shutdown(l4_cap_idx_t pfc,
                                                         l4_umword_t phys_id,
                                                         l4_umword_t enable)
{
    return l4_platform_ctl_cpu_allow_shutdown_u(pfc, phys_id, enable,
                                                l4_utcb());
}

L4_INLINE l4_msgtag_t l4_platform_ctl_cpu_enable(l4_cap_idx_t pfc,
                                                 l4_umword_t phys_id)
{
    return l4_platform_ctl_cpu_enable_u(pfc, phys_id, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_platform_ctl_cpu_disable(l4_cap_idx_t pfc,
                                                  l4_umword_t phys_id)
{
    return l4_platform_ctl_cpu_disable_u(pfc, phys_id, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_platform_ctl_set_task_asid(l4_cap_idx_t pfc,
                                                    l4_cap_idx_t task,
                                                    l4_umword_t asid)
{
    return l4_platform_ctl_set_task_asid_u(pfc, task, asid, l4_utcb());
}

#endif
