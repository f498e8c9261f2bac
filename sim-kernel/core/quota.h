/*
 * Quota: how much kernel memory a factory's creations may take.
 *
 * All kernel memory is charged to a quota: objects, page tables, mapping
 * nodes, capability tables. A sub-factory's limit is taken from its parent
 * when it is made and given back when it goes, so that sums are conserved:
 * there are limits, no guarantees (ABI.md section 3, Quotas).
 *
 * I1  used <= limit for every quota.
 * I2  used == sum of what kmem_alloc() charged and not yet freed
 *             + sum of limits of the sub-quotas.
 */
#ifndef CORE_QUOTA_H
#define CORE_QUOTA_H

#include <stdbool.h>
#include <stddef.h>

struct object;

struct quota {
    struct object *owner; /* the factory; pinned by what it made; or NULL */
    struct quota *parent; /* constant after init; NULL: the root */
    size_t limit;         /* bytes, constant after init */
    size_t used;          /* bytes, under the kernel lock */
};

void quota_init_root(struct quota *q, size_t limit);
/* Takes `limit` bytes from the parent; false (nothing changed): it has
 * not that much left. */
bool quota_init_child(struct quota *q, struct quota *parent, size_t limit);
/* Gives the limit back to the parent. q->used must be 0. */
void quota_destroy(struct quota *q);
/* Charges `bytes`; false (nothing changed) if that passes the limit. */
bool quota_charge(struct quota *q, size_t bytes);
void quota_refund(struct quota *q, size_t bytes);
void quota_check(const struct quota *q);

#endif
