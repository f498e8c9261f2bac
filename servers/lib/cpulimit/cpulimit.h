/*
 * Limits of CPU time: a program's threads, all together, run for so long and
 * no longer.
 *
 *      program --run_thread--> [ a limit: notes the thread ] --> scheduler
 *                                    ^ looks: thread_stats_time
 *                                    |
 *      parent <--irq-- watch, a thread above all priorities it limits
 *
 * A limit is a scheduler that is put before the program's own: a thread runs
 * only once a scheduler was told so, so no thread of the program is missed.
 * Who has used up its time is held at once, at priority HELD; its parent hears
 * of it and ends it.
 *
 * It is looked again when the time left could be over, at least every LOOK_US:
 * what is used beyond the limit is at most 1 ms a CPU. A thread that has ended
 * in between counts as if it had run all the time since the last look, so that
 * short threads are no way around it.
 *
 * Not counted: what servers do for the program.
 */
#ifndef CPULIMIT_H
#define CPULIMIT_H

#include <l4/sys/types.h>

enum { CPULIMIT_SIGNAL = 24 }; /* SIGXCPU: what its end is called */

/*
 * A scheduler into `slot`, which passes on to `scheduler` and lets its user
 * have `us` of CPU time in all. It ends with the last capability to it. The
 * first call starts the watching thread; `irq` is triggered from then on
 * whenever somebody's time is used up. -L4_ENOMEM: no thread, or no memory.
 */
long cpulimit_make(l4_cap_idx_t slot, l4_cap_idx_t scheduler,
                   l4_kernel_clock_t us, l4_cap_idx_t irq);

/* The slot of one that is used up, each once; L4_INVALID_CAP: none (more). */
l4_cap_idx_t cpulimit_used_up(void);

#endif
