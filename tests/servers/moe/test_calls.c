/*
 * The C service functions that no other test calls, mostly second spellings of
 * ones that are tested: services.txt says which test has which function.
 */
#include "tap.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/log.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/parent.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/c/video/colors.h>
#include <l4/re/env.h>
#include <string.h>

enum { SIZE = 2 * L4_PAGESIZE, OTHER_SIGNAL = 5 };

static l4re_ds_t memory(void)
{
    l4re_ds_t ds = l4re_util_cap_alloc();
    code(l4re_ma_alloc_align(SIZE, ds, 0, 0), 0, "memory_is_made");
    return ds;
}

static void environment(void)
{
    fact(l4re_env_get_cap_e("rom", l4re_env()) == l4re_env_get_cap("rom"),
         "an_environment_is_asked_by_name");
    fact(l4re_util_cap_last() >= (long)(l4re_util_cap_alloc() >> L4_CAP_SHIFT),
         "slots_have_a_last_one");
    code(l4re_parent_signal(l4re_env()->parent, OTHER_SIGNAL, 0), -L4_ENOSYS,
         "a_parent_knows_one_signal");
    l4_cap_idx_t file = l4re_util_cap_alloc();
    code(l4re_ns_query_to_srv(l4re_env_get_cap("rom"), "test-calls", file, 100),
         0, "a_name_is_asked_for_with_patience");
}

static void logs(void)
{
    l4re_log_print("# print\n");
    l4re_log_printn("# printn, cut here", 8);
    l4re_log_print_srv(l4re_env()->log, "\n# print_srv\n");
    l4re_log_printn_srv(l4re_env()->log, "# printn_srv\ncut", 13);
}

static void own_regions(l4re_ds_t ds)
{
    void *at = NULL;
    char name[8] = "x";
    l4re_ds_t found;
    l4re_rm_offset_t offset = 1;
    code(l4re_rm_attach_w_info(&at, SIZE, L4RE_RM_F_RW | L4RE_RM_F_SEARCH_ADDR,
                               ds, 0, 0, "name", 0),
         0, "memory_is_attached_with_a_name");
    code(l4re_rm_get_info((l4_addr_t)at, name, sizeof name, &offset), 0,
         "a_region_is_asked_for_its_name");
    fact(!name[0] && offset == 0, "which_it_does_not_keep");
    fact(l4re_rm_detach_ds(at, &found) >= 0 && found == ds,
         "detaching_tells_the_dataspace");
    l4re_rm_attach(&at, SIZE, L4RE_RM_F_RW | L4RE_RM_F_SEARCH_ADDR, ds, 0, 0);
    fact(l4re_rm_detach_unmap((l4_addr_t)at, L4_BASE_TASK_CAP) >= 0,
         "detaching_takes_pages_from_a_task");
    l4re_rm_attach(&at, SIZE, L4RE_RM_F_RW | L4RE_RM_F_SEARCH_ADDR, ds, 0, 0);
    fact(l4re_rm_detach_ds_unmap(at, &found, L4_BASE_TASK_CAP) >= 0 &&
             found == ds,
         "and_both");
    l4re_rm_show_lists();
}

static void other_regions(l4_cap_idx_t rm, l4re_ds_t ds)
{
    l4_addr_t area = 0, where;
    unsigned long size = 1;
    void *at = NULL;
    l4re_rm_offset_t offset;
    l4re_rm_flags_t flags;
    l4re_ds_t found;
    code(l4re_rm_reserve_area_srv(rm, &area, SIZE, L4RE_RM_F_SEARCH_ADDR, 0), 0,
         "an_area_of_any_region_map");
    code(l4re_rm_free_area_srv(rm, area), 0, "is_given_back");
    code(l4re_rm_attach_srv(rm, &at, SIZE, L4RE_RM_F_RW | L4RE_RM_F_SEARCH_ADDR,
                            ds, 0, 0),
         0, "memory_is_attached_there");
    where = (l4_addr_t)at;
    fact(l4re_rm_find_srv(rm, &where, &size, &offset, &flags, &found) >= 0 &&
             size == SIZE && found == ds,
         "and_found");
    code(l4re_rm_get_info_srv(rm, (l4_addr_t)at, NULL, 0, NULL), 0,
         "asked_for_its_name");
    l4re_rm_show_lists_srv(rm);
    fact(l4re_rm_detach_srv(rm, (l4_addr_t)at, &found, L4_BASE_TASK_CAP) >= 0,
         "and_detached");
    code(l4re_rm_attach_w_info_srv(rm, &at, SIZE,
                                   L4RE_RM_F_RW | L4RE_RM_F_SEARCH_ADDR, ds, 0,
                                   0, "name", 0),
         0, "with_a_name_as_well");
    l4re_rm_detach(at);
}

/* Red 5 bits, green 6, blue 5. */
static void colors(void)
{
    l4re_video_pixel_info_t p;
    memset(&p, 0, sizeof p);
    p.r.size = 5;
    p.g.size = 6;
    p.b.size = 5;
    code(l4re_video_bits_per_pixel(&p), 16, "a_pixel_has_its_colors_bits");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    l4re_ds_t ds = memory();
    environment();
    logs();
    own_regions(ds);
    other_regions(l4re_env()->rm, ds);
    colors();
    return tap_end();
}
