/*
 * Ported program: what dataspaces can do: map by hand, copy, clear, grow not.
 */
#include "handmade.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <string.h>

enum { SIZE = 4 * 4096 };

static l4re_ds_t make(char **at)
{
    l4re_ds_t ds = l4re_util_cap_alloc();
    must("alloc", l4re_ma_alloc(SIZE, ds, L4RE_MA_PINNED));
    *at = 0;
    must("attach", l4re_rm_attach((void **)at, SIZE,
                                  L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_EAGER_MAP |
                                      L4RE_RM_F_RW,
                                  ds | L4_CAP_FPAGE_RW, 0, L4_PAGESHIFT));
    return ds;
}

static void found(char *at)
{
    l4_addr_t addr = (l4_addr_t)at + 4096;
    unsigned long size = 1;
    l4re_rm_offset_t offset;
    l4re_rm_flags_t flags;
    l4re_ds_t ds;
    must("find", l4re_rm_find(&addr, &size, &offset, &flags, &ds));
    printf("found: %s, %lu bytes, offset %lu, flags %x\n",
           addr == (l4_addr_t)at ? "its start" : "elsewhere", size,
           (unsigned long)offset, flags & L4RE_RM_F_RWX);
}

static void mapped_by_hand(l4re_ds_t ds)
{
    l4_addr_t at = 0;
    must("area",
         l4re_rm_reserve_area(&at, SIZE, L4RE_RM_F_SEARCH_ADDR, L4_PAGESHIFT));
    must("map", l4re_ds_map(ds, 4096, L4RE_DS_F_RW, at, at, at + 4095));
    printf("by hand: %s\n", (char *)at);
    must("map all", l4re_ds_map_region(ds, 0, L4RE_DS_F_R, at, at + SIZE - 1));
    printf("all: %s\n", (char *)at + 4096);
    printf("beyond its end: %ld\n",
           (long)l4re_ds_map(ds, SIZE, L4RE_DS_F_R, at, at, at + 4095));
    must("free", l4re_rm_free_area(at));
}

int main(void)
{
    char *a, *b;
    l4re_ds_t from = make(&a), to = make(&b), gone;
    strcpy(a + 4096, "second page");
    found(a);
    mapped_by_hand(from);
    must("copy", l4re_ds_copy_in(to, 8192, from, 4096, 4096));
    printf("copied: %s\n", b + 8192);
    must("clear", l4re_ds_clear(from, 4096, 4096));
    printf("cleared: '%s', copy: '%s'\n", a + 4096, b + 8192);
    printf("size %lu, flags %lx\n", (unsigned long)l4re_ds_size(from),
           l4re_ds_flags(from));
    printf("copy beyond: %ld, clear beyond: %ld\n",
           (long)l4re_ds_copy_in(to, SIZE, from, 0, 1),
           (long)l4re_ds_clear(from, SIZE, 1));
    must("detach", l4re_rm_detach_ds(a, &gone));
    printf("detached %s\n",
           l4_error(l4_task_cap_equal(L4RE_THIS_TASK_CAP, gone, from)) == 1
               ? "it"
               : "another");
    printf("detached again: %d\n", l4re_rm_detach(a));
    l4re_util_cap_free_um(from);
    printf("size of nothing: %lu\n", (unsigned long)l4re_ds_size(from));
    return 0;
}
