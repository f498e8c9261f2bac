/*
 * Timeouts: a pairing heap of intrusive nodes (see timeout.h).
 *
 * Called by ipc.c to bound the phases of an IPC and by sched.c to learn when
 * the timer must strike next.
 */
#include "timeout.h"
#include "kassert.h"

static bool timeout_is_before(const struct timeout *a, const struct timeout *b)
{
    return a->when != b->when ? a->when < b->when : a->order < b->order;
}

/* Links two heaps; returns the one that stays on top. */
static struct timeout *timeout_meld(struct timeout *a, struct timeout *b)
{
    if (!a)
        return b;
    if (!b)
        return a;
    if (timeout_is_before(b, a)) {
        struct timeout *swap = a;
        a = b;
        b = swap;
    }
    b->next = a->child;
    if (b->next)
        b->next->link = &b->next;
    b->link = &a->child;
    a->child = b;
    a->next = 0;
    return a;
}

/* Melds a list of siblings: pairs from left to right, then all together. */
static struct timeout *timeout_meld_list(struct timeout *first)
{
    struct timeout *pairs = 0;
    while (first) {
        struct timeout *a = first;
        struct timeout *b = a->next;
        first = b ? b->next : 0;
        a->next = 0;
        if (b)
            b->next = 0;
        a = timeout_meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    struct timeout *root = 0;
    while (pairs) {
        struct timeout *rest = pairs->next;
        pairs->next = 0;
        root = timeout_meld(root, pairs);
        pairs = rest;
    }
    return root;
}

static void timeout_set_root(struct timeout_queue *q, struct timeout *root)
{
    q->root = root;
    if (root)
        root->link = &q->root;
}

void timeout_init(struct timeout *t)
{
    t->when = TIME_NEVER;
    t->order = 0;
    t->child = t->next = 0;
    t->link = 0;
}

void timeout_set(struct timeout_queue *q, struct timeout *t, uint64_t when)
{
    timeout_cancel(q, t);
    t->when = when;
    t->order = q->next_order++;
    timeout_set_root(q, timeout_meld(q->root, t));
}

void timeout_cancel(struct timeout_queue *q, struct timeout *t)
{
    if (!t->link)
        return;
    if (t == q->root) {
        timeout_set_root(q, timeout_meld_list(t->child));
    } else {
        *t->link = t->next;
        if (t->next)
            t->next->link = t->link;
        struct timeout *below = timeout_meld_list(t->child);
        timeout_set_root(q, timeout_meld(q->root, below));
    }
    timeout_init(t);
}

struct timeout *timeout_pop(struct timeout_queue *q, uint64_t now)
{
    struct timeout *t = q->root;
    if (!t || t->when > now)
        return 0;
    timeout_cancel(q, t);
    return t;
}

static void timeout_check_below(const struct timeout *t)
{
    for (const struct timeout *c = t->child; c; c = c->next) {
        kassert(!timeout_is_before(c, t)); /* I1 */
        kassert(*c->link == c);
        timeout_check_below(c);
    }
}

void timeout_check(const struct timeout_queue *q)
{
    if (q->root)
        timeout_check_below(q->root);
}
