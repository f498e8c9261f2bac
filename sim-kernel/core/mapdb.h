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
 * I5  what the walk in pieces stands at is its top or below it.
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
/* m's first child, if it has one, goes to m's parent, in front of m (a root's
 * becomes a root); false: there was none. O(1) */
bool mapping_lift(struct mapping *m);
/* m leaves the tree; its children (if any) are lifted. O(children): whoever
 * cannot bound them lifts them before, in pieces. */
void mapping_remove(struct mapping *m);

/*
 * The walk below a node that visits children before their parent, in steps
 * of O(1). There is one at a time in the system; it keeps its place while it
 * is interrupted, through all changes of the tree that it can follow.
 * `what` says what it is for: rights to be taken, range of frames.
 */
struct mapping_walk {
    unsigned rights;
    paddr_t from, to;
};
/* Goes on with the walk below top for `what`, if that is what was
 * interrupted; else begins it (and who was interrupted begins his anew). */
void mapping_walk_start(struct mapping *top, const struct mapping_walk *what);
enum mapping_step { WALK_ON, WALK_VISIT, WALK_OVER };
/* One step: nothing to visit yet, *ret_node is to be visited (it may be
 * removed), or all was. Over, too, if the top is gone. */
enum mapping_step mapping_walk_step(struct mapping **ret_node);
/* m, which was just told to be visited, was not after all. */
void mapping_walk_back(struct mapping *m);
/* m, which was just told to be visited, has children that are to be visited
 * before. */
void mapping_walk_into(struct mapping *m);
/* An operation begins that must see every node: nothing is gone on with. */
void mapping_walk_forget(void);

/* Pre-order walk below `top`: next after m, NULL at the end. */
struct mapping *mapping_next(struct mapping *top, struct mapping *m);
/* Is m == p, or below p? O(depth): for checks. */
bool mapping_is_below(const struct mapping *m, const struct mapping *p);
/* The same for at most MAPPING_NEAR levels; deeper down: no. */
enum { MAPPING_NEAR = 32 };
bool mapping_is_near(const struct mapping *m, const struct mapping *p);
void mapping_check(const struct mapping *m); /* I1, I4, one node */

#endif
