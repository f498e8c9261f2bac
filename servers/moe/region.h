/*
 * Regions: an ordered list of address ranges that do not overlap.
 *
 *      areas    ....[ reserved          ].....
 *      regions  [a]....[ b ]..[ c ]...[ d ]...
 *
 * A region map has two such lists: regions with memory behind them, and
 * areas that are kept free but for who asks for a place inside (IN_AREA).
 * A program has some ten of each, so a list is searched from its start.
 *
 * A part of a region can be made one of its own (region_cut); pieces of one
 * attachment that have become alike again are joined (region_join), so that a
 * list does not grow with every change of rights.
 *
 * I1  start < end, both page aligned; a->end <= a->next->start.
 */
#ifndef MOE_REGION_H
#define MOE_REGION_H

#include <l4/sys/types.h>
#include <stdbool.h>

struct allocator;
struct foreign;

struct region {
    struct region *next;
    l4_addr_t start, end;
    l4_umword_t flags;       /* L4RE_RM_F_* */
    unsigned most;           /* L4_FPAGE_RWX: the rights it may be given */
    unsigned attachment;     /* pieces of one attachment share it */
    l4_umword_t ds;          /* label of the dataspace behind it, or */
    struct foreign *foreign; /* NULL, or another server's */
    l4_addr_t offset;        /* in it, of start */
    l4_umword_t selector;    /* the client's name for it, for the client */
};

/* The region with a byte in [start, end), the lowest; NULL: all free. */
struct region *region_find(struct region *list, l4_addr_t start, l4_addr_t end);
/* A copy of *r goes into the list; the caller has seen that it is free. Its
 * record is `payer`'s (record.h), here and below. 0, -L4_ENOMEM. */
long region_insert(struct region **list, struct allocator *payer,
                   const struct region *r);
/* Takes r out and frees it. */
void region_remove(struct region **list, struct allocator *payer,
                   struct region *r);
/* Cuts r so that [start, end), which lies inside, is a region of its own:
 * that one. How many regions more there are: *ret_more, 0 to 2.
 * NULL: no memory, nothing has changed. */
struct region *region_cut(struct region *r, struct allocator *payer,
                          l4_addr_t start, l4_addr_t end, unsigned *ret_more);
/* Joins the first two neighbours in [start, end] that differ in nothing but
 * their place and come from one attachment: that region; NULL: none. */
struct region *region_join(struct region *list, struct allocator *payer,
                           l4_addr_t start, l4_addr_t end);

/* Asserts I1 and that all lies in [start, end): NULL, or what does not
 * hold. */
const char *region_check(const struct region *list, l4_addr_t start,
                         l4_addr_t end);

/* Where a place is wanted. */
struct region_search {
    l4_addr_t from, to; /* inside [from, to) */
    l4_size_t size;
    l4_addr_t align;     /* power of two, at least a page */
    l4_addr_t congruent; /* place % align == congruent % align */
};
/* The first place free in both lists (areas may be NULL); 0: none. O(both). */
l4_addr_t region_search(struct region *regions, struct region *areas,
                        const struct region_search *s);

#endif
