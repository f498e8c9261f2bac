/*
 * Timeouts: see timeout.h.
 *
 * Called by ipc.c to bound the phases of an IPC and by sched.c to learn when
 * the timer must strike next.
 */
#include "timeout.h"
#include "kassert.h"

void timeout_init(struct timeout *t)
{
    *t = (struct timeout){0};
}

void timeout_set(struct timeout_queue *q, struct timeout *t, uint64_t when)
{
    timeout_cancel(t);
    heap_insert(&q->heap, &t->node, when);
}

void timeout_cancel(struct timeout *t)
{
    heap_remove(&t->node);
}

struct timeout *timeout_pop(struct timeout_queue *q, uint64_t now)
{
    struct heap_node *n = heap_first(&q->heap);
    if (!n || n->key > now)
        return NULL;
    struct timeout *t = container_of(n, struct timeout, node);
    timeout_cancel(t);
    return t;
}

void timeout_check(const struct timeout_queue *q)
{
    heap_check(&q->heap);
}
