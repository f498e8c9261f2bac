/*
 * Quota: the arithmetic of limits. The idea and the invariants I1, I2 are
 * in quota.h; I2 is kept by kmem.c (every charge has one allocation) and by
 * quota_init_child()/quota_destroy() here, I3 by passes_on().
 */
#include "quota.h"

#include "kassert.h"

void quota_init_root(struct quota *q, size_t limit)
{
    q->owner = NULL;
    q->parent = NULL;
    q->limit = limit;
    q->used = 0;
    q->is_closed = false;
}

bool quota_init_child(struct quota *q, struct quota *parent, size_t limit)
{
    if (!quota_charge(parent, limit))
        return false;
    q->owner = NULL;
    q->parent = parent;
    q->limit = limit;
    q->used = 0;
    q->is_closed = false;
    return true;
}

/* Does its limit follow what it uses? */
static bool passes_on(const struct quota *q)
{
    return q->is_closed && !q->parent->is_closed;
}

void quota_close(struct quota *q)
{
    q->is_closed = true;
    if (!passes_on(q))
        return;
    quota_refund(q->parent, q->limit - q->used);
    q->limit = q->used; /* keeps I3 */
}

void quota_destroy(struct quota *q)
{
    kassert(q->used == 0);
    if (q->parent)
        quota_refund(q->parent, q->limit);
    q->limit = 0;
}

bool quota_charge(struct quota *q, size_t bytes)
{
    if (passes_on(q) && quota_charge(q->parent, bytes))
        q->limit += bytes;          /* keeps I3 */
    if (bytes > q->limit - q->used) /* no underflow: I1 */
        return false;
    q->used += bytes;
    return true;
}

void quota_refund(struct quota *q, size_t bytes)
{
    kassert(bytes <= q->used);
    q->used -= bytes;
    if (!passes_on(q))
        return;
    q->limit -= bytes; /* keeps I3 */
    quota_refund(q->parent, bytes);
}

void quota_check(const struct quota *q)
{
    kassert(q->used <= q->limit); /* I1 */
    if (q->parent)                /* I2, one summand of it */
        kassert(q->parent->used >= q->limit);
    if (passes_on(q))
        kassert(q->limit == q->used); /* I3 */
}
