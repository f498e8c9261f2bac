/*
 * The CPU model's parts, and what they need of a host architecture.
 *
 * cpu.c runs the loop; cpu_signal.c is the signal door, and reads and writes
 * signal frames through cpu_host_<arch>.c; cpu_<arch>.S switches stacks. Code
 * that runs between a host signal and hw_host_tp_restore() must not touch
 * thread-local storage: the user's thread pointer may still be in force.
 */
#ifndef HW_CPU_HOST_H
#define HW_CPU_HOST_H

#include "cpu.h"
#include "cpu_offsets.h"
#include <signal.h>
#include <sys/types.h>
#include <ucontext.h>

/* What a host signal told about user code. */
struct hw_signal {
    int signo;
    uint64_t address;
    unsigned access; /* HW_ACCESS_* of a page fault, 0: not one */
    bool step;       /* a single step */
};

struct hw_cpu {
    struct hw_user_block block; /* first: its address is GS base, x18 */
    struct hw_mmu *mmu;
    void *fpu; /* room for the next FPU state to be kept, at CPU_FPU */
    pid_t tid; /* host thread that runs it */
    bool (*out)(void *data), (*back)(void *data); /* hw_cpu_around() */
    void *around;
    struct hw_signal signal;
    bool arrives; /* a program that is stepped: its next trap is the first
                   * instruction's, not executed yet */
    uint64_t last_address, last_ip; /* page fault resolved last ... */
    int64_t last_budget;
    unsigned repeats; /* ... and how often without a step between */
};

/* Assembly. Enters user code with `regs` (also noted in the block); returns
 * DOOR_* when it traps. Its text lies in [hw_cpu_text, hw_cpu_text_end). */
int hw_cpu_enter(struct hw_user_block *block, struct hw_regs *regs);
extern const char hw_cpu_text[], hw_cpu_text_end[];
void hw_cpu_entry_syscall(void);
void hw_cpu_entry_access(void);
void hw_cpu_entry_step(void);
void hw_cpu_entry_mmio(void);
void hw_cpu_entry_signal(void);
void hw_cpu_entry_syscall_fpu(void);

/* From now on the handler knows the CPU. False: there are too many. */
bool hw_signal_register(struct hw_cpu *c);
void hw_signal_unregister(struct hw_cpu *c);
/* Gives this host thread a signal stack, for its life. */
void hw_signal_stack_make(void);
/* All CPUs are this thread's. */
void hw_signal_forked(pid_t thread);

/* Own part of the block, by offset. */
static inline uint64_t *hw_block_own(struct hw_user_block *b, unsigned offset)
{
    return &b->own[(offset - HW_USER_OWN) / sizeof(uint64_t)];
}

/* Program counter and stack pointer. */
static inline uint64_t hw_regs_ip(const struct hw_regs *r)
{
#if defined(__x86_64__)
    return r->rip;
#else
    return r->pc;
#endif
}

static inline uint64_t hw_regs_sp(const struct hw_regs *r)
{
#if defined(__x86_64__)
    return r->rsp;
#else
    return r->sp;
#endif
}

/* The three arguments of ACCESS and MMIO, and the fourth of MMIO, in the
 * registers of the call door. */
uint64_t hw_regs_argument(const struct hw_regs *r, unsigned n);

/* Makes the block findable for user code on this host thread, and notes the
 * host's thread pointer. */
void hw_host_bind(struct hw_cpu *c);
/* Only the first, for a CPU that this host thread ran before. */
void hw_host_point(struct hw_cpu *c);
/* After a signal: the host's thread pointer and our block pointer again. */
void hw_host_tp_restore(struct hw_cpu *c);
pid_t hw_host_gettid(void);

/* Bytes of one saved FPU state. */
size_t hw_host_fpu_size(void);
/* Makes room (all zero) ready for SYSCALL_FPU to save to, and a state of its
 * own meanwhile: registers as a program starts with, but these control words
 * (struct hw_regs). */
void hw_host_fpu_init(void *fpu, uint64_t control);
/* Saves the whole user state from a signal frame to `r` and `fpu`. */
void hw_host_save(const ucontext_t *uc, struct hw_regs *r, void *fpu);
uint64_t hw_host_frame_ip(const ucontext_t *uc);
/* HW_ACCESS_* if the signal is a page fault, else 0. */
unsigned hw_host_access(int signo, const siginfo_t *info, const ucontext_t *uc);
/* The signal is a single step, which the program's flags asked for. */
bool hw_host_is_step(int signo, const ucontext_t *uc);
/* `r`, not full, came through a door while it was stepped: it is full, and
 * goes on being stepped. Without FPU state if none is kept. */
void hw_host_step_on(struct hw_regs *r);
/* Makes the signal return to hw_cpu_entry_signal on the host stack. */
void hw_host_redirect(ucontext_t *uc, struct hw_cpu *c);
/* Readies registers for a full restore: clears flags a program may not set.
 */
void hw_host_prepare_full(struct hw_cpu *c, struct hw_regs *r);

#endif
