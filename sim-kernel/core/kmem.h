/*
 * Kernel memory: power-of-two blocks from one heap, small sizes from slabs.
 *
 * kmem_alloc(q, n) charges exactly the rounded size to `q`:
 *   n <= 2048: a slab class (32, 48, 64, 96, 128, 192, 256, 384, 512, 768,
 *              1024, 2048); slabs are pages of equal objects;
 *   else:      a power of two pages, naturally aligned (buddy).
 * Memory comes zeroed. The caller remembers size and quota, so there are no
 * headers. O(log heap) at most; no loops over live objects.
 */
#ifndef CORE_KMEM_H
#define CORE_KMEM_H

#include "quota.h"
#include <stddef.h>

/* Once; [start, start + size) page aligned. */
void kmem_init(void *start, size_t size);
/* Zeroed memory of at least `size` bytes, or NULL: quota or heap exhausted
 * (nothing changed). size 1..4 MiB. */
void *kmem_alloc(struct quota *q, size_t size);
/* The same, not cleared; and what clears it. */
void *kmem_alloc_raw(struct quota *q, size_t size);
void kmem_clear(void *p, size_t size);
/* p from kmem_alloc(q, size) with the same q and size; NULL is ignored. */
void kmem_free(struct quota *q, void *p, size_t size);
/* What kmem_alloc(q, size) charges. */
size_t kmem_charge(size_t size);
/* Bytes not handed out; empty slabs count as free. */
size_t kmem_free_bytes(void);
/* Asserts the allocator's invariants (numbered in kmem.c). */
void kmem_check(void);

#endif
