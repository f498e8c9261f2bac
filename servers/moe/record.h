/*
 * Records: moe's own memory that a client caused, at that client's charge.
 *
 * Regions, page lists, names, the objects themselves: each is a piece of moe's
 * heap, and counts as memory of the allocator it was made for. So who makes
 * moe write much down comes to his limit, as with memory of his own.
 */
#ifndef MOE_RECORD_H
#define MOE_RECORD_H

#include <stddef.h>

struct allocator;

/* Zeroed memory, charged to `payer` (NULL: nobody) with what the heap takes
 * for it. NULL: no memory, or the payer is at its limit. */
void *record_alloc(struct allocator *payer, size_t size);
/* `payer` and `size` as at record_alloc(). NULL is ignored. */
void record_free(struct allocator *payer, void *p, size_t size);

#endif
