/*
 * Search trees: who has this key, who is next, who is the n-th?
 *
 *               40                 an AVL tree: the two sides of a node differ
 *             /    \               in height by one at most, so n nodes are at
 *           20      60             most 1.44 log2 n deep: 10,000 nodes 19
 *          /  \       \            levels, 2^32 nodes 46. Whoever chooses the
 *        10    30      70          keys cannot make it deeper.
 *
 * Nothing recurses: a path is kept on the way down, and mended on the way up.
 *
 * Source: Adelson-Velsky and Landis, "An algorithm for the organization of
 * information" (1962).
 *
 * I1  keys grow from left to right, each is there once.
 * I2  heights of the two sides differ by one at most.
 * I3  height and size are those of the subtree.
 */
#ifndef CORE_TREE_H
#define CORE_TREE_H

#include <stdint.h>

enum { TREE_DEPTH = 46 };

struct tree_node {
    struct tree_node *left, *right;
    uint64_t key;
    uint32_t size; /* nodes of the subtree */
    uint8_t height;
};

/* All are O(log n); what is put in must not be in, its key be new. */
void tree_insert(struct tree_node **root, struct tree_node *n, uint64_t key);
void tree_remove(struct tree_node **root, struct tree_node *n);
/* The first at or behind the key; NULL: none. */
struct tree_node *tree_from(struct tree_node *root, uint64_t key);
/* The last at or before the key; NULL: none. */
struct tree_node *tree_upto(struct tree_node *root, uint64_t key);
/* The n-th in the order of keys, from 0; NULL: there are fewer. */
struct tree_node *tree_nth(struct tree_node *root, uint64_t n);
static inline uint32_t tree_size(const struct tree_node *root)
{
    return root ? root->size : 0;
}
void tree_check(struct tree_node *root);

#endif
