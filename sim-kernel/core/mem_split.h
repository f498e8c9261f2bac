/*
 * A superpage becomes 512 pages, in steps.
 *
 *      nodes      511 fresh ones                    (no memory: undone)
 *      entries    the large one goes, small ones come      (the same)
 *      places     the nodes come into the space and the derivation tree
 *      children   each goes to the page that has its frame
 *
 * That takes some thousand steps, so it stops at preemption points. There is
 * one at a time in the system, and whoever touches memory's trees (map, unmap,
 * the end of a space), or the superpage itself (a page fault where an entry is
 * missing), first goes on with it. So nobody else ever sees it half done, and
 * nobody waits for a thread below him.
 *
 * I1  the node at work is a superpage until all entries are there; from then
 *     on it is the first page, and stands for the others as a parent.
 */
#ifndef CORE_MEM_SPLIT_H
#define CORE_MEM_SPLIT_H

#include "mem_node.h"

/* Pages in a superpage. */
enum { MEM_SPLIT = 1 << (SUPERPAGE_ORDER - PAGE_ORDER) };

/*
 * Turns a superpage into 512 pages in the same place of the derivation tree;
 * each gets the children whose frames it has. n, which must have no
 * superpages as children (mem_split_below()), becomes the first of them.
 * 0, -L4_ENOMEM (nothing changed), -L4_EAGAIN: stopped at a preemption point,
 * to be called again. O(512 log nodes + children).
 */
int mem_node_split(struct mem_node *n);
/* Goes on with a split that was stopped; true: there is none (any more). */
bool mem_split_on(void);
/* Is `va` of m in the middle of a split? Then the page table may lack what is
 * mapped there. */
bool mem_split_hides(const struct mspace *m, uaddr_t va);
/* Splits the superpages derived from n, to the last. One whose owner has no
 * quota for that is taken from him whole. False: budget used up, or stopped. */
bool mem_split_below(struct mem_node *n, unsigned *budget, unsigned *ret_used);
/* n goes: it is not remembered any more. */
void mem_split_forget(const struct mem_node *n);
/* The end of the frames n stands for as a parent (I1). */
paddr_t mem_split_end(const struct mem_node *n);
void mem_split_check(void);

#endif
