/*
 * Regions: list operations (see region.h).
 */
#include "region.h"
#include "record.h"
#include <l4/sys/consts.h>
#include <l4/sys/err.h>

struct region *region_find(struct region *list, l4_addr_t start, l4_addr_t end)
{
    while (list && list->end <= start)
        list = list->next;
    return list && list->start < end ? list : NULL;
}

long region_insert(struct region **list, struct allocator *payer,
                   const struct region *r)
{
    struct region *n = record_alloc(payer, sizeof *n);
    if (!n)
        return -L4_ENOMEM;
    while (*list && (*list)->start < r->start)
        list = &(*list)->next;
    *n = *r;
    n->next = *list; /* keeps I1 */
    *list = n;
    return 0;
}

void region_remove(struct region **list, struct allocator *payer,
                   struct region *r)
{
    while (*list != r)
        list = &(*list)->next;
    *list = r->next;
    record_free(payer, r, sizeof *r);
}

/* r ends at `at`; what was behind it is a region of its own, in `n`. */
static void region_split(struct region *r, l4_addr_t at, struct region *n)
{
    *n = *r;
    n->start = at;
    n->offset += at - r->start;
    r->end = at;
    r->next = n; /* keeps I1 */
}

struct region *region_cut(struct region *r, struct allocator *payer,
                          l4_addr_t start, l4_addr_t end, unsigned *ret_more)
{
    bool before = r->start < start, behind = end < r->end;
    struct region *a = before ? record_alloc(payer, sizeof *a) : NULL;
    struct region *b = behind ? record_alloc(payer, sizeof *b) : NULL;
    if ((before && !a) || (behind && !b)) {
        record_free(payer, a, sizeof *a);
        record_free(payer, b, sizeof *b);
        return NULL;
    }
    if (behind)
        region_split(r, end, b);
    if (before)
        region_split(r, start, a);
    *ret_more = before + behind;
    return before ? a : r;
}

static bool is_alike(const struct region *a, const struct region *b)
{
    return a->end == b->start && a->attachment == b->attachment &&
           a->flags == b->flags && a->ds == b->ds && a->foreign == b->foreign;
}

struct region *region_join(struct region *list, struct allocator *payer,
                           l4_addr_t start, l4_addr_t end)
{
    struct region *r = list;
    while (r && r->next && r->start <= end &&
           !(r->end >= start && is_alike(r, r->next)))
        r = r->next;
    if (!r || !r->next || r->start > end)
        return NULL;
    struct region *n = r->next;
    r->end = n->end;
    r->next = n->next; /* keeps I1 */
    record_free(payer, n, sizeof *n);
    return r;
}

/* The first address at or after `at` with the alignment asked for. */
static l4_addr_t search_round(const struct region_search *s, l4_addr_t at)
{
    l4_addr_t low = s->congruent & (s->align - 1);
    return ((at - low + s->align - 1) & ~(s->align - 1)) + low;
}

l4_addr_t region_search(struct region *regions, struct region *areas,
                        const struct region_search *s)
{
    l4_addr_t at = search_round(s, s->from);
    while (at + s->size <= s->to && at + s->size > at) {
        struct region *in = region_find(regions, at, at + s->size);
        if (in)
            regions = in; /* what is before it, is before all that follows */
        else if ((in = region_find(areas, at, at + s->size)))
            areas = in;
        else
            return at;
        at = search_round(s, in->end);
    }
    return 0;
}

const char *region_check(const struct region *list, l4_addr_t start,
                         l4_addr_t end)
{
    for (const struct region *r = list; r; r = r->next) {
        if (r->start >= r->end || ((r->start | r->end) & ~L4_PAGEMASK))
            return "region I1: not whole pages";
        if (r->start < start || r->end > end)
            return "rm I1: a region outside the slot";
        if (r->next && r->end > r->next->start)
            return "region I1: two regions overlap";
    }
    return NULL;
}
