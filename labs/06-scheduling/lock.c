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
    /* TODO: as it is, nobody is ever kept out */
    semaphore = l4re_util_cap_alloc();
}

void lock_acquire(l4_cap_idx_t self, unsigned priority)
{
    (void)self;
    (void)priority;
    (void)semaphore;
    /* TODO: take it; and see that the holder is not kept from giving it
     * back. thread_priority() may help. */
}

void lock_release(l4_cap_idx_t self, unsigned priority)
{
    (void)self;
    (void)priority;
}
