/*
 * Numbers and layouts of the interface against ABI.md, at compile time.
 * Compiled for every architecture by check_alone.sh; there is nothing to run.
 */
#include <l4/re/c/dataspace.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sigma0/sigma0.h>
#include <l4/sys/debugger.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/ipc.h>
#include <l4/sys/ipc_gate.h>
#include <l4/sys/irq.h>
#include <l4/sys/kip.h>
#include <l4/sys/platform_control.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/semaphore.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <l4/sys/vcon.h>
#include <l4/sys/vcpu.h>
#include <l4/vitrine/revoke.h>
#include <stddef.h>

#define IS(a, b)         _Static_assert((a) == (b), #a " is " #b)
#define AT(type, f, off) _Static_assert(offsetof(type, f) == (off), #f)

/* Section 2, UTCB. */
IS(L4_UTCB_GENERIC_DATA_SIZE, 63);
IS(L4_UTCB_GENERIC_BUFFERS_SIZE, 58);
IS(L4_UTCB_OFFSET, 1024);
IS(L4_UTCB_BUF_REGS_OFFSET, 64 * 8);
IS(L4_UTCB_THREAD_REGS_OFFSET, 123 * 8);
AT(l4_buf_regs_t, br, 8);
AT(l4_thread_regs_t, free_marker, 8);
AT(l4_thread_regs_t, user, 16);
IS(L4_UTCB_INHERIT_FPU, 1 << 24);
#if defined(__x86_64__)
IS(sizeof(l4_exc_regs_t), 26 * 8);
AT(l4_exc_regs_t, rdi, 8 * 8);
AT(l4_exc_regs_t, pfa, 11 * 8);
AT(l4_exc_regs_t, rax, 15 * 8);
AT(l4_exc_regs_t, trapno, 16 * 8);
AT(l4_exc_regs_t, err, 17 * 8);
AT(l4_exc_regs_t, ip, 18 * 8);
AT(l4_exc_regs_t, flags, 20 * 8);
AT(l4_exc_regs_t, sp, 21 * 8);
AT(l4_exc_regs_t, fs_base, 23 * 8);
IS(L4_VCPU_STATE_VERSION, 0x26);
#elif defined(__aarch64__)
IS(sizeof(l4_exc_regs_t), 40 * 8);
AT(l4_exc_regs_t, err, 33 * 8);
AT(l4_exc_regs_t, pc, 36 * 8);
#elif defined(__riscv)
IS(sizeof(l4_exc_regs_t), 37 * 8);
AT(l4_exc_regs_t, sp, 2 * 8);
AT(l4_exc_regs_t, pc, 32 * 8);
AT(l4_exc_regs_t, cause, 34 * 8);
#endif

/* Message tag and protocols. */
IS(sizeof(l4_msgtag_t), 8);
IS(L4_MSGTAG_TRANSFER_FPU, 0x1000);
IS(L4_MSGTAG_SCHEDULE, 0x2000);
IS(L4_MSGTAG_PROPAGATE, 0x4000);
IS(L4_MSGTAG_ERROR, 0x8000);
IS(L4_PROTO_IRQ, -1);
IS(L4_PROTO_PAGE_FAULT, -2);
IS(L4_PROTO_EXCEPTION, -5);
IS(L4_PROTO_SIGMA0, -6);
IS(L4_PROTO_IO_PAGE_FAULT, -8);
IS(L4_PROTO_THREAD_GROUP, -9);
IS(L4_PROTO_KOBJECT, -10);
IS(L4_PROTO_TASK, -11);
IS(L4_PROTO_THREAD, -12);
IS(L4_PROTO_LOG, -13);
IS(L4_PROTO_SCHEDULER, -14);
IS(L4_PROTO_FACTORY, -15);
IS(L4_PROTO_VM, -16);
IS(L4_PROTO_DMA_SPACE, -17);
IS(L4_PROTO_IRQ_SENDER, -18);
IS(L4_PROTO_SEMAPHORE, -20);
IS(L4_PROTO_META, -21);
IS(L4_PROTO_IOMMU, -22);
IS(L4_PROTO_DEBUGGER, -23);
IS(L4_PROTO_SMCCC, -24);
IS(L4_PROTO_VCPU_CONTEXT, -25);
IS(L4_PROTO_ALLOW_SYSCALL, 1);
IS(L4RE_PROTO_DATASPACE, 0x4000);
IS(L4RE_PROTO_RM, 0x4005);
IS(L4RE_PROTO_MEM_ALLOC, 0x400b);
IS(L4RE_PROTO_DEBUG, ~0x7fff);

/* Capability selectors and flags. */
IS(L4_SYSF_CALL, 3);
IS(L4_SYSF_WAIT, 6);
IS(L4_SYSF_SEND_AND_WAIT, 7);
IS(L4_SYSF_REPLY_AND_WAIT, 0xf);
IS(L4_INVALID_CAP, 0xfffffffffffff800ul);
IS(L4_INVALID_REPLY_CAP, 0xfffffffffffffc00ul);
IS(L4_CAP_MASK, 0xfffffffffffffc00ul);
IS(L4_CAP_SIZE, 0x1000);
IS(L4_BASE_TASK_CAP, 0x1000);
IS(L4_BASE_FACTORY_CAP, 0x2000);
IS(L4_BASE_THREAD_CAP, 0x3000);
IS(L4_BASE_PAGER_CAP, 0x4000);
IS(L4_BASE_LOG_CAP, 0x5000);
IS(L4_BASE_ICU_CAP, 0x6000);
IS(L4_BASE_SCHEDULER_CAP, 0x7000);
IS(L4_BASE_IOMMU_CAP, 0x8000);
IS(L4_BASE_DEBUGGER_CAP, 0xa000);
IS(L4_BASE_CAPS_LAST, L4_BASE_ARM_SMCCC_CAP);

/* Flexpages, items, unmap. */
IS(sizeof(l4_fpage_t), 8);
IS(L4_FPAGE_RWX, 7);
IS(L4_FPAGE_RW, 6);
IS(L4_FPAGE_RX, 5);
IS(L4_CAP_FPAGE_RO, 4);
IS(L4_CAP_FPAGE_RW, 5);
IS(L4_CAP_FPAGE_RS, 6);
IS(L4_CAP_FPAGE_RWS, 7);
IS(L4_CAP_FPAGE_RWSD, 0xf);
IS(L4_FPAGE_C_NO_REF_CNT, 0x10);
IS(L4_FPAGE_C_IPCGATE_SVR, 0x20);
IS(L4_ITEM_MAP, 8);
IS(L4_ITEM_CONT, 1);
IS(L4_MAP_ITEM_GRANT, 2);
IS(L4_RCV_ITEM_SINGLE_CAP, 0xa);
IS(L4_RCV_ITEM_LOCAL_ID, 4);
IS(L4_FP_OTHER_SPACES, 0);
IS(L4_FP_ALL_SPACES, 0x80000000);
IS(L4_FP_DELETE_OBJ, 0xc0000000);
IS(L4_VITRINE_FP_RECURSIVE, 0x20000000);
IS(L4_PAGESHIFT, 12);
IS(L4_SUPERPAGESHIFT, 21);

/* Timeouts and errors. */
IS(sizeof(l4_timeout_t), 4);
AT(l4_timeout_t, p.snd, 2);
IS(L4_IPC_ENOT_EXISTENT, 4);
IS(L4_IPC_RETIMEOUT, 3);
IS(L4_IPC_SECANCELED, 6);
IS(L4_IPC_SEMSGCUT, 8);
IS(L4_IPC_REABORTED, 0xf);
IS(L4_IPC_SEMAPFAILED, 0x10);
IS(L4_IPC_NO_REPLY_CAP, 0x13);
IS(L4_EPERM, 1);
IS(L4_EACCESS, 13);
IS(L4_EINVAL, 22);
IS(L4_ENAMETOOLONG, 36);
IS(L4_ENOSYS, 38);
IS(L4_EBADPROTO, 39);
IS(L4_EADDRNOTAVAIL, 99);
IS(L4_EMSGTOOSHORT, 1001);
IS(L4_EDROPREPLY, 1005);
IS(L4_EIPC_HI, 2031);

/* IRQ modes, scheduler, vCPU. */
IS(L4_IRQ_F_LEVEL_HIGH, 3);
IS(L4_IRQ_F_LEVEL_LOW, 7);
IS(L4_IRQ_F_POS_EDGE, 1);
IS(L4_IRQ_F_NEG_EDGE, 5);
IS(L4_IRQ_F_BOTH_EDGE, 9);
IS(L4_ICU_FLAG_MSI, 0x80000000);
IS(L4_SCHEDULER_CLASS_WFQ, 4);
AT(l4_vcpu_state_t, user_data, 8);
AT(l4_vcpu_state_t, r, 64);
AT(l4_vcpu_state_t, i, 64 + sizeof(l4_exc_regs_t));
AT(l4_vcpu_state_t, saved_state, offsetof(l4_vcpu_state_t, state) + 2);
AT(l4_vcpu_state_t, sticky_flags, offsetof(l4_vcpu_state_t, state) + 4);
AT(l4_vcpu_state_t, user_task, offsetof(l4_vcpu_state_t, state) + 8);
IS(L4_VCPU_F_USER_MODE, 0x20);
IS(L4_VCPU_F_FPU_ENABLED, 0x80);

/* KIP. */
IS(L4_KERNEL_INFO_MAGIC, 0x4be6344c);
AT(l4_kernel_info_t, sigma0_ip, 0x10);
AT(l4_kernel_info_t, root_ip, 0x18);
AT(l4_kernel_info_t, clock, 0x20);
AT(l4_kernel_info_t, scheduler_granularity, 0x50);
AT(l4_kernel_info_t, platform_info, 0x70);

/* Opcodes of section 1. */
IS(L4_TASK_ADD_KU_MEM_OP, 3);
IS(L4_THREAD_MODIFY_SENDER_OP, 6);
IS(L4_THREAD_VCPU_CONTROL_EXT_OP, 0x10007);
IS(L4_THREAD_PF_TRAMP_CONTROL_OP, 9);
IS(L4_THREAD_AMD64_SET_SEGMENT_BASE_OP, 0x12);
IS(L4_IPC_GATE_BIND_OP, 0x10);
IS(L4_IPC_GATE_GET_INFO_OP, 0x11);
IS(L4_IRQ_SENDER_OP_BIND_VCPU, 2);
IS(L4_IRQ_OP_EOI, 4);
IS(L4_ICU_OP_SET_MODE, 6);
IS(L4_VCON_GET_ATTR_OP, 3);
IS(L4_SCHEDULER_IDLE_TIME_OP, 2);
IS(L4_PLATFORM_CTL_CPU_DISABLE_OP, 4);
IS(L4_DEBUGGER_GET_NAME_OP, 0x108);
IS(L4_DEBUGGER_OBJ_INFOS_OP, 0x110);

/* Section 4: environment and services. */
IS(sizeof(l4re_env_cap_entry_t), 32);
AT(l4re_env_t, rm, 8);
AT(l4re_env_t, mem_alloc, 16);
AT(l4re_env_t, log, 24);
AT(l4re_env_t, main_thread, 32);
AT(l4re_env_t, factory, 40);
AT(l4re_env_t, scheduler, 48);
AT(l4re_env_t, itas, 56);
AT(l4re_env_t, dbg_events, 64);
AT(l4re_env_t, first_free_cap, 72);
AT(l4re_env_t, first_free_reply_cap, 80);
AT(l4re_env_t, utcb_area, 88);
AT(l4re_env_t, first_free_utcb, 96);
AT(l4re_env_t, caps, 104);
IS(L4RE_DS_F_UNCACHEABLE, 0x20);
IS(L4RE_RM_F_SEARCH_ADDR, 0x20000);
IS(L4RE_RM_F_IN_AREA, 0x40000);
IS(L4RE_RM_F_EAGER_MAP, 0x80000);
IS(L4RE_RM_F_KERNEL, 0x100);
IS(L4RE_RM_F_RESERVED, 0x800);
IS(L4RE_MA_SUPER_PAGES, 4);
IS(SIGMA0_REQ_FPAGE_RAM, ~0xfful + 0x60);
IS(SIGMA0_REQ_KIP, ~0xfful + 0xa0);
