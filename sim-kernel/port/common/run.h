/*
 * How a machine runs, alike in all ports: from a trap through the core to who
 * runs next; idling; the time limit; several CPUs.
 *
 *   user mode --trap--> entry.S --> machine_trap() of the port
 *        ^                            run_enter()  the kernel's lock
 *        |                            core_...()
 *        +---- machine_resume <------ run_next()   who runs, or idles;
 *                                                  the lock is free again
 *
 * There is one kernel lock (docs/design/05-many-cpus.md), a ticket lock: who
 * waited longest is next. A machine with one CPU takes none.
 *
 * A CPU is called out of user mode by an interrupt (machine_ring()), which
 * says nothing: what there is to do stands in memory, under the lock. So rings
 * may merge, and one that finds its CPU in the kernel is done already.
 *
 * I1  in_user is set by the CPU itself under the lock, and taken back without
 *     it, before it asks for the lock: who waits for that never waits for
 *     somebody who needs the lock.
 * I2  a CPU that is not in user mode has no thread's values in its
 *     floating-point registers (with one CPU they stay where they are).
 * I3  a CPU that is told to flush does so before it is in user mode again.
 */
#ifndef PORT_RUN_H
#define PORT_RUN_H

#include "port.h"

enum { RUN_CPUS_MAX = 8 };

struct run_cpu {
    bool in_user; /* atomic; I1 */
    /* under the kernel lock: */
    bool idle;   /* waits for an interrupt */
    bool kicked; /* since it went idle */
    bool told;   /* port_irq_pending() said yes: not idle, whatever happens */
    bool flush;  /* its translations are old; I3 */
    uint64_t timer; /* ns, what the core asked for; ~0: nothing */
};

extern unsigned run_cpu_count; /* constant after run_init() */
extern struct run_cpu run_cpus[RUN_CPUS_MAX];

/* Once, on the boot CPU, before anything else here: takes the lock. */
void run_init(unsigned cpus);

/* The trap of `f` has come: the kernel is this CPU's. False: f does not run
 * here any more, its trap never happened (interrupts are still to be served).
 */
bool run_enter_locked(const struct port_frame *f);
static inline bool run_enter(const struct port_frame *f)
{
    return run_cpu_count == 1 || run_enter_locked(f);
}

/* Whose registers to load; the kernel is somebody else's then. */
struct port_frame *run_next(void);

/* A CPU that was just started waits for its turn, and for work. */
struct port_frame *run_first(void);

/* The CPU's timer has fired: the limit of the run, or the core's. */
void run_timer(void);

/* Other CPUs use no translation of s that is older than this call, when it is
 * over; those in user mode there are out of it. */
void run_stop_in(const struct port_space *s);
/* The same for instructions that were read as data before. */
void run_stop_for_code(const struct port_space *s);

/* --- by each port --------------------------------------------------------- */

/* Does an interrupt wait for this CPU? */
bool machine_irq_pending(void);
/* Tells the core about all that wait. */
void machine_deliver(void);
/* Could a device's interrupt still come? */
bool machine_irq_waits(void);
/* Until an interrupt waits; interrupts are off, and at once if one does. */
void machine_wait(void);
/* At `when` (ns) machine_deliver() calls run_timer(); ~0: never. */
void machine_timer_program(uint64_t when);
/* An interrupt for CPU `cpu`, which machine_deliver() there forgets. */
void machine_ring(unsigned cpu);
/* In a loop that waits for another CPU: lets it go on, if it needs us to. */
void machine_relax(void);
/* Translations and instructions are read anew, on this CPU. */
void machine_flush(void);
/* f runs next: the floating-point registers are at hand if they hold its
 * values, else its first use of them traps. */
void machine_load_fpu(struct port_frame *f);
/* They become nobody's; what they held is in its frame. */
void machine_park_fpu(void);

#endif
