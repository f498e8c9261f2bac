/*
 * An allocator that is a list of free blocks in the memory it gives out: for
 * who manages a piece of memory and knows the sizes of what it took.
 *
 *      first -> [next, size | free ...] -> [next, size | free ...] -> 0
 *
 *  I1  Blocks are in the order of their addresses; no two of them touch.
 *  I2  Addresses and sizes are multiples of two words, so that what is left
 *      of a block has room for its head.
 *
 * Not for several threads at once. Each call looks through the list: O(free
 * blocks). Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_LIST_ALLOC_H
#define L4_UTIL_LIST_ALLOC_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

typedef struct l4la_free_t_s {
    struct l4la_free_t_s *next;
    l4_size_t size; /* bytes, with this head */
} l4la_free_t;

#define L4LA_INITIALIZER                                                       \
    {                                                                          \
        0, 0                                                                   \
    }

L4_BEGIN_DECLS

/* An empty list. */
void l4la_init(l4la_free_t **first);

/* Gives `size` bytes at `block` to the list: what was allocated with this size,
 * or new memory, whose size is a multiple of two words (what is not aligned at
 * its ends is lost). */
void l4la_free(l4la_free_t **first, void *block, l4_size_t size);

/* `size` bytes at an address that is a multiple of `align` (0, or a power of
 * two); NULL: there is no such block. */
void *l4la_alloc(l4la_free_t **first, l4_size_t size, unsigned align);

/* Bytes in all free blocks. */
l4_size_t l4la_avail(l4la_free_t **first);

/* The free blocks, on the kernel's console. */
void l4la_dump(l4la_free_t **first);

L4_END_DECLS

#endif
