/*
 * Given: threads of this program, and work for them.
 */
#ifndef THREADS_H
#define THREADS_H

#include <l4/sys/types.h>

/* Starts `function` as a thread with a priority; its capability. */
l4_cap_idx_t thread_start(void (*function)(void), unsigned priority);

/* Sets the priority of a thread of this program, also one's own. */
void thread_priority(l4_cap_idx_t thread, unsigned priority);

/* About that many microseconds of computing. */
void work(unsigned us);

#endif
