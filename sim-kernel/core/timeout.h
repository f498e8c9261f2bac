/*
 * Timeouts: what is to happen at a time, in a pairing heap.
 *
 *        earliest
 *        /   |   \        each node: first child, next sibling
 *      ...  ...  ...
 *
 * Set and read of the earliest O(1), removal O(log n) amortised.
 * Source: Fredman, Sedgewick, Sleator, Tarjan, "The pairing heap" (1986).
 *
 * I1  no node is earlier than its parent.
 */
#ifndef CORE_TIMEOUT_H
#define CORE_TIMEOUT_H

#include <stdbool.h>
#include <stdint.h>

#define TIME_NEVER (~0ull)

struct timeout {
    uint64_t when;  /* ns, TIME_NEVER: not set */
    uint64_t order; /* among equals: first set, first fired */
    struct timeout *child, *next;
    struct timeout **link; /* what points to this node; NULL: not set */
};

struct timeout_queue {
    struct timeout *root;
    uint64_t next_order;
};

void timeout_init(struct timeout *t);
/* Sets (or moves) t to `when`. */
void timeout_set(struct timeout_queue *q, struct timeout *t, uint64_t when);
void timeout_cancel(struct timeout_queue *q, struct timeout *t);
static inline bool timeout_is_set(const struct timeout *t)
{
    return t->link != 0;
}
/* Time of the earliest, TIME_NEVER: none. */
static inline uint64_t timeout_next(const struct timeout_queue *q)
{
    return q->root ? q->root->when : TIME_NEVER;
}
/* Takes off and returns the earliest that is due at `now`; NULL: none. */
struct timeout *timeout_pop(struct timeout_queue *q, uint64_t now);
void timeout_check(const struct timeout_queue *q);

#endif
