/*
 * Search trees: who is first from here on, in an order of the user's?
 *
 *               40                 an AVL tree: the two sides of a node differ
 *             /    \               in height by one at most, so n nodes are at
 *           20      60             most 1.44 log2 n deep: 10,000 nodes 19
 *          /  \       \            levels. A client that chooses what is put in
 *        10    30      70          cannot make it deeper.
 *
 * The node lies in the user's record, in front or not (TREE_RECORD), and the
 * user looks down the tree himself: where he turns is his question. What he
 * wants to know of a whole subtree he keeps in its top node by `measure`.
 *
 * Recursion is as deep as the tree.
 *
 * Source: Adelson-Velsky and Landis, "An algorithm for the organization of
 * information" (1962). The kernel's tree (sim-kernel/core/tree.h) has numbers
 * as keys and counts nodes; servers see nothing of the kernel but its
 * interface.
 *
 * I1  nodes stand in the order of is_before() from left to right.
 * I2  heights of the two sides differ by one at most.
 * I3  height is that of the subtree, and measure() was called for each node
 *     after the last change of what it is made from. (Where nothing changes a
 *     way back ends: after some levels, mostly.)
 */
#ifndef LIB_TREE_H
#define LIB_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct tree_node {
    struct tree_node *left, *right;
    unsigned height;
};

struct tree_order {
    /* Of two nodes always one is before the other. */
    bool (*is_before)(const struct tree_node *a, const struct tree_node *b);
    /* n's summary from n itself and from those of its sides: is it another one
     * than before? NULL: there are none. */
    bool (*measure)(struct tree_node *n);
};

/* The record around a node; NULL for NULL. */
#define TREE_RECORD(node, type, field)                                         \
    ((type *)tree_record((node), offsetof(type, field)))
static inline void *tree_record(const struct tree_node *n, size_t offset)
{
    return n ? (char *)n - offset : NULL;
}

/* All are O(log n). n is not in the tree; left and right are set here. */
void tree_insert(struct tree_node **root, struct tree_node *n,
                 const struct tree_order *order);
/* n is in the tree. */
void tree_remove(struct tree_node **root, const struct tree_node *n,
                 const struct tree_order *order);
/* What n's summary is made of has changed, its place has not. */
void tree_measure(struct tree_node *root, const struct tree_node *n,
                  const struct tree_order *order);
/* Asserts I1 and I2, and I3's height: NULL, or what does not hold. O(n). */
const char *tree_check(const struct tree_node *root,
                       const struct tree_order *order);

#endif
