/*
 * One piece of mapped memory: the node, its place in the space's tree, its
 * page-table entry. Private to mspace*.c; outside, use mspace.h.
 *
 * What a call here does to a node it does to the page table too (I2 of
 * mspace.h); the derivation tree (parent, children) is the caller's unless
 * it says otherwise.
 */
#ifndef CORE_MEM_NODE_H
#define CORE_MEM_NODE_H

#include "kassert.h"
#include "mspace.h"

enum { MEM_ENTRY_STEPS = 4 }; /* to change an entry of a page table */

static inline struct mem_node *mem_node_of(struct mapping *m)
{
    return container_of(m, struct mem_node, map);
}

static inline struct mem_node *mem_node_at(struct tree_node *place)
{
    return container_of(place, struct mem_node, place);
}

static inline uaddr_t mem_node_size(const struct mem_node *n)
{
    return 1ul << n->order;
}

static inline uaddr_t mem_range_start(uaddr_t va, unsigned order)
{
    return order < 64 ? va & ~((1ul << order) - 1) : 0;
}

/* va + 2^order, at most the end of all addresses. */
static inline uaddr_t mem_range_end(uaddr_t va, unsigned order)
{
    uaddr_t size = order < 64 ? 1ul << order : 0;
    return size && va + size > va ? va + size : ~0ul;
}

static inline void mem_spend(unsigned *budget, unsigned cost)
{
    *budget -= *budget < cost ? *budget : cost;
}

/* A node outside of everything. NULL: no memory. */
struct mem_node *mem_node_alloc(struct mspace *m);
void mem_node_release(struct mem_node *n);
/* Gives such a node its place in the space. */
void mem_node_place(struct mem_node *n, uaddr_t va, paddr_t pa, unsigned order);

/*
 * A new node (a root of the derivation tree so far) mapped in m; the place
 * must be free. 0, -L4_ENOMEM (nothing changed).
 */
int mem_node_make(struct mspace *m, uaddr_t va, paddr_t pa, unsigned order,
                  unsigned rights, unsigned attributes,
                  struct mem_node **ret_node);

/*
 * Takes rights away from one node; all if R is among them: then the node is
 * gone and children it had are its parent's. Emits VTR_MEM_UNMAP. Returns
 * what was used since last asked (R: touched, W: written).
 */
unsigned mem_node_take(struct mem_node *n, unsigned rights);

/* Like mem_node_take() for all nodes derived from n whose frames lie in
 * [from, to), leaves first; each costs 1 of *budget. False: used up. */
bool mem_take_below(struct mem_node *n, paddr_t from, paddr_t to,
                    unsigned rights, unsigned *budget, unsigned *ret_used);
/* The same for n with all derived from it, n last. */
bool mem_take_tree(struct mem_node *n, unsigned rights, unsigned *budget,
                   unsigned *ret_used);

/* Takes n with all derived from it without anybody having asked how it was
 * used: that is noted in n's parent. */
bool mem_clear(struct mem_node *n, unsigned *budget);

#endif
