/*
 * Regions as they come, and as they go and change in parts (see rm_parts.h).
 *
 *      [ a: rw                       ]
 *      [ a: rw ][ part: r ][ a: rw   ]     protect
 *      [ a: rw ][ part: r ]                detach: KEPT, SPLIT, DETACHED
 *
 * A request first finds all it needs, cuts the region, and only then takes
 * pages away: without memory for the records nothing has changed. What concerns
 * many regions is asked for in pieces: CHECK_PIECE of them change together or
 * not at all.
 */
#include "rm_parts.h"
#include "dataspace.h"
#include "foreign.h"
#include "rm_pages.h"
#include <l4/re/c/rm.h>
#include <l4/sys/err.h>

/* Regions that one request looks at, at most, while everybody else waits. */
enum { CHECK_PIECE = 4 };

/* A region of what g shows comes, or goes; keeps I3 of rm.c. */
static void shown_use(const struct region *g)
{
    struct dataspace *ds = region_dataspace(g);
    if (ds)
        object_use(&ds->object);
    if (g->is_foreign)
        foreign_use(region_foreign(g));
}

static void shown_unuse(const struct region *g)
{
    struct dataspace *ds = region_dataspace(g);
    if (ds)
        object_unuse(&ds->object);
    if (g->is_foreign)
        foreign_unuse(region_foreign(g));
}

long region_add(struct rm *rm, struct region *g)
{
    g->attachment = ++rm->attachments;
    long error = region_insert(&rm->regions, rm->object.owner, g);
    if (!error)
        shown_use(g);
    return error;
}

void region_drop(struct rm *rm, struct region *g)
{
    struct region was = *g;
    region_remove(&rm->regions, rm->object.owner, g);
    shown_unuse(&was);
}

/* A stretch of a program's memory, whole pages. */
struct range {
    l4_addr_t start, end;
};

/* From {address, bytes} of a request. -L4_EINVAL: empty, or no addresses. */
static long range_read(const l4_umword_t *words, struct range *ret_range)
{
    l4_addr_t start = l4_trunc_page(words[0]), last = words[0] + words[1] - 1;
    if (!words[1] || last < start || last >= l4_trunc_page(~0ul))
        return -L4_EINVAL;
    *ret_range = (struct range){start, l4_round_page(last + 1)};
    return 0;
}

/* What of g is in range. */
static struct range range_in(struct range range, const struct region *g)
{
    return (struct range){
        .start = range.start > g->start ? range.start : g->start,
        .end = range.end < g->end ? range.end : g->end,
    };
}

/* The part of g in range becomes a region of its own: that one; NULL:
 * no memory. *ret_more: how many of g's parts are left beside it. Keeps I3. */
static struct region *region_part(struct rm *rm, struct region *g,
                                  struct range range, unsigned *ret_more)
{
    struct region *part = region_cut(&rm->regions, g, rm->object.owner,
                                     range.start, range.end, ret_more);
    for (unsigned i = 0; part && i < *ret_more; i++)
        shown_use(part);
    return part;
}

/* Parts of one attachment that are alike again become one; keeps I3. */
static void join_parts(struct rm *rm, struct range range)
{
    struct region *g;
    while ((g = region_join(&rm->regions, rm->object.owner, range.start,
                            range.end)))
        shown_unuse(g);
}

l4_msgtag_t rm_free_area(struct rm *rm, const struct request *r)
{
    struct range range = {r->mr[1], r->mr[1] + 1};
    l4_addr_t end;
    long error = r->words > 2 ? range_read(&r->mr[1], &range) : 0;
    if (error)
        return answer(error);
    struct region *area = area_find(&rm->regions, range.start, range.end);
    if (!area)
        return answer(-L4_ENOENT);
    range = r->words > 2 ? range_in(range, area)
                         : (struct range){area->start, area->end};
    error = area_free(&rm->regions, area, rm->object.owner, range.start,
                      range.end, &end);
    return answer_words(error ? error : end < range.end, 1, &end);
}

/* Takes g out, and its memory with it if that was asked for. */
static void region_detach(struct rm *rm, struct region *found)
{
    struct region g = *found;
    struct dataspace *ds = region_dataspace(&g);
    l4_size_t size = g.end - g.start;
    bool is_freed = ds && g.flags & L4RE_RM_F_DETACH_FREE && !ds->borrowed;
    region_unmap(rm, g.start, g.end, L4_FPAGE_RWX);
    if (is_freed && size != dataspace_span(ds))
        dataspace_drop(ds, g.offset, size);
    region_drop(rm, found);
    ds = region_dataspace(&g); /* it may have gone */
    if (ds && is_freed && size == dataspace_span(ds))
        object_end(&ds->object);
}

l4_msgtag_t rm_detach(struct rm *rm, const struct request *r)
{
    bool is_part = r->words > 2;
    struct range range = {r->mr[1], r->mr[1] + 1};
    long error = is_part ? range_read(&r->mr[1], &range) : 0;
    if (error)
        return answer(error);
    struct region *g = region_find(&rm->regions, range.start, range.end);
    if (!g)
        return answer(-L4_ENOENT);
    struct range part =
        is_part ? range_in(range, g) : (struct range){g->start, g->end};
    unsigned more = 0;
    g = region_part(rm, g, part, &more);
    if (!g)
        return answer(-L4_ENOMEM);
    const struct region was = *g;
    region_detach(rm, g);
    long result = (const long[]){L4RE_RM_DETACHED_DS, L4RE_RM_KEPT_DS,
                                 L4RE_RM_SPLIT_DS}[more];
    if (is_part && region_find(&rm->regions, part.end, range.end))
        result |= L4RE_RM_DETACH_AGAIN;
    return answer_words(result, 4,
                        (l4_umword_t[]){part.start, part.end - part.start,
                                        was.selector,
                                        region_shows(&rm->regions, &was)});
}

/* May all of range have these rights, as far as is looked at? -L4_ENOENT: it
 * has a gap. */
static long protect_check(const struct rm *rm, struct range range,
                          unsigned rights)
{
    l4_addr_t at = range.start;
    for (unsigned i = 0; at < range.end && i < CHECK_PIECE; i++) {
        const struct region *g = region_find(&rm->regions, at, at + 1);
        if (!g)
            return -L4_ENOENT;
        if (rights & ~g->most)
            return -L4_EPERM;
        if (g->flags & L4_FPAGE_RWX & ~rights && !rm->has_task)
            return -L4_EINVAL;
        at = g->end;
    }
    return 0;
}

/* What g may do in addition is seen at its next fault. */
static void region_protect(struct rm *rm, struct region *g, unsigned rights)
{
    unsigned lost = g->flags & L4_FPAGE_RWX & ~rights;
    if (lost)
        region_unmap(rm, g->start, g->end, rights ? lost : L4_FPAGE_RWX);
    g->flags = (g->flags & ~(l4_umword_t)L4_FPAGE_RWX) | rights;
}

/* One region at a time: it may come in parts, and join its neighbours. */
l4_msgtag_t rm_protect(struct rm *rm, const struct request *r)
{
    struct range range;
    unsigned rights = r->mr[3] & L4_FPAGE_RWX, more;
    long error = range_read(&r->mr[1], &range);
    if (!error && rights)
        rights |= L4_FPAGE_RO;
    if (!error)
        error = protect_check(rm, range, rights);
    if (error)
        return answer(error);
    struct region *g = region_find(&rm->regions, range.start, range.end);
    struct range part = range_in(range, g);
    g = region_part(rm, g, part, &more);
    if (g)
        region_protect(rm, g, rights);
    join_parts(rm, part);
    return answer_words(g ? part.end < range.end : -L4_ENOMEM, 1, &part.end);
}
