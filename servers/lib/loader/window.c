/*
 * Window: attached by the region map, or, in moe, which has none, the
 * memory's own address: moe sees all its memory 1:1, and what the loader
 * uses is in one piece.
 */
#include "window.h"
#include "../l4re_c/vitrine_rm.h"
#include <l4/re/c/rm.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>

static int has_region_map(void)
{
    return l4_is_valid_cap(l4re_env()->rm);
}

static long window_open_direct(struct window *w, l4re_ds_t ds, l4_addr_t offset)
{
    l4_addr_t start;
    long error = vitrine_ds_address(ds, &start);
    if (error >= 0)
        w->start = (void *)(start + offset);
    return error;
}

long window_open(struct window *w, l4re_ds_t ds, l4_addr_t offset,
                 l4_size_t size, int writable)
{
    *w = (struct window){.size = size};
    if (!has_region_map())
        return window_open_direct(w, ds, offset);
    l4re_rm_flags_t flags = L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_EAGER_MAP |
                            (writable ? L4RE_RM_F_RW : L4RE_RM_F_R);
    long error = l4re_rm_attach(&w->start, size, flags, ds, offset, 0);
    if (error < 0)
        w->start = 0;
    return error;
}

void window_close(struct window *w)
{
    if (w->start && has_region_map())
        l4re_rm_detach_unmap((l4_addr_t)w->start, L4_BASE_TASK_CAP);
    w->start = 0;
}
