/*
 * Parts of regions: they are detached, and get other rights, one by one.
 *
 * Pages are tried by a second thread (touch.h), so that a refusal is an answer.
 */
#include "tap.h"
#include "touch.h"
#include "../../../servers/lib/l4re_c/vitrine_rm.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/debug.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/sys/err.h>
#include <l4/sys/task.h>
#include <string.h>

enum { PAGES = 8, DEBUG_CHECK = 1 };

#define PAGE L4_PAGESIZE
#define SIZE ((l4_size_t)PAGES * PAGE)

static l4_cap_idx_t rm;

static l4re_ds_t memory(void)
{
    l4re_ds_t ds = l4re_util_cap_alloc();
    l4re_ma_alloc(SIZE, ds, 0);
    return ds;
}

/* Attached and written: page i holds 'a' + i. */
static char *attached(l4re_ds_t ds, l4re_rm_flags_t flags)
{
    char *p = NULL;
    l4re_rm_attach((void **)&p, SIZE, L4RE_RM_F_SEARCH_ADDR | flags, ds, 0, 0);
    for (int i = 0; p && i < PAGES; i++)
        memset(p + i * PAGE, 'a' + i, PAGE);
    return p;
}

static long detach(char *at, l4_size_t size, l4re_ds_t *ret_ds)
{
    return vitrine_rm_detach_part(rm, (l4_addr_t)at, size, ret_ds);
}

static long protect(char *at, l4_size_t size, l4re_rm_flags_t rights)
{
    return vitrine_rm_protect(rm, (l4_addr_t)at, size, rights);
}

/* The region at p: how many pages; its offset in *ret_offset. 0: none. */
static unsigned region_at(char *p, l4_addr_t *ret_offset)
{
    l4_addr_t at = (l4_addr_t)p;
    unsigned long size = 1;
    l4re_rm_offset_t offset;
    l4re_rm_flags_t flags;
    l4re_ds_t ds;
    if (l4re_rm_find(&at, &size, &offset, &flags, &ds) != 1)
        return 0;
    *ret_offset = offset;
    return (unsigned)(size / PAGE);
}

static void in_pieces(void)
{
    l4re_ds_t ds = memory(), left = 0;
    char *p = attached(ds, L4RE_RM_F_RW);
    l4_addr_t offset = 0;
    code(detach(p + 3 * PAGE, 2 * PAGE, &left), L4RE_RM_SPLIT_DS,
         "the_middle_is_detached");
    fact(left == L4_INVALID_CAP, "its_dataspace_is_still_shown");
    fact(!can_read(p + 3 * PAGE) && !can_read(p + 4 * PAGE),
         "what_was_detached_is_not_there");
    fact(can_write(p + 2 * PAGE) && can_write(p + 5 * PAGE) &&
             p[5 * PAGE + 1] == 'f',
         "what_lies_beside_it_is");
    fact(region_at(p + 5 * PAGE, &offset) == 3 && offset == 5 * PAGE,
         "at_the_offset_it_had");
    code(detach(p, PAGE, NULL), L4RE_RM_KEPT_DS, "a_region_loses_its_start");
    code(detach(p + 7 * PAGE, PAGE, NULL), L4RE_RM_KEPT_DS, "or_its_end");
    fact(region_at(p + PAGE, &offset) == 2 && offset == PAGE &&
             region_at(p + 5 * PAGE, &offset) == 2,
         "then_the_rest_is_a_region");
    code(detach(p, SIZE, &left), L4RE_RM_DETACHED_DS | L4RE_RM_DETACH_AGAIN,
         "of_two_regions_the_first_is_detached");
    fact(left == L4_INVALID_CAP, "the_other_shows_the_dataspace");
    code(detach(p, SIZE, &left), L4RE_RM_DETACHED_DS, "then_that");
    fact(left == ds, "and_with_the_last_it_is_told");
    code(detach(p, SIZE, NULL), -L4_ENOENT, "then_nothing_is_there");
    code(detach(p, 0, NULL), -L4_EINVAL, "a_part_of_no_size_is_refused");
    code(detach(p, ~0ul, NULL), -L4_EINVAL, "or_of_any");
    code(detach(p + 1, SIZE, NULL), -L4_ENOENT, "a_part_is_whole_pages");
    vitrine_destroy(ds);
    l4re_util_cap_free_um(ds);
}

static l4_umword_t used(void)
{
    struct vitrine_usage u = {0};
    vitrine_usage(l4re_env()->mem_alloc, &u);
    return u.bytes;
}

/* Of bytes that moe's records of regions are part of, which come and go. */
static l4_umword_t whole_pages(l4_umword_t bytes)
{
    return (bytes + PAGE / 2) / PAGE;
}

static void freed_in_pieces(void)
{
    l4re_ds_t ds = memory();
    char *p = attached(ds, L4RE_RM_F_RW | L4RE_RM_F_DETACH_FREE);
    l4_umword_t before = used();
    detach(p + 2 * PAGE, 4 * PAGE, NULL);
    fact(whole_pages(before - used()) == 4,
         "what_is_detached_is_freed_if_asked_for");
    detach(p, SIZE, NULL);
    detach(p, SIZE, NULL);
    fact(whole_pages(before - used()) == SIZE / PAGE, "the_rest_too");
    l4re_util_cap_free_um(ds);
}

static void rights_of_a_part(void)
{
    l4re_ds_t ds = memory();
    char *p = attached(ds, L4RE_RM_F_RW);
    l4_addr_t offset;
    code(protect(p + 2 * PAGE, 2 * PAGE, L4RE_RM_F_R), 0,
         "a_part_becomes_read_only");
    fact(can_read(p + 2 * PAGE) && !can_write(p + 2 * PAGE) &&
             !can_write(p + 4 * PAGE - 1),
         "it_is_read_and_not_written");
    fact(can_write(p + 2 * PAGE - 1) && can_write(p + 4 * PAGE),
         "its_neighbours_are");
    code(protect(p + 3 * PAGE, PAGE, 0), 0, "a_part_of_it_gets_no_right");
    fact(!can_read(p + 3 * PAGE), "then_it_is_not_even_read");
    code(protect(p + PAGE, 4 * PAGE, L4RE_RM_F_RW), 0,
         "rights_come_back_over_several_regions");
    fact(can_write(p + 3 * PAGE) && touch(p + 3 * PAGE + 1, false, 0) == 'd',
         "with_what_was_there");
    fact(region_at(p, &offset) == PAGES, "what_is_alike_again_is_one_region");
    code(protect(p, SIZE, L4RE_RM_F_R), 0, "all_of_it_becomes_read_only");
    fact(!can_write(p) && can_read(p + SIZE - 1), "it_is");
    l4re_rm_detach(p);
    vitrine_destroy(ds);
    l4re_util_cap_free_um(ds);
}

static void rights_refused(void)
{
    l4re_ds_t ds = memory(), copy = l4re_util_cap_alloc();
    char *p = NULL;
    l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                l4_obj_fpage(ds, 0, L4_CAP_FPAGE_RO),
                l4_map_obj_control(copy, L4_MAP_ITEM_MAP));
    l4re_rm_attach((void **)&p, SIZE, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_R, copy,
                   0, 0);
    code(protect(p, PAGE, L4RE_RM_F_RW), -L4_EPERM,
         "nobody_gets_more_than_the_capability_gave");
    code(protect(p, PAGE, L4RE_RM_F_RX), 0, "but_all_that_it_gave");
    code(protect(p + SIZE - PAGE, 2 * PAGE, L4RE_RM_F_R), -L4_ENOENT,
         "where_nothing_is_there_are_no_rights");
    code(protect(p, 0, L4RE_RM_F_R), -L4_EINVAL, "no_size_has_no_rights");
    l4re_rm_detach(p);
    vitrine_destroy(ds);
    l4re_util_cap_free_um(copy);
    l4re_util_cap_free_um(ds);
}

/* Two attachments side by side are not joined, however alike they are. */
static void neighbours(void)
{
    l4re_ds_t ds = memory();
    l4_addr_t area = 0, offset;
    void *a, *b;
    l4re_rm_reserve_area(&area, 2 * PAGE, L4RE_RM_F_SEARCH_ADDR, 0);
    a = (void *)area;
    b = (void *)(area + PAGE);
    l4re_rm_attach(&a, PAGE, L4RE_RM_F_RW | L4RE_RM_F_IN_AREA, ds, 0, 0);
    l4re_rm_attach(&b, PAGE, L4RE_RM_F_RW | L4RE_RM_F_IN_AREA, ds, PAGE, 0);
    code(protect(a, 2 * PAGE, L4RE_RM_F_R), 0, "two_regions_change_at_once");
    fact(region_at(a, &offset) == 1 && region_at(b, &offset) == 1,
         "and_stay_two");
    detach(a, 2 * PAGE, NULL);
    detach(b, PAGE, NULL);
    code(vitrine_rm_free_area_part(rm, area, PAGE), 0,
         "part_of_an_area_is_freed");
    b = (void *)(area + PAGE);
    code(l4re_rm_attach(&b, PAGE, L4RE_RM_F_RW, ds, 0, 0), -L4_EADDRNOTAVAIL,
         "the_rest_keeps_others_out");
    a = (void *)area;
    code(l4re_rm_attach(&a, PAGE, L4RE_RM_F_RW, ds, 0, 0), 0,
         "where_it_was_there_is_room");
    l4re_rm_detach(a);
    code(l4re_rm_free_area(area + PAGE), 0, "the_rest_is_freed_too");
    vitrine_destroy(ds);
    l4re_util_cap_free_um(ds);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    rm = l4re_env()->rm;
    touch_start();
    in_pieces();
    freed_in_pieces();
    rights_of_a_part();
    rights_refused();
    neighbours();
    code(l4re_debug_obj_debug(l4re_env()->mem_alloc, DEBUG_CHECK), 0,
         "after_all_this_the_invariants_hold");
    return tap_end();
}
