/*
 * What the core takes from the public interface: numbers, never code.
 */
#ifndef CORE_ABI_H
#define CORE_ABI_H

#include <l4/sys/types.h>
#include <l4/sys/consts.h>
#include <l4/sys/err.h>
#include <l4/sys/__ipc_error.h>

/* Opcodes (low 16 bits of MR0), ABI.md section 1. */
enum task_op { TASK_MAP, TASK_UNMAP, TASK_CAP_INFO, TASK_ADD_KU_MEM };
enum thread_op {
    THREAD_CONTROL = 0,
    THREAD_EX_REGS = 1,
    THREAD_SWITCH = 2,
    THREAD_STATS = 3,
    THREAD_VCPU_RESUME = 4,
    THREAD_REGISTER_DEL_IRQ = 5,
    THREAD_MODIFY_SENDER = 6,
    THREAD_VCPU_CONTROL = 7,
    THREAD_DOORBELL_IRQ = 8,
    THREAD_PF_TRAMP = 9,
    THREAD_OF_MACHINE = 0x10, /* and up: port_frame_operation() */
};
enum kobject_op { KOBJECT_DEC_REFCNT };
enum meta_op { META_SUPPORTS = 2 };
enum rcv_ep_op { RCV_EP_BIND = 0x10, GATE_GET_INFO = 0x11 };
enum { GROUP_POLICY_CORE_LOCAL = 0 };
enum group_op { GROUP_ADD, GROUP_REMOVE };
enum semaphore_op { SEMAPHORE_DOWN };
enum irq_op { IRQ_DETACH = 1, IRQ_BIND_VCPU = 2, IRQ_EOI = 4 };
enum icu_op {
    ICU_BIND,
    ICU_UNBIND,
    ICU_INFO,
    ICU_MSI_INFO,
    ICU_UNMASK,
    ICU_MASK,
    ICU_SET_MODE
};
enum vlog_op { VLOG_WRITE, VLOG_READ, VLOG_SET_ATTR, VLOG_GET_ATTR };
enum scheduler_op { SCHEDULER_INFO, SCHEDULER_RUN_THREAD, SCHEDULER_IDLE_TIME };

/* Bits of MR0 in thread control and ex_regs. */
enum {
    CONTROL_SET_PAGER = 0x0010000,
    CONTROL_BIND_TASK = 0x0200000,
    CONTROL_ALIEN = 0x0400000,
    CONTROL_SET_EXC_HANDLER = 0x1000000,
    EX_REGS_CANCEL = 0x10000,
    EX_REGS_TRIGGER_EXCEPTION = 0x20000,
};

/* Types of a flexpage. */
enum { FPAGE_SPECIAL, FPAGE_MEM, FPAGE_IO, FPAGE_OBJ };

enum { IPC_ZERO_TIMEOUT = 0x400 };

/* Flags of an unmap mask. */
enum { UNMAP_RECURSIVE = 0x20000000 }; /* Vitrine's own, objects */
#define UNMAP_SELF   0x80000000u
#define UNMAP_DELETE 0x40000000u

#endif
