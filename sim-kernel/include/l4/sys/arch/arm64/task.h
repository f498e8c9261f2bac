/*
 * aarch64: the virtual CPU interface of the interrupt controller, for a
 * virtual machine. Included by <l4/sys/task.h>. Source: ABI.md section 1.
 */
#ifndef L4_SYS_ARCH_TASK_H
#define L4_SYS_ARCH_TASK_H

#include <l4/sys/__msg.h>

/* Maps the GIC's virtual CPU interface into `task`, at vgicc_fpage.
 * -L4_ENOSYS: this kernel has no virtual machines. */
L4_INLINE l4_msgtag_t l4_task_vgicc_map_u(l4_cap_idx_t task,
                                          l4_fpage_t vgicc_fpage, l4_utcb_t *u)
{
    return __l4_msg_call_op1(task, L4_PROTO_TASK,
                             0x12 /* L4_TASK_MAP_VGICC_ARM_OP */,
                             vgicc_fpage.raw, u);
}

L4_INLINE l4_msgtag_t l4_task_vgicc_map(l4_cap_idx_t task,
                                        l4_fpage_t vgicc_fpage)
{
    return l4_task_vgicc_map_u(task, vgicc_fpage, l4_utcb());
}

#endif
