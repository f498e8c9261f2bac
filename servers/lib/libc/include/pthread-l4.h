/*
 * POSIX threads are L4 threads: the bridge between the two names.
 * Source-compatible with L4Re's header of the same name.
 */
#ifndef PTHREAD_L4_H
#define PTHREAD_L4_H

#include <pthread.h>
#include <l4/sys/types.h>

L4_BEGIN_DECLS

/*
 * The capability of a thread. `thread` must not have ended (as for every
 * pthread function); L4_INVALID_CAP when it is not known.
 */
l4_cap_idx_t pthread_l4_cap(pthread_t thread);

/* The older name of the same. */
static inline l4_cap_idx_t pthread_getl4cap(pthread_t thread)
{
    return pthread_l4_cap(thread);
}

/*
 * A thread that does not run before somebody tells the scheduler of it: set in
 * an attribute, attr.create_flags |= PTHREAD_L4_ATTR_NO_START. It has its
 * capability, stack and first instruction; l4_scheduler_run_thread() with any
 * parameters, or a POSIX call that sets its priority or CPUs, lets it run.
 */
enum { PTHREAD_L4_ATTR_NO_START = 0x10000 };

/* A word of musl's attributes that it leaves alone. */
#define create_flags __u.__i[10]

/* A policy: priorities are the kernel's. Here all policies are this one. */
#define SCHED_L4 8

/* Calls function() for each POSIX thread there is. Threads that begin or end
 * meanwhile may be left out, or be gone when it looks. */
void pthread_l4_for_each_thread(void (*function)(pthread_t thread));

L4_END_DECLS

#endif
