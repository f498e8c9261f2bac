/*
 * Regions and slots of moe: places are found, kept apart and given back.
 */
#include "../../../servers/moe/record.h"
#include "../../../servers/moe/region.h"
#include "../../../servers/moe/slots.h"
#include <criterion/criterion.h>
#include <stdlib.h>

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

static struct region *list;

static void add(l4_addr_t start, l4_addr_t end)
{
    struct region r = {.start = start, .end = end};
    cr_assert_eq(region_insert(&list, NULL, &r), 0);
}

static l4_addr_t search(l4_addr_t from, l4_size_t size, l4_addr_t align,
                        l4_addr_t congruent)
{
    struct region_search s = {.from = from,
                              .to = 0x100000,
                              .size = size,
                              .align = align,
                              .congruent = congruent};
    return region_search(list, NULL, &s);
}

Test(region, the_list_is_ordered)
{
    add(0x5000, 0x6000);
    add(0x1000, 0x2000);
    add(0x3000, 0x4000);
    cr_expect(list->start == 0x1000 && list->next->start == 0x3000 &&
              list->next->next->start == 0x5000);
}

Test(region, a_region_is_found_by_any_of_its_bytes)
{
    add(0x1000, 0x3000);
    cr_expect_null(region_find(list, 0, 0x1000));
    cr_expect_not_null(region_find(list, 0, 0x1001));
    cr_expect_not_null(region_find(list, 0x2fff, 0x3000));
    cr_expect_null(region_find(list, 0x3000, 0x4000));
    cr_expect_null(region_find(list, ~0ul, 0));
}

Test(region, removing_frees)
{
    add(0x1000, 0x2000);
    add(0x2000, 0x3000);
    region_remove(&list, NULL, list->next);
    region_remove(&list, NULL, list);
    cr_expect_null(list);
    cr_expect_eq(pieces, 0);
}

/* A region that shows a dataspace from offset 0x10000 on. */
static struct region *shown(l4_addr_t start, l4_addr_t end)
{
    struct region r = {.start = start,
                       .end = end,
                       .ds = 4,
                       .attachment = 1,
                       .offset = 0x10000};
    cr_assert_eq(region_insert(&list, NULL, &r), 0);
    return list;
}

Test(region, a_cut_keeps_what_lies_where)
{
    unsigned more = 7;
    struct region *part =
        region_cut(shown(0x1000, 0x9000), NULL, 0x3000, 0x5000, &more);
    cr_assert_eq(more, 2);
    cr_expect(part->start == 0x3000 && part->end == 0x5000);
    cr_expect_eq(part->offset, 0x12000);
    cr_expect(list->end == 0x3000 && list->next == part);
    cr_expect(part->next->start == 0x5000 && part->next->end == 0x9000);
    cr_expect_eq(part->next->offset, 0x14000);
    cr_expect_null(region_check(list, 0, 0x10000));
}

Test(region, a_cut_at_its_ends_is_none)
{
    unsigned more = 7;
    struct region *r = shown(0x1000, 0x9000);
    cr_expect_eq(region_cut(r, NULL, 0x1000, 0x9000, &more), r);
    cr_expect_eq(more, 0);
    cr_expect_eq(region_cut(r, NULL, 0x1000, 0x2000, &more), r);
    cr_expect_eq(more, 1);
    cr_expect(list->end == 0x2000 && list->next->start == 0x2000);
}

Test(region, without_memory_nothing_is_cut)
{
    unsigned more;
    for (limit = pieces + 1; limit <= pieces + 2; limit++) {
        struct region *r = shown(0x1000, 0x9000);
        cr_expect_null(region_cut(r, NULL, 0x3000, 0x5000, &more));
        cr_expect(r->end == 0x9000 && !r->next);
        region_remove(&list, NULL, r);
    }
    cr_expect_eq(pieces, 0);
}

Test(region, pieces_of_one_attachment_that_are_alike_are_joined)
{
    unsigned more;
    struct region *part =
        region_cut(shown(0x1000, 0x9000), NULL, 0x3000, 0x5000, &more);
    part->flags = 1;
    cr_expect_null(region_join(list, NULL, 0, 0x10000));
    part->flags = 0;
    cr_expect_null(region_join(list, NULL, 0x6000, 0x8000));
    cr_expect_eq(region_join(list, NULL, 0x3000, 0x5000), list);
    cr_expect_eq(region_join(list, NULL, 0x3000, 0x5000), list);
    cr_expect(list->end == 0x9000 && !list->next && list->offset == 0x10000);
    cr_expect_eq(pieces, 1);
}

Test(region, strangers_are_not_joined)
{
    unsigned more;
    region_cut(shown(0x1000, 0x9000), NULL, 0x1000, 0x5000, &more);
    list->next->attachment = 2;
    cr_expect_null(region_join(list, NULL, 0, 0x10000));
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
    struct region area = {.start = 0x1000, .end = 0x9000};
    struct region_search s = {
        .from = 0x1000, .to = 0x100000, .size = 0x1000, .align = 0x1000};
    cr_expect_eq(region_search(NULL, &area, &s), 0x9000);
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
