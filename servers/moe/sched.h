/*
 * Scheduler proxies: a scheduler with limits.
 */
#ifndef MOE_SCHED_H
#define MOE_SCHED_H

#include "object.h"

struct sched {
    struct object object;
    l4_umword_t limit, offset; /* priorities: see sched_create() */
    l4_umword_t cpus;          /* bit i: CPU i may be used */
    struct sched *next_bound;  /* sched_line.c's */
    bool is_bound;
};

extern const struct object_ops sched_ops;

/* limit 1..255: no thread gets a higher priority; offset 0..limit - 1: is
 * added to what is asked for; cpus: at least one. 0, -L4_EINVAL, -L4_ENOMEM. */
long sched_create(struct allocator *owner, l4_umword_t limit,
                  l4_umword_t offset, l4_umword_t cpus,
                  struct sched **ret_sched);

#endif
