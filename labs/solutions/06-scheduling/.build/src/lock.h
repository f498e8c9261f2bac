/*
 * A lock that jobs of several priorities share.
 */
#ifndef LOCK_H
#define LOCK_H

#include <l4/sys/types.h>

/* No job that takes the lock has a higher priority. */
enum { LOCK_CEILING = 35 };

void lock_init(void);

/* `self` is the calling thread, `priority` the one it has. */
void lock_acquire(l4_cap_idx_t self, unsigned priority);
void lock_release(l4_cap_idx_t self, unsigned priority);

#endif
