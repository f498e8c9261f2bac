/*
 * Simulated CPUs, for the two ways to run them: in turns on one host thread
 * (cpus.c), or each on its own (parallel.c).
 */
#ifndef SIM_CPUS_H
#define SIM_CPUS_H

#include "machine.h"
#include <pthread.h>
#include <stdatomic.h>

enum { CPUS_MAX = 32 };

struct cpu {
    unsigned number;
    struct hw_cpu *cpu;
    uint64_t now; /* stale for the selected one */
    bool idle;
    uint64_t kicked; /* time of an unanswered port_ipi(), HW_NEVER: none */
    /* CPU 0's are in machine.c */
    struct hw_clock clock;
    struct hw_timer timer;
    bool timer_raised;
    /* parallel only */
    atomic_bool in_user;      /* user code runs, without the kernel lock */
    struct port_frame *frame; /* whose user code */
};

extern struct cpu cpus[CPUS_MAX];
extern unsigned cpu_count;

/* cpus.c. The kernel, the clock and the models are about CPU i. */
void cpu_select(unsigned i);
/* When the CPU's own timer or devices want it, HW_NEVER: not. */
uint64_t cpu_due(unsigned i);
/* The selected CPU: fires what is due and tells the kernel. */
void cpu_deliver(struct cpu *c);
/* Time of the CPU that is furthest. */
uint64_t cpus_latest(void);
bool cpus_are_idle(void);
/* All are: on to the next event, or the end. CPU 0 is selected then. */
void cpus_idle(void);

/* parallel.c */
_Noreturn void parallel_run(void);
/* Does another CPU wait for the kernel lock? */
bool parallel_is_wanted(void);
void parallel_kick(struct cpu *c);
void parallel_stop(struct cpu *c);

#endif
