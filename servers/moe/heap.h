/*
 * Heap: small pieces of memory for moe's own records.
 */
#ifndef MOE_HEAP_H
#define MOE_HEAP_H

#include <stddef.h>

/* Zeroed memory of any size up to 1 GiB; NULL: no memory. */
void *heap_alloc(size_t size);
/* `size` as at heap_alloc(). NULL is ignored. */
void heap_free(void *p, size_t size);
/* What heap_alloc(size) takes. */
size_t heap_size(size_t size);

#endif
