/*
 * POSIX threads are L4 threads: the bridge between the two names.
 * Source-compatible with L4Re's header of the same name.
 */
#ifndef PTHREAD_L4_H
#define PTHREAD_L4_H

#include <pthread.h>
#include <l4/sys/types.h>

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

#endif
