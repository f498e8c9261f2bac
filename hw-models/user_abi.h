/*
 * What simulated user code and the simulator share: the CPU block.
 *
 * User code built for the simulator finds one block per simulated CPU: on
 * x86-64 through the GS segment register, on aarch64 through x18 (programs
 * are compiled with -ffixed-x18). The outline checks GCC puts before each
 * access, the step hook of each basic block and the system-call stub (all in
 * servers/lib/sim/) read and write it; nothing else may.
 *
 * Offsets are fixed here for the assembly. The stubs write BUDGET (the step
 * hook counts it down), CODE_PAGE and STACK_PAGE (after finding the page in
 * the TLB); everything else is written by the simulator only. What is left of
 * the budget tells the time: CLOCK less BUDGET steps.
 */
#ifndef HW_USER_ABI_H
#define HW_USER_ABI_H

#define HW_USER_UTCB        0x00 /* user address of the UTCB: amd64's gs:0 */
#define HW_USER_BUDGET      0x08 /* int64: steps left; below 0: slow path */
#define HW_USER_TLB         0x10 /* struct hw_tlb_entry * of this space */
#define HW_USER_SYSCALL     0x18 /* entry: see below */
#define HW_USER_ACCESS      0x20 /* entry: an access the TLB does not know */
#define HW_USER_STEP        0x28 /* entry: budget over, or code/stack page */
#define HW_USER_MMIO        0x30 /* entry: device register access */
#define HW_USER_CODE_PAGE   0x38 /* va >> 12 last seen executable */
#define HW_USER_STACK_PAGE  0x40 /* va >> 12 last seen writable by SP */
#define HW_USER_SYSCALL_FPU 0x48 /* entry: as SYSCALL */
#define HW_USER_CLOCK       0x50 /* virtual time (ns) when BUDGET is 0 */
#define HW_USER_OWN         0x58 /* from here on: the CPU model's own */
#define HW_USER_BLOCK_SIZE  0x100

/* The soft TLB: direct mapped, HW_TLB_ENTRIES of 32 bytes, index
 * (va >> 12) % HW_TLB_ENTRIES. A tag is va >> 12, or ~0: no such access. */
#define HW_TLB_ENTRIES 256
#define HW_TLB_SHIFT   5 /* log2(sizeof(struct hw_tlb_entry)) */
#define HW_TLB_READ    0
#define HW_TLB_WRITE   8
#define HW_TLB_EXEC    16

/*
 * Entries are jumped to from a stub that was called by compiled code. The
 * return address into that code is in r11, popped off the stack (x86-64), or
 * in x30. It is the stub that pops, so that a bad stack pointer faults in
 * user code. The SYSCALL stub is jumped to as well: the simulator comes back
 * by a jump, and a call that no return answers makes the host mispredict the
 * returns after it.
 *
 *  SYSCALL  x86-64: rax tag, rdx dest|flags, r8 timeouts, rsi label
 *           -> rax tag, rsi label. aarch64: x0 tag, x1 dest, x2 timeouts,
 *           x3 label -> x0 tag, x3 label.
 *  SYSCALL_FPU the same; and what the floating-point and vector registers hold
 *           is kept for others to be given (hw_regs_copy_fpu()).
 *  ACCESS   rdi/x0 address, rsi/x1 size in bytes, rdx/x2 access (4 R, 2 W);
 *           returns when the access is permitted and mapped.
 *  STEP     no arguments; returns when the thread runs on.
 *  MMIO     rdi/x0 address, rsi/x1 size 1, 2, 4, 8, rdx/x2 1: write,
 *           rcx/x3 value -> rax/x0 value read.
 *
 * All keep what the C calling convention keeps, and clobber the rest.
 */

#ifndef __ASSEMBLER__
#include <stdint.h>

struct hw_tlb_entry {
    uint64_t read, write, exec, unused;
};

struct hw_user_block {
    uint64_t utcb;
    int64_t budget;
    struct hw_tlb_entry *tlb;
    void *entry_syscall, *entry_access, *entry_step, *entry_mmio;
    uint64_t code_page, stack_page;
    void *entry_syscall_fpu;
    uint64_t clock;
    uint64_t own[21];
};
_Static_assert(sizeof(struct hw_user_block) == HW_USER_BLOCK_SIZE, "layout");
_Static_assert(sizeof(struct hw_tlb_entry) == 1 << HW_TLB_SHIFT, "layout");
#endif

#endif
