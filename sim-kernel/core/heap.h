/*
 * A queue ordered by a key, for whoever must be first: the next timeout, the
 * most urgent sender.
 *
 *           3               a leftist tree: no node is before its parent,
 *         /   \             and the way down the right side is the shortest
 *        5     4            one out of the tree. Two trees are melded along
 *       / \                 their right sides, so insert, remove (of any
 *      9   6                node) and take-first cost O(log n) at the worst.
 *
 * Source: Crane, "Linear lists and priority queues as balanced binary
 * trees" (1972). (A pairing heap is shorter, but bounds only the average.)
 *
 * I1  no node is before its parent.
 * I2  rank(n) == rank(right) + 1 <= rank(left) + 1, rank of none being 0.
 * I3  up and in of each node name its parent and heap.
 */
#ifndef CORE_HEAP_H
#define CORE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
    struct heap_node *left, *right, *up;
    struct heap *in; /* NULL: in none */
    uint64_t key;
    uint64_t order : 56, rank : 8; /* among equals first in, first out */
};

struct heap {
    struct heap_node *root;
    uint64_t next_order; /* another one after every change */
};

/* All zero is an empty heap, and a node in none. */
static inline bool heap_is_in(const struct heap_node *n)
{
    return n->in != NULL;
}

static inline bool heap_is_empty(const struct heap *h)
{
    return !h->root;
}

/* The one with the least key, of those the first inserted; NULL: none. O(1) */
static inline struct heap_node *heap_first(const struct heap *h)
{
    return h->root;
}

/* n must be in none. O(log n) */
void heap_insert(struct heap *h, struct heap_node *n, uint64_t key);
/* From whatever heap it is in; harmless if in none. O(log n) */
void heap_remove(struct heap_node *n);
/* Any order, each once: the next after n (NULL: the first); NULL: no more. */
struct heap_node *heap_next(const struct heap *h, const struct heap_node *n);
void heap_check(const struct heap *h);

#endif
