/*
 * vCPU: a thread that takes its events as interrupts. While it runs user
 * code (perhaps in another task), a message, page fault or exception saves
 * its registers in the state below and enters it at entry_ip.
 *
 * The state lies in kernel-user memory (l4_thread_vcpu_control()).
 * I1  state bits are cleared on entry and what they were is in saved_state.
 *
 * Source: ABI.md section 2, "vCPU"; section 3, "vCPU".
 */
#ifndef L4_SYS_VCPU_H
#define L4_SYS_VCPU_H

#include <l4/sys/types.h>
#include <l4/sys/utcb.h>

#if defined(__x86_64__)
#include <l4/sys/arch/amd64/vcpu.h>
#elif defined(__aarch64__)
#include <l4/sys/arch/arm64/vcpu.h>
#elif defined(__riscv)
#include <l4/sys/arch/riscv/vcpu.h>
#else
#error "this architecture has no <l4/sys/arch/.../vcpu.h>"
#endif

typedef l4_exc_regs_t l4_vcpu_regs_t;

/* A message that came as an event. */
typedef struct l4_vcpu_ipc_regs_t {
    l4_msgtag_t tag;
    l4_umword_t label;
} l4_vcpu_ipc_regs_t;

typedef struct l4_vcpu_state_t {
    l4_umword_t version; /* L4_VCPU_STATE_VERSION */
    l4_umword_t user_data[7];
    l4_vcpu_regs_t r;
    l4_vcpu_ipc_regs_t i;
    l4_uint16_t state;        /* L4_VCPU_F_* */
    l4_uint16_t saved_state;  /* L4_VCPU_F_* before the entry */
    l4_uint16_t sticky_flags; /* L4_VCPU_SF_* */
    l4_uint16_t _reserved;
    l4_cap_idx_t user_task; /* where user mode runs; low bits: flags */
    l4_umword_t entry_sp;
    l4_umword_t entry_ip;
    l4_umword_t reserved_sp;
    l4_vcpu_arch_state_t arch_state;
} l4_vcpu_state_t;

enum L4_vcpu_state_flags {
    L4_VCPU_F_IRQ = 0x01,         /* messages may enter */
    L4_VCPU_F_PAGE_FAULTS = 0x02, /* page faults enter */
    L4_VCPU_F_EXCEPTIONS = 0x04,  /* exceptions enter */
    L4_VCPU_F_USER_MODE = 0x20,   /* runs in user_task */
    L4_VCPU_F_FPU_ENABLED = 0x80,
};

enum L4_vcpu_sticky_flags {
    L4_VCPU_SF_IRQ_PENDING = 0x01, /* a message waits */
};

enum {
    L4_VCPU_STATE_SIZE = 0x200,
    L4_VCPU_STATE_EXT_SIZE = 0x1000,
    L4_VCPU_OFFSET_EXT_INFOS = 0x200,
    L4_VCPU_OFFSET_EXT_STATE = 0x400,
};

_Static_assert(sizeof(l4_vcpu_state_t) <= L4_VCPU_STATE_SIZE, "layout");

/* 1: the kernel that made the state has this header's layout. */
L4_INLINE int l4_vcpu_check_version(l4_vcpu_state_t const *vcpu)
{
    return vcpu->version == L4_VCPU_STATE_VERSION;
}

#endif
