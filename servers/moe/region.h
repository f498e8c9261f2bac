/*
 * Regions and areas: who has which addresses of a region map.
 *
 *      areas    ....[ reserved          ].....[ ]..
 *      regions  [a]....[ b ]..[ c ]...[ d ]........
 *      taken    [a].[                   ].[ d ].[ ].
 *
 * Regions have memory behind them; areas are kept free but for who asks for a
 * place inside (IN_AREA). A program has some ten of each, or as many thousands
 * as it likes: so they are in trees (../lib/tree), and no request costs more
 * than some steps per level.
 *
 *      by_place   regions and areas: who is at this address, or next? Each
 *                 subtree knows its spans: the largest gap between regions, and
 *                 between what is taken. So one that fits is found on one path.
 *      areas      areas alone, by address
 *      by_shown   who shows this part of that dataspace? Each subtree knows
 *                 how far into a dataspace it reaches.
 *
 * A part of a region can be made one of its own (region_cut); pieces of one
 * attachment that have become alike again are joined (region_join), so that a
 * map does not grow with every change of rights.
 *
 * I1  start < end, both page aligned, below ADDRESSES_END; no two regions
 *     overlap, no two areas do.
 * I2  a region lies inside an area, and then is_inside, or touches none.
 * I3  spans are those of the subtree by place: of its regions; and of what is
 *     taken, that is of areas and of regions that are not inside of one.
 * I4  reach is the largest end of a part of a dataspace in the subtree by
 *     shown. by_place has all there is, the two others have their kind.
 */
#ifndef MOE_REGION_H
#define MOE_REGION_H

#include "../lib/tree/tree.h"
#include <l4/sys/consts.h>
#include <l4/sys/types.h>
#include <stdbool.h>

struct allocator;
struct foreign;

/* So that a span's numbers of pages are half a word each. */
#define ADDRESSES_END (1ul << (32 + L4_PAGESHIFT))

enum span_kind { SPAN_REGIONS, SPAN_TAKEN, SPAN_COUNT };

/* Of some ranges in order, in pages: where the first begins (~0: there are
 * none), the last ends (0), and the largest gap in between. */
struct span {
    l4_uint32_t low, high, gap;
};

struct region {
    struct tree_node by_place;
    struct tree_node by_kind; /* a region by_shown, an area in areas */
    struct span spans[SPAN_COUNT];
    l4_addr_t reach;

    l4_addr_t start, end;
    l4_uint32_t flags;        /* L4RE_RM_F_* */
    unsigned attachment : 26; /* pieces of one attachment share it */
    unsigned most : 3;        /* L4_FPAGE_RWX: the rights it may be given */
    unsigned is_area : 1;
    unsigned is_inside : 1;  /* of an area */
    unsigned is_foreign : 1; /* another server's dataspace */
    l4_umword_t shown;       /* the dataspace's label, or struct foreign *; 0 */
    l4_addr_t offset;        /* in it, of start */
    l4_umword_t selector;    /* the client's name for it, for the client */
};
_Static_assert(sizeof(struct region) <= 128, "a piece of moe's heap");

struct regions {
    struct tree_node *by_place, *areas, *by_shown;
};

/* The label of the dataspace behind it; 0: none of moe's. */
static inline l4_umword_t region_label(const struct region *r)
{
    return r->is_foreign ? 0 : r->shown;
}

/* Another server's dataspace behind it, or NULL. */
static inline struct foreign *region_foreign(const struct region *r)
{
    return r->is_foreign ? (struct foreign *)r->shown : NULL;
}

/* All below are O(log n) where nothing else is said. */

/* The region with a byte in [start, end), the lowest; NULL: all free. */
struct region *region_find(const struct regions *all, l4_addr_t start,
                           l4_addr_t end);
/* In the order of addresses; NULL: there is none (any more). */
struct region *region_first(const struct regions *all);
struct region *region_next(const struct regions *all, const struct region *r);
/* The same of areas. */
struct region *area_find(const struct regions *all, l4_addr_t start,
                         l4_addr_t end);
struct region *area_first(const struct regions *all);
struct region *area_next(const struct regions *all, const struct region *r);
/* A copy of *r (an area if is_area) goes in; the caller has seen that it is
 * free. Its record is `payer`'s (record.h), here and below. 0, -L4_ENOMEM. */
long region_insert(struct regions *all, struct allocator *payer,
                   const struct region *r);
/* Takes r, which is no area, out and frees it. */
void region_remove(struct regions *all, struct allocator *payer,
                   struct region *r);
/* Cuts r so that [start, end), which lies inside, is a region of its own:
 * that one. How many regions more there are: *ret_more, 0 to 2.
 * NULL: no memory, nothing has changed. */
struct region *region_cut(struct regions *all, struct region *r,
                          struct allocator *payer, l4_addr_t start,
                          l4_addr_t end, unsigned *ret_more);
/* [start, end) of this area is free for all; more of it if a region would be
 * half inside, less if there are more than AREA_PIECE regions. Up to where:
 * *ret_end.
 * -L4_ENOMEM: nothing has changed. */
enum { AREA_PIECE = 16 };
long area_free(struct regions *all, struct region *area,
               struct allocator *payer, l4_addr_t start, l4_addr_t end,
               l4_addr_t *ret_end);
/* Joins the first two neighbours in [start, end] that differ in nothing but
 * their place and come from one attachment: that region; NULL: none.
 * O(regions in [start, end]). */
struct region *region_join(struct regions *all, struct allocator *payer,
                           l4_addr_t start, l4_addr_t end);

/* Is there a region that shows what `like` does? */
bool region_shows(const struct regions *all, const struct region *like);
/* Calls f for each region that shows a byte of [start, end) of the dataspace
 * with this label; f changes no set. */
void region_each_showing(const struct regions *all, l4_umword_t label,
                         l4_addr_t start, l4_addr_t end,
                         void (*f)(struct region *r, void *context),
                         void *context);

/* Asserts I1 to I4 and that all lies in [start, end): NULL, or what does not
 * hold. O(n log n). */
const char *region_check(const struct regions *all, l4_addr_t start,
                         l4_addr_t end);

/* Where a place is wanted. */
struct region_search {
    l4_addr_t from, to; /* inside [from, to) */
    l4_size_t size;
    l4_addr_t align;     /* power of two, at least a page */
    l4_addr_t congruent; /* place % align == congruent % align */
};
/* The first place in a gap of this kind; 0: none. Where more than REGION_TRIES
 * gaps before it fit the size but not the alignment, it is the first in a gap
 * that fits anyhow, or 0. */
enum { REGION_TRIES = 64 };
l4_addr_t region_search(const struct regions *all, enum span_kind kind,
                        const struct region_search *s);

#endif
