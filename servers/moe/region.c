/*
 * Regions and areas: trees over one set of records (see region.h).
 */
#include "region.h"
#include "record.h"
#include <l4/sys/err.h>
#include <string.h>

static struct region *by_place(const struct tree_node *n)
{
    return TREE_RECORD(n, struct region, by_place);
}

static struct region *by_kind(const struct tree_node *n)
{
    return TREE_RECORD(n, struct region, by_kind);
}

static l4_addr_t larger(l4_addr_t a, l4_addr_t b)
{
    return a > b ? a : b;
}

/* --- orders and summaries --------------------------------------------- */

/* An area is before what lies inside of it. */
static bool place_is_before(const struct tree_node *a,
                            const struct tree_node *b)
{
    const struct region *x = by_place(a), *y = by_place(b);
    return x->start != y->start ? x->start < y->start : x->is_area > y->is_area;
}

static l4_uint32_t page_of(l4_addr_t addr)
{
    return (l4_uint32_t)(addr >> L4_PAGESHIFT);
}

static const struct span none = {.low = ~0u, .high = 0, .gap = 0};

static l4_uint32_t largest(l4_uint32_t a, l4_uint32_t b)
{
    return a > b ? a : b;
}

/* Two spans as one: a is before b. Without branches: it is what a change costs,
 * some times on each level. */
static struct span span_join(struct span a, struct span b)
{
    l4_uint32_t both = (a.high != none.high) & (b.low != none.low);
    l4_uint32_t between = (b.low - a.high) & -both;
    return (struct span){
        .low = a.low < b.low ? a.low : b.low,
        .high = largest(a.high, b.high),
        .gap = largest(between, largest(a.gap, b.gap)),
    };
}

static bool is_counted(const struct region *r, enum span_kind kind)
{
    return kind == SPAN_REGIONS ? !r->is_area : !r->is_inside;
}

static struct span span_of(const struct tree_node *n, enum span_kind kind)
{
    return *(n ? &by_place(n)->spans[kind] : &none);
}

static struct span own_span(const struct region *r, enum span_kind kind)
{
    const struct span own = {page_of(r->start), page_of(r->end), 0};
    return is_counted(r, kind) ? own : none;
}

static bool is_other(struct span a, struct span b)
{
    return (a.low ^ b.low) | (a.high ^ b.high) | (a.gap ^ b.gap);
}

/* Keeps I3. */
static bool place_measure(struct tree_node *n)
{
    struct region *r = by_place(n);
    unsigned changes = 0;
#pragma GCC unroll 2
    for (enum span_kind kind = 0; kind < SPAN_COUNT; kind++) {
        struct span s =
            span_join(span_join(span_of(n->left, kind), own_span(r, kind)),
                      span_of(n->right, kind));
        changes |= is_other(s, r->spans[kind]);
        r->spans[kind] = s;
    }
    return changes;
}

static const struct tree_order place_order = {place_is_before, place_measure};

static bool area_is_before(const struct tree_node *a, const struct tree_node *b)
{
    return by_kind(a)->start < by_kind(b)->start;
}

static const struct tree_order area_order = {area_is_before, NULL};

/* Of one thing after another, and of each by offset. */
static bool shown_is_before(const struct tree_node *a,
                            const struct tree_node *b)
{
    const struct region *x = by_kind(a), *y = by_kind(b);
    if (x->is_foreign != y->is_foreign)
        return x->is_foreign < y->is_foreign;
    if (x->shown != y->shown)
        return x->shown < y->shown;
    return x->offset != y->offset ? x->offset < y->offset : x->start < y->start;
}

static l4_addr_t shown_end(const struct region *r)
{
    return r->offset + (r->end - r->start);
}

/* Keeps I4. */
static bool shown_measure(struct tree_node *n)
{
    struct region *r = by_kind(n);
    const struct region *left = by_kind(n->left), *right = by_kind(n->right);
    l4_addr_t was = r->reach;
    r->reach = larger(shown_end(r),
                      larger(left ? left->reach : 0, right ? right->reach : 0));
    return r->reach != was;
}

static const struct tree_order shown_order = {shown_is_before, shown_measure};

/* The tree of its kind. */
static struct tree_node **root_of(struct regions *all, const struct region *r,
                                  const struct tree_order **ret_order)
{
    *ret_order = r->is_area ? &area_order : &shown_order;
    return r->is_area ? &all->areas : &all->by_shown;
}

static void trees_add(struct regions *all, struct region *r)
{
    const struct tree_order *order;
    struct tree_node **root = root_of(all, r, &order);
    tree_insert(&all->by_place, &r->by_place, &place_order);
    tree_insert(root, &r->by_kind, order);
}

void region_remove(struct regions *all, struct allocator *payer,
                   struct region *r)
{
    const struct tree_order *order;
    struct tree_node **root = root_of(all, r, &order);
    tree_remove(&all->by_place, &r->by_place, &place_order);
    tree_remove(root, &r->by_kind, order);
    record_free(payer, r, sizeof *r);
}

/* r has another end, nothing else; keeps I3 and I4. */
static void set_end(struct regions *all, struct region *r, l4_addr_t end)
{
    const struct tree_order *order;
    struct tree_node **root = root_of(all, r, &order);
    r->end = end;
    tree_measure(all->by_place, &r->by_place, &place_order);
    tree_measure(*root, &r->by_kind, order);
}

/* --- by place ---------------------------------------------------------- */

/* The first region that ends behind `addr`: their ends are in order, too. */
static struct region *region_behind(const struct tree_node *n, l4_addr_t addr)
{
    struct region *found = NULL;
    while (n && span_of(n, SPAN_REGIONS).high > page_of(addr)) {
        struct region *r = by_place(n);
        if (span_of(n->left, SPAN_REGIONS).high > page_of(addr)) {
            n = n->left;
        } else if (!r->is_area && r->end > addr) {
            found = r;
            break;
        } else {
            n = n->right;
        }
    }
    return found;
}

struct region *region_find(const struct regions *all, l4_addr_t start,
                           l4_addr_t end)
{
    struct region *found = NULL;
    if (start < ADDRESSES_END)
        found = region_behind(all->by_place, start);
    return found && found->start < end ? found : NULL;
}

struct region *region_first(const struct regions *all)
{
    return region_find(all, 0, ~0ul);
}

struct region *region_next(const struct regions *all, const struct region *r)
{
    return region_find(all, r->end, ~0ul);
}

struct region *area_find(const struct regions *all, l4_addr_t start,
                         l4_addr_t end)
{
    struct region *found = NULL;
    for (const struct tree_node *n = all->areas; n;) {
        bool is_behind = by_kind(n)->end > start;
        found = is_behind ? by_kind(n) : found;
        n = is_behind ? n->left : n->right;
    }
    return found && found->start < end ? found : NULL;
}

struct region *area_first(const struct regions *all)
{
    return area_find(all, 0, ~0ul);
}

struct region *area_next(const struct regions *all, const struct region *r)
{
    return area_find(all, r->end, ~0ul);
}

long region_insert(struct regions *all, struct allocator *payer,
                   const struct region *r)
{
    struct region *n = record_alloc(payer, sizeof *n);
    if (!n)
        return -L4_ENOMEM;
    *n = *r;
    n->is_inside = !r->is_area && area_find(all, r->start, r->end);
    trees_add(all, n); /* keeps I2: what is free is all in an area, or none */
    return 0;
}

/* n is what of r lies in [start, end). */
static void region_copy(const struct region *r, l4_addr_t start, l4_addr_t end,
                        struct region *n)
{
    *n = *r;
    n->start = start;
    n->end = end;
    n->offset += start - r->start;
}

struct region *region_cut(struct regions *all, struct region *r,
                          struct allocator *payer, l4_addr_t start,
                          l4_addr_t end, unsigned *ret_more)
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
        region_copy(r, end, r->end, b);
    if (before)
        region_copy(r, start, end, a);
    if (before || behind)
        set_end(all, r, before ? start : end);
    if (before)
        trees_add(all, a);
    if (behind)
        trees_add(all, b);
    *ret_more = before + behind;
    return before ? a : r;
}

/* The region at `addr` is not to be cut by a border there: keeps I2. */
static l4_addr_t whole(const struct regions *all, l4_addr_t addr, bool is_end)
{
    const struct region *r = region_find(all, addr, addr + 1);
    if (!r || r->start == addr)
        return addr;
    return is_end ? r->end : r->start;
}

long area_free(struct regions *all, struct region *area,
               struct allocator *payer, l4_addr_t start, l4_addr_t end,
               l4_addr_t *ret_end)
{
    unsigned more, count = 0;
    start = whole(all, start, false);
    end = end < area->end ? whole(all, end, true) : end;
    const struct region *r = region_find(all, start, end);
    while (r && r->start < end && count++ < AREA_PIECE)
        r = region_next(all, r);
    if (r && r->start < end)
        end = r->start;
    area = region_cut(all, area, payer, start, end, &more);
    if (!area)
        return -L4_ENOMEM;
    region_remove(all, payer, area);
    for (struct region *in = region_find(all, start, end);
         in && in->start < end; in = region_next(all, in)) {
        in->is_inside = false;
        tree_measure(all->by_place, &in->by_place, &place_order);
    }
    *ret_end = end;
    return 0;
}

static bool is_alike(const struct region *a, const struct region *b)
{
    return a->end == b->start && a->attachment == b->attachment &&
           a->flags == b->flags && a->is_inside == b->is_inside &&
           a->shown == b->shown && a->is_foreign == b->is_foreign &&
           shown_end(a) == b->offset;
}

struct region *region_join(struct regions *all, struct allocator *payer,
                           l4_addr_t start, l4_addr_t end)
{
    struct region *r = region_find(all, start ? start - 1 : 0, ~0ul);
    struct region *n = r ? region_next(all, r) : NULL;
    while (n && r->start <= end && !is_alike(r, n)) {
        r = n;
        n = region_next(all, r);
    }
    if (!n || r->start > end)
        return NULL;
    l4_addr_t joined_end = n->end;
    region_remove(all, payer, n);
    set_end(all, r, joined_end);
    return r;
}

/* --- by what they show -------------------------------------------------- */

bool region_shows(const struct regions *all, const struct region *like)
{
    struct region first = {.is_foreign = like->is_foreign,
                           .shown = like->shown};
    const struct region *found = NULL;
    for (const struct tree_node *n = all->by_shown; n;) {
        bool is_behind = !shown_is_before(n, &first.by_kind);
        found = is_behind ? by_kind(n) : found;
        n = is_behind ? n->left : n->right;
    }
    return like->shown && found && found->shown == like->shown &&
           found->is_foreign == like->is_foreign;
}

/* A part of a dataspace. */
struct part {
    l4_umword_t label;
    l4_addr_t start, end;
};

/* Is all of the dataspace's part before r in the order by shown? */
static bool part_is_before(const struct part *p, const struct region *r)
{
    return r->is_foreign || p->label < r->shown ||
           (p->label == r->shown && p->end <= r->offset);
}

static void each_showing(const struct tree_node *n, const struct part *p,
                         void (*f)(struct region *r, void *context),
                         void *context)
{
    struct region *r = by_kind(n);
    if (!r || r->reach <= p->start)
        return;
    bool is_behind = !r->is_foreign && r->shown < p->label;
    if (!is_behind)
        each_showing(n->left, p, f, context);
    if (part_is_before(p, r))
        return;
    if (!is_behind && shown_end(r) > p->start)
        f(r, context);
    each_showing(n->right, p, f, context);
}

void region_each_showing(const struct regions *all, l4_umword_t label,
                         l4_addr_t start, l4_addr_t end,
                         void (*f)(struct region *r, void *context),
                         void *context)
{
    const struct part p = {label, start, end};
    each_showing(all->by_shown, &p, f, context);
}

/* --- places -------------------------------------------------------------- */

/* Is there a gap of so many pages at or behind *inout_page and before the end
 * of this subtree? Where that begins, or where what is behind the subtree does.
 * One path: a subtree that is wholly behind *inout_page is only entered where
 * a gap fits. */
static bool gap_find(const struct tree_node *n, enum span_kind kind,
                     l4_addr_t pages, l4_uint32_t *inout_page)
{
    struct span all = span_of(n, kind);
    if (all.high <= *inout_page)
        return false;
    if (all.low >= *inout_page) {
        if (all.low - *inout_page >= pages)
            return true;
        if (all.gap < pages) {
            *inout_page = all.high;
            return false;
        }
    }
    if (gap_find(n->left, kind, pages, inout_page))
        return true;
    const struct region *r = by_place(n);
    l4_uint32_t start = page_of(r->start), end = page_of(r->end);
    if (is_counted(r, kind)) {
        if (start >= *inout_page && start - *inout_page >= pages)
            return true;
        *inout_page = end > *inout_page ? end : *inout_page;
    }
    return gap_find(n->right, kind, pages, inout_page);
}

/* The first address at or after `at` with the alignment asked for. */
static l4_addr_t search_round(const struct region_search *s, l4_addr_t at)
{
    l4_addr_t low = s->congruent & (s->align - 1);
    return ((at - low + s->align - 1) & ~(s->align - 1)) + low;
}

/* The first place in a gap of `size` bytes. If that is more than what was asked
 * for, the place fits wherever the gap begins. */
static l4_addr_t search_gap(const struct regions *all, enum span_kind kind,
                            const struct region_search *s, l4_size_t size)
{
    l4_addr_t at = s->from;
    for (unsigned i = 0; i < REGION_TRIES; i++) {
        l4_addr_t place = search_round(s, at);
        if (place < at || place + s->size > s->to || place + s->size <= place)
            return 0;
        at = size == s->size ? place : at;
        l4_uint32_t page = page_of(at);
        gap_find(all->by_place, kind, size >> L4_PAGESHIFT, &page);
        if (page == page_of(at))
            return place;
        at = (l4_addr_t)page << L4_PAGESHIFT;
    }
    return 0;
}

l4_addr_t region_search(const struct regions *all, enum span_kind kind,
                        const struct region_search *wanted)
{
    struct region_search s = *wanted;
    s.to = s.to < ADDRESSES_END ? s.to : ADDRESSES_END;
    l4_addr_t place = search_gap(all, kind, &s, s.size);
    l4_size_t anyhow = s.size + s.align - L4_PAGESIZE;
    return place || anyhow <= s.size ? place
                                     : search_gap(all, kind, &s, anyhow);
}

/* --- invariants ----------------------------------------------------------- */

/* Sums up a subtree anew: I3 and I4. *ret_count: how many records. */
static const char *place_check(const struct tree_node *n, unsigned *ret_count)
{
    if (!n)
        return NULL;
    struct region now = *by_place(n);
    place_measure(&now.by_place);
    ++*ret_count;
    if (memcmp(now.spans, by_place(n)->spans, sizeof now.spans))
        return "region I3: a wrong span";
    const char *broken = place_check(n->left, ret_count);
    return broken ? broken : place_check(n->right, ret_count);
}

static const char *shown_check(const struct tree_node *n, unsigned *ret_count)
{
    if (!n)
        return NULL;
    struct region now = *by_kind(n);
    shown_measure(&now.by_kind);
    ++*ret_count;
    if (now.reach != by_kind(n)->reach)
        return "region I4: a wrong reach";
    const char *broken = shown_check(n->left, ret_count);
    return broken ? broken : shown_check(n->right, ret_count);
}

static const char *trees_check(const struct regions *all)
{
    unsigned count = 0, regions = 0;
    const char *broken = tree_check(all->by_place, &place_order);
    if (!broken)
        broken = tree_check(all->areas, &area_order);
    if (!broken)
        broken = tree_check(all->by_shown, &shown_order);
    if (!broken)
        broken = place_check(all->by_place, &count);
    if (!broken)
        broken = shown_check(all->by_shown, &regions);
    for (const struct region *a = area_first(all); a; a = area_next(all, a))
        count--;
    if (!broken && count != regions)
        broken = "region I4: the trees differ";
    return broken;
}

/* One after the other of its kind, which ended at `last`. */
static const char *range_check(const struct region *r, l4_addr_t last,
                               l4_addr_t end)
{
    if (r->start >= r->end || ((r->start | r->end) & ~L4_PAGEMASK))
        return "region I1: not whole pages";
    if (r->start < last)
        return "region I1: two overlap, or rm I1: one is before the slot";
    return r->end > end ? "rm I1: one is behind the slot" : NULL;
}

const char *region_check(const struct regions *all, l4_addr_t start,
                         l4_addr_t end)
{
    const char *broken = trees_check(all);
    l4_addr_t last = start;
    for (const struct region *r = area_first(all); r && !broken;
         last = r->end, r = area_next(all, r))
        broken = range_check(r, last, end);
    last = start;
    for (const struct region *r = region_first(all); r && !broken;
         last = r->end, r = region_next(all, r)) {
        const struct region *area = area_find(all, r->start, r->end);
        broken = range_check(r, last, end);
        if (!broken && r->is_inside != !!area)
            broken = "region I2: wrong about its area";
        if (area && (area->start > r->start || area->end < r->end))
            broken = "region I2: half inside of an area";
    }
    return broken;
}
