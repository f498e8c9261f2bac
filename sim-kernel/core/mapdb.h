/*
 * The mapping database: who got what from whom.
 *
 * Every capability and every piece of mapped memory is a node of a tree. A
 * node's children were handed on from it, so that taking something back
 * (unmap) walks the subtree and nothing else:
 *
 *      sigma0 [2 MiB at P] --- moe [2 MiB at P] --+-- ned  [4 KiB]
 *                                                 +-- hello [4 KiB] -- ...
 *
 * Nodes of memory are found by address through their space (mspace.h);
 * nodes of capabilities are the slots of the capability table (cap.h).
 *
 * I1  child->parent == p for every node on p's child list.
 * I2  a child's rights are a subset of its parent's (memory; capabilities
 *     may gain nothing either).
 * I3  a memory child's frame range lies inside its parent's.
 * I4  no node is its own ancestor.
 */
#ifndef CORE_MAPDB_H
#define CORE_MAPDB_H

#include "list.h"
#include "port.h"

struct mapping {
    struct mapping *parent; /* NULL: a root */
    struct list children;   /* of `sibling` */
    struct list sibling;    /* on parent->children, or alone */
};

static inline void mapping_init(struct mapping *m)
{
    m->parent = NULL;
    list_init(&m->children);
    list_init(&m->sibling);
}

/* m (a fresh node) becomes the youngest child of p. O(1). */
void mapping_add_child(struct mapping *p, struct mapping *m);
/* m with all below it leaves its parent and becomes the youngest child of
 * p, which must not be m or below m. O(1). */
void mapping_move(struct mapping *m, struct mapping *p);
/* `to` (a fresh node) takes the place of `from`: parent, place among its
 * siblings, children (grant and move). `from` is fresh after. O(children). */
void mapping_replace(struct mapping *from, struct mapping *to);
/* m leaves the tree; its children (if any) become its parent's, or roots if
 * it has none. O(children). */
void mapping_remove(struct mapping *m);
/* The deepest, first node of the subtree below m; m if it has no children.
 * Used to take subtrees down leaf first, in steps. */
struct mapping *mapping_first_leaf(struct mapping *m);
/* The walk that visits children before their parent: what comes after m,
 * which must not be a root. It starts with mapping_first_leaf(top) and ends
 * when it comes to top; ask before m is removed. */
struct mapping *mapping_next_leaf_first(struct mapping *m);
/* Pre-order walk below `top`: next after m, NULL at the end. */
struct mapping *mapping_next(struct mapping *top, struct mapping *m);
/* Is m == p, or below p? O(depth). */
bool mapping_is_below(const struct mapping *m, const struct mapping *p);
void mapping_check(const struct mapping *m); /* I1, I4, one node */

#endif
