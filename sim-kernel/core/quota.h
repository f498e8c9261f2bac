/*
 * Quota: how much kernel memory a factory's creations may take.
 *
 * All kernel memory is charged to a quota: objects, page tables, mapping
 * nodes, capability tables. A sub-factory's limit is taken from its parent
 * when it is made and given back when it goes, so that sums are conserved:
 * there are limits, no guarantees (ABI.md section 3, Quotas).
 *
 * A factory may go before what it made. Then its quota is closed: what it did
 * not use is its parent's at once, and so is what its objects take or give back
 * from now on (I3). Else one gate that somebody keeps would hold a whole limit.
 *
 * I1  used <= limit for every quota.
 * I2  used == sum of what kmem_alloc() charged and not yet freed
 *             + sum of limits of the sub-quotas.
 * I3  limit == used for a closed quota, unless its parent is closed too: that
 *     one's limit does not change, so no change goes further than one level.
 */
#ifndef CORE_QUOTA_H
#define CORE_QUOTA_H

#include <stdbool.h>
#include <stddef.h>

struct object;

struct quota {
    struct object *owner; /* the factory; pinned by what it made; or NULL */
    struct quota *parent; /* constant after init; NULL: the root */
    size_t limit;         /* bytes, constant until it is closed */
    size_t used;          /* bytes, under the kernel lock */
    bool is_closed;       /* likewise */
};

void quota_init_root(struct quota *q, size_t limit);
/* Takes `limit` bytes from the parent; false (nothing changed): it has
 * not that much left. */
bool quota_init_child(struct quota *q, struct quota *parent, size_t limit);
/* The factory has gone: keeps I3. Not for the root. */
void quota_close(struct quota *q);
/* Gives the limit back to the parent. q->used must be 0. */
void quota_destroy(struct quota *q);
/* Charges `bytes`; false (nothing changed) if that passes the limit. */
bool quota_charge(struct quota *q, size_t bytes);
void quota_refund(struct quota *q, size_t bytes);
void quota_check(const struct quota *q);

#endif
