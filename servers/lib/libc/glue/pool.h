/*
 * Records of one size, taken and given back: pages of them, never returned.
 *
 * For what lives below malloc. The first records are static, so that no page
 * is needed for a program that wants few.
 *
 *   static struct thing first[8];
 *   static struct pool pool = POOL_OF(first, pool_page);
 *
 *  I1  A record is in the list of free ones, or somebody has it.
 */
#ifndef GLUE_POOL_H
#define GLUE_POOL_H

#include "lock.h"

#include <stddef.h>

struct pool {
    struct lock lock;
    size_t size; /* of a record, bytes; at least a pointer */
    void *free;  /* the first word of each leads to the next */
    char *fresh; /* never used yet: [fresh, fresh_end) */
    char *fresh_end;
    int (*page)(void **ret_page, unsigned long size);
};

#define POOL_OF(array, source)                                                 \
    {                                                                          \
        .size = sizeof(array)[0], .fresh = (char *)(array),                    \
        .fresh_end = (char *)(array) + sizeof(array), .page = (source)         \
    }

/* Where a pool's pages come from, but for that of the memory calls. */
GLUE_HIDDEN int pool_page(void **ret_page, unsigned long size);

/* Not zeroed; 0: no memory. */
GLUE_HIDDEN void *pool_take(struct pool *pool);
GLUE_HIDDEN void pool_give(struct pool *pool, void *record);

#endif
