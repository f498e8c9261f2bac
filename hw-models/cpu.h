/*
 * CPU: runs user code natively until a trap.
 *
 * hw_cpu_run() loads the user's registers and goes to user code on the host
 * thread that called it; it returns when user code traps. Traps come through
 * two doors:
 *   calls   the compiled-in checks, the step hook, the system-call stub
 *           (user_abi.h): only callee-saved registers are live
 *   signals SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP on an alternate stack:
 *           all registers and the FPU state are live
 * A soft-TLB miss that the page table answers is resolved inside and does
 * not return. Nothing here calls a host system call on the call door.
 *
 * Where a trap leaves the registers: rip (pc) is always an address in the
 * program's own code, never in the simulator. On the call door it is the
 * return address of the call to the stub, and sp is as if the stub had
 * returned. A check that failed has not happened yet, though: `retry` says
 * which, and the next hw_cpu_run() does it again before the program goes on,
 * so a page fault answered by a pager continues and one not answered faults
 * again. If rip is no longer `retry_ip` (the kernel moved the thread), there
 * is nothing to do again. On the signal door rip is the instruction that
 * faulted, which simply runs again.
 *
 * Before user code is entered its rip must be executable, else the run ends
 * at once with HW_TRAP_FAULT at rip. All-zero registers with rip, sp and a
 * first argument (rdi, x0) start a thread.
 *
 * Simplified: the sticky exception flags of MXCSR are not kept over a call-
 * door trap; rounding modes and masks are (they are callee-saved).
 */
#ifndef HW_CPU_H
#define HW_CPU_H

#include "cpu_tp.h"
#include "mmu.h"
#include <stdbool.h>
#include <stdint.h>

/* User registers. The first part is known to the assembly. */
struct hw_regs {
#if defined(__x86_64__)
    uint64_t rbx, rbp, r12, r13, r14, r15; /* live in every trap */
    uint64_t rsp, rip;
    uint64_t rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11, rflags;
#elif defined(__aarch64__)
    uint64_t x[31], sp, pc, pstate; /* x19..x30, sp, pc live in every trap */
    uint64_t d[8];                  /* d8..d15, if not `full` */
#else
#error "no CPU model for this host"
#endif
    uint64_t tp;       /* thread pointer: FS base, TPIDR_EL0; 0: unused, and
                          the register is the host's own meanwhile */
    uint64_t utcb;     /* user address of the UTCB, for the CPU block */
    void *fpu;         /* room for FPU state (host memory), live if `full` */
    uint8_t full;      /* all registers are live (signal door), else only
                          the callee-saved ones, result registers, pc, sp */
    uint8_t kept;      /* not full, but `fpu` is live: SYSCALL_FPU */
    uint8_t retry;     /* enum hw_retry: a check to do again */
    uint64_t retry_ip; /* ... unless the thread was moved from here */
    uint64_t control;  /* FPU control words if not the default, else 0 */
};

enum hw_retry { HW_RETRY_NONE, HW_RETRY_ACCESS, HW_RETRY_STEP, HW_RETRY_MMIO };

enum hw_trap_kind {
    HW_TRAP_SYSCALL,   /* regs hold the arguments as user_abi.h says */
    HW_TRAP_FAULT,     /* page fault: address, access */
    HW_TRAP_EXCEPTION, /* signo, address */
    HW_TRAP_BUDGET,    /* the steps given are used up (or interrupted) */
    HW_TRAP_MMIO,      /* device access: address, size, access, value, pa */
};

struct hw_trap {
    enum hw_trap_kind kind;
    uint64_t address;
    unsigned access; /* HW_ACCESS_*; MMIO: R or W */
    int signo;       /* host signal of an exception */
    bool step;       /* ... SIGTRAP: after one instruction (TF) */
    uint64_t pa, value;
    unsigned size;
};

struct hw_cpu; /* opaque */

/* One per simulated CPU, used by one host thread at a time. Installs signal
 * handlers once per process. NULL: *ret_error = errno. */
struct hw_cpu *hw_cpu_new(struct hw_mmu *mmu, int *ret_error);
void hw_cpu_free(struct hw_cpu *c);
struct hw_user_block *hw_cpu_block(struct hw_cpu *c);

/* Runs at most about `budget` steps (basic blocks); *ret_steps is what was
 * really executed, exact and reproducible. */
void hw_cpu_run(struct hw_cpu *c, struct hw_regs *regs, int64_t budget,
                struct hw_trap *ret_trap, int64_t *ret_steps);
/* For a host thread that shares the models with others: `out` is called just
 * before user code is entered (false: it may not be now, and the run ends with
 * HW_TRAP_BUDGET), `back` just after (false: the registers are not the run's
 * any more; it ends so, too, without touching them). In between nothing of
 * the CPU's model runs but user code and the signal door. */
void hw_cpu_around(struct hw_cpu *c, bool (*out)(void *data),
                   bool (*back)(void *data), void *data);
/* Result of a device read, before the regs run again. */
void hw_regs_set_mmio(struct hw_regs *r, uint64_t value);
/* `to` goes on with the FPU and vector registers of `from`, if they are live
 * there; else with fresh ones. */
void hw_regs_copy_fpu(struct hw_regs *to, const struct hw_regs *from);
/* Frees saved FPU state. */
void hw_regs_release(struct hw_regs *r);
/* This process is a copy, made by fork(), of one whose CPUs all ran on the
 * thread that called it: they are this thread's. */
void hw_cpu_forked(void);
/* A signal that no user code was running for (a bug of the simulator): the
 * handler calls this instead. Default: restores the default action. */
void hw_cpu_on_crash(void (*handler)(int signo, uint64_t address,
                                     uint64_t host_ip));

#endif
