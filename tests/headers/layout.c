/*
 * Sizes and layouts of the interface against ABI.md, at compile time; its
 * numbers are in names.txt.
 * Compiled for every architecture by check_alone.sh; there is nothing to run.
 */
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <l4/sys/vcpu.h>
#include <l4/vitrine/revoke.h>
#include <stddef.h>

#define IS(a, b)         _Static_assert((a) == (b), #a " is " #b)
#define AT(type, f, off) _Static_assert(offsetof(type, f) == (off), #f)

/* Section 2, UTCB. */
AT(l4_buf_regs_t, br, 8);
AT(l4_thread_regs_t, free_marker, 8);
AT(l4_thread_regs_t, user, 16);
#if defined(__x86_64__)
IS(sizeof(l4_exc_regs_t), 26 * 8);
AT(l4_exc_regs_t, r15, 0);
AT(l4_exc_regs_t, r8, 7 * 8);
AT(l4_exc_regs_t, rdi, 8 * 8);
AT(l4_exc_regs_t, rsi, 9 * 8);
AT(l4_exc_regs_t, rbp, 10 * 8);
AT(l4_exc_regs_t, pfa, 11 * 8);
AT(l4_exc_regs_t, rbx, 12 * 8);
AT(l4_exc_regs_t, rdx, 13 * 8);
AT(l4_exc_regs_t, rcx, 14 * 8);
AT(l4_exc_regs_t, rax, 15 * 8);
AT(l4_exc_regs_t, trapno, 16 * 8);
AT(l4_exc_regs_t, err, 17 * 8);
AT(l4_exc_regs_t, ip, 18 * 8);
AT(l4_exc_regs_t, flags, 20 * 8);
AT(l4_exc_regs_t, sp, 21 * 8);
AT(l4_exc_regs_t, ss, 22 * 8);
AT(l4_exc_regs_t, fs_base, 23 * 8);
AT(l4_exc_regs_t, gs_base, 24 * 8);
IS(L4_VCPU_STATE_VERSION, 0x26);
#elif defined(__aarch64__)
IS(sizeof(l4_exc_regs_t), 40 * 8);
AT(l4_exc_regs_t, err, 33 * 8);
AT(l4_exc_regs_t, pc, 36 * 8);
#elif defined(__riscv)
IS(sizeof(l4_exc_regs_t), 37 * 8);
AT(l4_exc_regs_t, sp, 2 * 8);
AT(l4_exc_regs_t, pc, 32 * 8);
AT(l4_exc_regs_t, status, 33 * 8);
AT(l4_exc_regs_t, cause, 34 * 8);
AT(l4_exc_regs_t, tval, 35 * 8);
AT(l4_exc_regs_t, hstatus, 36 * 8);
#endif

/* Message tag and protocols. */
IS(sizeof(l4_msgtag_t), 8);

/* Capability selectors and flags. */
IS(L4_BASE_CAPS_LAST, L4_BASE_ARM_SMCCC_CAP);

/* Flexpages, items, unmap. */
IS(sizeof(l4_fpage_t), 8);
IS(L4_VITRINE_FP_RECURSIVE, 0x20000000);

/* Timeouts and errors. */
IS(sizeof(l4_timeout_t), 4);
AT(l4_timeout_t, p.snd, 2);

/* IRQ modes, scheduler, vCPU. */
AT(l4_vcpu_state_t, user_data, 8);
AT(l4_vcpu_state_t, r, 64);
AT(l4_vcpu_state_t, i, 64 + sizeof(l4_exc_regs_t));
AT(l4_vcpu_state_t, saved_state, offsetof(l4_vcpu_state_t, state) + 2);
AT(l4_vcpu_state_t, sticky_flags, offsetof(l4_vcpu_state_t, state) + 4);
AT(l4_vcpu_state_t, user_task, offsetof(l4_vcpu_state_t, state) + 8);
AT(l4_vcpu_state_t, entry_sp, offsetof(l4_vcpu_state_t, state) + 16);
AT(l4_vcpu_state_t, entry_ip, offsetof(l4_vcpu_state_t, state) + 24);
AT(l4_vcpu_state_t, reserved_sp, offsetof(l4_vcpu_state_t, state) + 32);
AT(l4_vcpu_state_t, arch_state, offsetof(l4_vcpu_state_t, state) + 40);

/* KIP. */
AT(l4_kernel_info_t, sigma0_ip, 0x10);
AT(l4_kernel_info_t, root_ip, 0x18);
AT(l4_kernel_info_t, clock, 0x20);
AT(l4_kernel_info_t, scheduler_granularity, 0x50);
AT(l4_kernel_info_t, platform_info, 0x70);

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
