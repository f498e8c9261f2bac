/*
 * Offsets the assembly shares with C, asserted in the host's cpu_host_*.c.
 */
#ifndef HW_CPU_OFFSETS_H
#define HW_CPU_OFFSETS_H

#include "user_abi.h"

/* The CPU model's own part of the CPU block (struct hw_user_block, own[]). */
#define BLOCK_REGS    HW_USER_OWN          /* struct hw_regs * of the run */
#define BLOCK_HOST_SP (HW_USER_OWN + 0x08) /* where a trap returns to */
#define BLOCK_IN_USER (HW_USER_OWN + 0x10) /* user code is running */
#define BLOCK_HOST_TP (HW_USER_OWN + 0x18) /* host's FS base, TPIDR_EL0 */
#define BLOCK_JUMP    (HW_USER_OWN + 0x20) /* target of a full restore */
#define BLOCK_FAST_TP (HW_USER_OWN + 0x28) /* FSGSBASE may be used */
#define BLOCK_TP      (HW_USER_OWN + 0x30) /* FS base in force */
#define BLOCK_LEND_TP (HW_USER_OWN + 0x38) /* hw_cpu_lend_tp() */

/* Doors: what hw_cpu_enter() returns. */
#define DOOR_SYSCALL     0
#define DOOR_ACCESS      1
#define DOOR_STEP        2
#define DOOR_MMIO        3
#define DOOR_SIGNAL      4
#define DOOR_SYSCALL_FPU 5
#define DOOR_STEPPED     16 /* with any: the program's TF was set */

/* struct hw_cpu, which begins with the block: room for FPU state. */
#define CPU_FPU (HW_USER_BLOCK_SIZE + 0x08)

/* struct hw_regs */
#if defined(__x86_64__)
#define REGS_RBX     0x00
#define REGS_RBP     0x08
#define REGS_R12     0x10
#define REGS_R13     0x18
#define REGS_R14     0x20
#define REGS_R15     0x28
#define REGS_RSP     0x30
#define REGS_RIP     0x38
#define REGS_RAX     0x40
#define REGS_RCX     0x48
#define REGS_RDX     0x50
#define REGS_RSI     0x58
#define REGS_RDI     0x60
#define REGS_R8      0x68
#define REGS_R9      0x70
#define REGS_R10     0x78
#define REGS_R11     0x80
#define REGS_RFLAGS  0x88
#define REGS_TP      0x90
#define REGS_FPU     0xa0
#define REGS_FULL    0xa8
#define REGS_CONTROL 0xb8
#else
#define REGS_X(n)    (8 * (n))
#define REGS_SP      0xf8
#define REGS_PC      0x100
#define REGS_D(n)    (0x110 + 8 * (n))
#define REGS_TP      0x150
#define REGS_FPU     0x160
#define REGS_FULL    0x168
#define REGS_CONTROL 0x178
/* In a kept FPU state (cpu_host_aarch64.c): the record of vector registers. */
#define FPU_RECORD   592
#endif

#endif
