/*
 * Timeouts: what is to happen at a time, in a heap ordered by it (heap.h).
 *
 * Set, move and cancel O(log n) at the worst; read of the earliest O(1).
 */
#ifndef CORE_TIMEOUT_H
#define CORE_TIMEOUT_H

#include "heap.h"

#define TIME_NEVER (~0ull)

struct timeout {
    struct heap_node node; /* key: when, ns */
};

struct timeout_queue {
    struct heap heap;
};

void timeout_init(struct timeout *t);
/* Sets (or moves) t to `when`. Among equals: first set, first fired. */
void timeout_set(struct timeout_queue *q, struct timeout *t, uint64_t when);
void timeout_cancel(struct timeout *t);
static inline bool timeout_is_set(const struct timeout *t)
{
    return heap_is_in(&t->node);
}
/* Time of the earliest, TIME_NEVER: none. */
static inline uint64_t timeout_next(const struct timeout_queue *q)
{
    const struct heap_node *n = heap_first(&q->heap);
    return n ? n->key : TIME_NEVER;
}
/* Takes off and returns the earliest that is due at `now`; NULL: none. */
struct timeout *timeout_pop(struct timeout_queue *q, uint64_t now);
void timeout_check(const struct timeout_queue *q);

#endif
