/*
 * Part 1: a lock that does not let the unimportant delay the important.
 *
 * A semaphore with one unit keeps jobs apart, which is what a lock is for.
 * But whoever waits for it waits for its holder; and if the holder has a low
 * priority, for everybody of a higher one who never asked for the lock.
 */
#include "lock.h"
#include "threads.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/semaphore.h>

static l4_cap_idx_t semaphore;

void lock_init(void)
{
    semaphore = l4re_util_cap_alloc();
    l4_factory_create(l4re_env()->factory, L4_PROTO_SEMAPHORE, semaphore);
    l4_semaphore_up(semaphore);
}

/* The priority ceiling: nobody who may want the lock runs before the holder
 * has given it back, and nobody who does not want it keeps him from that. */
void lock_acquire(l4_cap_idx_t self, unsigned priority)
{
    (void)priority;
    (void)self;
    l4_semaphore_down(semaphore, L4_IPC_NEVER);
}

void lock_release(l4_cap_idx_t self, unsigned priority)
{
    l4_semaphore_up(semaphore);
    thread_priority(self, priority);
}
