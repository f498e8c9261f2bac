/*
 * Regions and slots of moe: places are found, kept apart and given back.
 */
#include "../../../servers/moe/record.h"
#include "../../../servers/moe/region.h"
#include "../../../servers/moe/slots.h"
#include <criterion/criterion.h>
#include <l4/sys/consts.h>
#include <stdlib.h>
#include <string.h>

static unsigned pieces;      /* allocated */
static unsigned limit = ~0u; /* so many can be */

void *record_alloc(struct allocator *payer, size_t size)
{
    (void)payer;
    if (pieces == limit)
        return NULL;
    pieces++;
    return calloc(1, size);
}

void record_free(struct allocator *payer, void *p, size_t size)
{
    (void)payer;
    (void)size;
    pieces -= p != NULL;
    free(p);
}

static struct regions all;

static struct region *first(void)
{
    return region_first(&all);
}

static struct region *next(const struct region *r)
{
    return region_next(&all, r);
}

static void add(l4_addr_t start, l4_addr_t end)
{
    struct region r = {.start = start, .end = end};
    cr_assert_eq(region_insert(&all, NULL, &r), 0);
}

static l4_addr_t search(l4_addr_t from, l4_size_t size, l4_addr_t align,
                        l4_addr_t congruent)
{
    struct region_search s = {.from = from,
                              .to = 0x100000,
                              .size = size,
                              .align = align,
                              .congruent = congruent};
    return region_search(&all, SPAN_TAKEN, &s);
}

Test(region, they_are_ordered)
{
    add(0x5000, 0x6000);
    add(0x1000, 0x2000);
    add(0x3000, 0x4000);
    cr_expect(first()->start == 0x1000 && next(first())->start == 0x3000 &&
              next(next(first()))->start == 0x5000);
    cr_expect_null(next(next(next(first()))));
}

Test(region, a_region_is_found_by_any_of_its_bytes)
{
    add(0x1000, 0x3000);
    cr_expect_null(region_find(&all, 0, 0x1000));
    cr_expect_not_null(region_find(&all, 0, 0x1001));
    cr_expect_not_null(region_find(&all, 0x2fff, 0x3000));
    cr_expect_null(region_find(&all, 0x3000, 0x4000));
    cr_expect_null(region_find(&all, ~0ul, 0));
}

Test(region, removing_frees)
{
    add(0x1000, 0x2000);
    add(0x2000, 0x3000);
    region_remove(&all, NULL, next(first()));
    region_remove(&all, NULL, first());
    cr_expect_null(first());
    cr_expect(!all.by_place && !all.by_shown && !all.areas);
    cr_expect_eq(pieces, 0);
}

/* A region that shows a dataspace from offset 0x10000 on. */
static struct region *shown(l4_addr_t start, l4_addr_t end)
{
    struct region r = {.start = start,
                       .end = end,
                       .shown = 4,
                       .attachment = 1,
                       .offset = 0x10000};
    cr_assert_eq(region_insert(&all, NULL, &r), 0);
    return first();
}

Test(region, a_cut_keeps_what_lies_where)
{
    unsigned more = 7;
    struct region *part =
        region_cut(&all, shown(0x1000, 0x9000), NULL, 0x3000, 0x5000, &more);
    cr_assert_eq(more, 2);
    cr_expect(part->start == 0x3000 && part->end == 0x5000);
    cr_expect_eq(part->offset, 0x12000);
    cr_expect(first()->end == 0x3000 && next(first()) == part);
    cr_expect(next(part)->start == 0x5000 && next(part)->end == 0x9000);
    cr_expect_eq(next(part)->offset, 0x14000);
    cr_expect_null(region_check(&all, 0, 0x10000));
}

Test(region, a_cut_at_its_ends_is_none)
{
    unsigned more = 7;
    struct region *r = shown(0x1000, 0x9000);
    cr_expect_eq(region_cut(&all, r, NULL, 0x1000, 0x9000, &more), r);
    cr_expect_eq(more, 0);
    cr_expect_eq(region_cut(&all, r, NULL, 0x1000, 0x2000, &more), r);
    cr_expect_eq(more, 1);
    cr_expect(r->end == 0x2000 && next(r)->start == 0x2000);
}

Test(region, without_memory_nothing_is_cut)
{
    unsigned more;
    for (limit = pieces + 1; limit <= pieces + 2; limit++) {
        struct region *r = shown(0x1000, 0x9000);
        cr_expect_null(region_cut(&all, r, NULL, 0x3000, 0x5000, &more));
        cr_expect(r->end == 0x9000 && !next(r));
        region_remove(&all, NULL, r);
    }
    cr_expect_eq(pieces, 0);
}

Test(region, pieces_of_one_attachment_that_are_alike_are_joined)
{
    unsigned more;
    struct region *part =
        region_cut(&all, shown(0x1000, 0x9000), NULL, 0x3000, 0x5000, &more);
    part->flags = 1;
    cr_expect_null(region_join(&all, NULL, 0, 0x10000));
    part->flags = 0;
    cr_expect_null(region_join(&all, NULL, 0x6000, 0x8000));
    cr_expect_eq(region_join(&all, NULL, 0x3000, 0x5000), first());
    cr_expect_eq(region_join(&all, NULL, 0x3000, 0x5000), first());
    cr_expect(first()->end == 0x9000 && !next(first()) &&
              first()->offset == 0x10000);
    cr_expect_eq(pieces, 1);
}

Test(region, strangers_are_not_joined)
{
    unsigned more;
    region_cut(&all, shown(0x1000, 0x9000), NULL, 0x1000, 0x5000, &more);
    next(first())->attachment = 2;
    cr_expect_null(region_join(&all, NULL, 0, 0x10000));
}

Test(region, the_first_gap_that_fits_is_taken)
{
    add(0x1000, 0x2000);
    add(0x3000, 0x8000);
    cr_expect_eq(search(0x1000, 0x1000, 0x1000, 0), 0x2000);
    cr_expect_eq(search(0x1000, 0x2000, 0x1000, 0), 0x8000);
    cr_expect_eq(search(0x1000, 0x100000, 0x1000, 0), 0);
    cr_expect_eq(search(0x1000, ~0ul - 0xfff, 0x1000, 0), 0);
}

Test(region, alignment_and_congruence_are_kept)
{
    add(0x1000, 0x2000);
    cr_expect_eq(search(0x1000, 0x1000, 0x10000, 0), 0x10000);
    cr_expect_eq(search(0x1000, 0x1000, 0x10000, 0x1005000), 0x5000);
    cr_expect_eq(search(0x6000, 0x1000, 0x10000, 0x1005000), 0x15000);
}

Test(region, areas_are_in_the_way_too)
{
    const struct region area = {
        .start = 0x1000, .end = 0x9000, .is_area = true};
    cr_assert_eq(region_insert(&all, NULL, &area), 0);
    struct region_search s = {
        .from = 0x1000, .to = 0x100000, .size = 0x1000, .align = 0x1000};
    cr_expect_eq(region_search(&all, SPAN_TAKEN, &s), 0x9000);
    cr_expect_eq(region_search(&all, SPAN_REGIONS, &s), 0x1000);
}

/* --- against a map of bytes, one for each page ------------------------- */

enum { MAP = 1024, STEPS = 4000 };

enum { OF_REGION, OF_AREA, OWNERS };
static unsigned char taken[OWNERS][MAP]; /* pages */

static unsigned long random_state = 1;

/* From 0 to n - 1. */
static unsigned dice(unsigned n)
{
    random_state = random_state * 6364136223846793005ul + 1442695040888963407ul;
    return (unsigned)(random_state >> 33) % n;
}

static bool is_free(const unsigned char *map, unsigned page, unsigned n)
{
    while (n && !map[page])
        page++, n--;
    return !n;
}

static void mark(const struct region *r, bool is_taken)
{
    memset(&taken[r->is_area ? OF_AREA : OF_REGION][r->start >> L4_PAGESHIFT],
           is_taken, (r->end - r->start) >> L4_PAGESHIFT);
}

/* As moe did with lists: step by step. 0: none. */
static unsigned naive_search(const struct region_search *s, bool in_area)
{
    unsigned n = (unsigned)(s->size >> L4_PAGESHIFT);
    for (l4_addr_t at = s->from; at + s->size <= s->to; at += L4_PAGESIZE)
        if (at % s->align == s->congruent % s->align &&
            is_free(taken[OF_REGION], at >> L4_PAGESHIFT, n) &&
            (in_area || is_free(taken[OF_AREA], at >> L4_PAGESHIFT, n)))
            return at;
    return 0;
}

static void try_search(unsigned n)
{
    unsigned align = 1u << dice(4);
    l4_addr_t from = 1 + dice(MAP / 2);
    bool in_area = dice(2);
    struct region_search s = {.from = from << L4_PAGESHIFT,
                              .to = (l4_addr_t)MAP << L4_PAGESHIFT,
                              .size = (l4_size_t)n << L4_PAGESHIFT,
                              .align = (l4_addr_t)align << L4_PAGESHIFT,
                              .congruent = (l4_addr_t)dice(9) << L4_PAGESHIFT};
    cr_assert_eq(region_search(&all, in_area ? SPAN_REGIONS : SPAN_TAKEN, &s),
                 naive_search(&s, in_area));
}

/* As moe allows it: a region is all in an area, or beside them all. */
static void try_insert(unsigned page, unsigned n)
{
    const struct region r = {
        .start = (l4_addr_t)page << L4_PAGESHIFT,
        .end = (l4_addr_t)(page + n) << L4_PAGESHIFT,
        .is_area = !dice(3),
        .shown = 4ul * dice(5),
        .offset = (l4_addr_t)dice(64) << L4_PAGESHIFT,
    };
    const struct region *area = area_find(&all, r.start, r.end);
    cr_assert_eq(!area, is_free(taken[OF_AREA], page, n));
    bool fits = !region_find(&all, r.start, r.end);
    cr_assert_eq(fits, is_free(taken[OF_REGION], page, n));
    if (area && (r.is_area || area->start > r.start || area->end < r.end))
        fits = false;
    if (!fits)
        return;
    cr_assert_eq(region_insert(&all, NULL, &r), 0);
    mark(&r, true);
}

/* A range of the area at or behind the page is free for all. */
static void try_area_free(unsigned page)
{
    struct region *area =
        area_find(&all, (l4_addr_t)page << L4_PAGESHIFT, ~0ul);
    if (!area)
        return;
    unsigned pages = (unsigned)((area->end - area->start) >> L4_PAGESHIFT);
    unsigned first = dice(pages), n = 1 + dice(pages - first);
    l4_addr_t start = area->start + ((l4_addr_t)first << L4_PAGESHIFT), to;
    struct region freed = {.start = start,
                           .end = start + ((l4_addr_t)n << L4_PAGESHIFT),
                           .is_area = true};
    cr_assert_eq(area_free(&all, area, NULL, freed.start, freed.end, &to), 0);
    const struct region *r = region_find(&all, start, start + 1);
    freed.start = r ? r->start : start; /* it may have been more, */
    freed.end = to;                     /* there, or less */
    mark(&freed, false);
    cr_assert_null(area_find(&all, freed.start, freed.end));
}

/* The region at or behind the page goes, or a part of it. */
static void try_remove(unsigned page)
{
    unsigned more;
    struct region *r = region_find(&all, (l4_addr_t)page << L4_PAGESHIFT, ~0ul);
    if (!r)
        return;
    unsigned pages = (unsigned)((r->end - r->start) >> L4_PAGESHIFT);
    l4_addr_t start = r->start + ((l4_addr_t)dice(pages) << L4_PAGESHIFT);
    if (dice(2))
        r = region_cut(&all, r, NULL, start, start + L4_PAGESIZE, &more);
    mark(r, false);
    region_remove(&all, NULL, r);
}

/* All areas as they were marked? */
static void areas_are_right(void)
{
    static unsigned char found[MAP];
    memset(found, 0, sizeof found);
    for (const struct region *a = area_first(&all); a; a = area_next(&all, a))
        memset(&found[a->start >> L4_PAGESHIFT], 1,
               (a->end - a->start) >> L4_PAGESHIFT);
    cr_assert_eq(memcmp(found, taken[OF_AREA], sizeof found), 0);
}

static unsigned seen;

static void see(struct region *r, void *context)
{
    (void)r;
    (void)context;
    seen++;
}

/* Who shows this page of that dataspace, and does anybody show it at all? */
static void try_shown(l4_umword_t label, l4_addr_t offset)
{
    unsigned showing = 0;
    bool is_shown = false;
    for (const struct region *r = region_first(&all); r;
         r = region_next(&all, r)) {
        bool is_of = r->shown == label;
        is_shown |= is_of;
        showing += is_of && r->offset <= offset &&
                   offset < r->offset + (r->end - r->start);
    }
    seen = 0;
    region_each_showing(&all, label, offset, offset + L4_PAGESIZE, see, NULL);
    cr_assert_eq(seen, showing);
    cr_assert_eq(region_shows(&all, &(struct region){.shown = label}),
                 is_shown);
}

Test(region, all_is_as_in_a_map_of_bytes)
{
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned n = 1 + dice(8), page = 1 + dice(MAP - n - 1);
        unsigned what = dice(10);
        if (what < 6)
            try_insert(page, dice(4) ? n : 1 + dice(MAP - page));
        else if (what < 9)
            try_remove(page);
        else
            try_area_free(page);
        try_search(n);
        try_shown(4 + 4ul * dice(4), (l4_addr_t)dice(64) << L4_PAGESHIFT);
        areas_are_right();
        cr_assert_null(region_check(&all, 0, MAP << L4_PAGESHIFT));
    }
    while (area_first(&all))
        try_area_free(0);
    while (region_first(&all))
        try_remove(0);
    cr_expect_eq(pieces, 0);
}

/* In the order that would make a plain tree a list. */
Test(region, ten_thousand_are_nineteen_levels)
{
    for (l4_addr_t i = 1; i <= 10000; i++)
        add(2 * i * L4_PAGESIZE, (2 * i + 1) * L4_PAGESIZE);
    cr_expect_leq(all.by_place->height, 19);
    cr_expect_leq(all.by_shown->height, 19);
    cr_expect_null(region_check(&all, 0, ~0ul));
}

/* Areas and regions take turns: between regions there would be room. */
Test(region, gaps_are_between_areas_and_regions_alike)
{
    struct region_search s = {.from = 4 * L4_PAGESIZE,
                              .to = 0x8000000,
                              .size = 2 * L4_PAGESIZE,
                              .align = L4_PAGESIZE};
    for (l4_addr_t i = 1; i <= 4 * REGION_TRIES; i++) {
        const struct region area = {.start = (4 * i + 2) * L4_PAGESIZE,
                                    .end = (4 * i + 3) * L4_PAGESIZE,
                                    .is_area = true};
        add(4 * i * L4_PAGESIZE, (4 * i + 1) * L4_PAGESIZE);
        cr_assert_eq(region_insert(&all, NULL, &area), 0);
    }
    l4_addr_t end = (16 * REGION_TRIES + 3) * L4_PAGESIZE;
    cr_expect_eq(region_search(&all, SPAN_TAKEN, &s), end);
    cr_expect_eq(region_search(&all, SPAN_REGIONS, &s), 5 * L4_PAGESIZE);
    s.to = end;
    cr_expect_eq(region_search(&all, SPAN_TAKEN, &s), 0);
}

/* Gaps of three pages, each wrong for two that are aligned to four. */
Test(region, behind_many_that_nearly_fit_one_that_fits_anyhow_is_found)
{
    l4_addr_t wide = 3 * REGION_TRIES, last = 4 * REGION_TRIES;
    for (l4_addr_t i = 1; i <= last; i++)
        if (i != wide)
            add(4 * i * L4_PAGESIZE, (4 * i + 1) * L4_PAGESIZE);
    struct region_search s = {.from = 4 * L4_PAGESIZE,
                              .to = (4 * last + 1) * L4_PAGESIZE,
                              .size = 2 * L4_PAGESIZE,
                              .align = 4 * L4_PAGESIZE};
    cr_expect_eq(region_search(&all, SPAN_TAKEN, &s), 4 * wide * L4_PAGESIZE);
}

/* Its end is in pieces, for regions in it have to be told. */
Test(region, an_area_with_many_regions_is_freed_in_pieces)
{
    l4_addr_t size = 4 * AREA_PIECE * L4_PAGESIZE, at = size, to;
    const struct region area = {.start = at, .end = at + size, .is_area = true};
    cr_assert_eq(region_insert(&all, NULL, &area), 0);
    for (l4_addr_t i = 0; i < 2 * AREA_PIECE; i++)
        add(at + 2 * i * L4_PAGESIZE, at + (2 * i + 1) * L4_PAGESIZE);
    cr_assert_eq(area_free(&all, area_first(&all), NULL, at, at + size, &to),
                 0);
    cr_expect_eq(to, at + size / 2);
    cr_expect_eq(area_first(&all)->start, to);
    cr_expect_null(region_check(&all, 0, ADDRESSES_END));
    cr_assert_eq(area_free(&all, area_first(&all), NULL, to, at + size, &to),
                 0);
    cr_expect_eq(to, at + size);
    cr_expect_null(area_first(&all));
    cr_expect_null(region_check(&all, 0, ADDRESSES_END));
}

Test(region, none_is_half_inside_of_an_area)
{
    l4_addr_t to;
    const struct region area = {
        .start = 0x10000, .end = 0x20000, .is_area = true};
    cr_assert_eq(region_insert(&all, NULL, &area), 0);
    add(0x12000, 0x14000);
    cr_assert_eq(area_free(&all, area_first(&all), NULL, 0x13000, 0x18000, &to),
                 0);
    cr_expect_eq(area_first(&all)->end, 0x12000);
    cr_expect_eq(area_next(&all, area_first(&all))->start, 0x18000);
    cr_expect_null(region_check(&all, 0, ADDRESSES_END));
}

Test(region, joined_pieces_are_found_as_one)
{
    unsigned more;
    region_cut(&all, shown(0x1000, 0x9000), NULL, 0x3000, 0x5000, &more);
    while (region_join(&all, NULL, 0x3000, 0x5000))
        ;
    cr_expect_null(region_check(&all, 0, 0x10000));
    seen = 0;
    region_each_showing(&all, 4, 0x17000, 0x18000, see, NULL);
    cr_expect_eq(seen, 1);
    region_each_showing(&all, 4, 0x18000, 0x19000, see, NULL);
    region_each_showing(&all, 8, 0x17000, 0x18000, see, NULL);
    cr_expect_eq(seen, 1);
}

Test(region, what_others_serve_is_not_mistaken_for_a_label)
{
    struct region r = {.start = 0x1000, .end = 0x2000, .shown = 4};
    r.is_foreign = true;
    cr_assert_eq(region_insert(&all, NULL, &r), 0);
    cr_expect_eq(region_label(first()), 0);
    cr_expect(region_shows(&all, &r));
    cr_expect_not(region_shows(&all, &(struct region){.shown = 4}));
    region_each_showing(&all, 4, 0, 0x1000, see, NULL);
    cr_expect_eq(seen, 0);
}

Test(slots, none_is_above_what_programs_may_use)
{
    l4_addr_t last = 0, end = SLOTS_START + 5 * SLOT_SIZE + 1;
    unsigned count = 0;
    slots_limit(end);
    for (l4_addr_t s; (s = slots_take()); count++)
        last = s;
    cr_assert_eq(count, 5);
    cr_assert_eq(last, SLOTS_START + 4 * SLOT_SIZE);
}

Test(slots, each_is_given_once_and_comes_back)
{
    unsigned count = 0;
    l4_addr_t last = 0;
    for (l4_addr_t s; (s = slots_take()); count++) {
        cr_expect(s > last);
        last = s;
    }
    cr_expect_eq(count, (SLOTS_END - SLOTS_START) / SLOT_SIZE);
    slots_give_back(last);
    cr_expect_eq(slots_take(), last);
}

Test(slots, a_slot_given_back_is_not_taken_at_once)
{
    l4_addr_t first = slots_take();
    slots_give_back(first);
    cr_expect_neq(slots_take(), first);
}
