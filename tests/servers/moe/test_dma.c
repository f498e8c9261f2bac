/*
 * DMA spaces: which addresses a device is to use, and which not. What they map
 * besides is in test_services.c and test_copies.c.
 */
#include "tap.h"
#include "../../../servers/lib/l4re_c/protocol.h"
#include "../../../servers/lib/l4re_c/vitrine_rm.h"
#include <l4/re/c/debug.h>
#include <l4/re/c/dma_space.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/task.h>

#define PAGE L4_PAGESIZE
#define SIZE (4ul * PAGE)

typedef l4re_dma_space_dma_addr_t addr_t;

static l4_cap_idx_t dma;
static l4re_ds_t memory;
static addr_t home; /* of the memory */

static long map(l4re_ds_offset_t offset, l4_size_t *inout_size, addr_t *ret_at)
{
    return l4re_dma_space_map(dma, memory, offset, inout_size, 0,
                              L4RE_DMA_SPACE_BIDIRECTIONAL, ret_at);
}

static long unmap(addr_t at)
{
    return l4re_dma_space_unmap(dma, at, SIZE, 0, L4RE_DMA_SPACE_BIDIRECTIONAL);
}

static long limits(addr_t min, addr_t max)
{
    return l4re_dma_space_mgr_set_limits(dma, dma, min, max);
}

static long block(addr_t *at, addr_t size, addr_t max, int search)
{
    return l4re_dma_space_mgr_block_area(dma, dma, at, size, max,
                                         search
                                             ? L4RE_DMA_SPACE_MGR_BLOCK_SEARCH
                                             : L4RE_DMA_SPACE_MGR_BLOCK_NONE,
                                         0);
}

static void limited(void)
{
    l4_size_t size = SIZE;
    addr_t at = 0;
    code(map(0, &size, &home), 0, "without_limits_memory_is_mapped");
    code(limits(home, home + SIZE - 1), 0, "limits_hold_what_is_mapped");
    code(limits(home, home + SIZE - 2), -L4_EBUSY, "or_are_refused");
    code(limits(1, 0), -L4_EINVAL, "or_if_they_hold_nothing");
    unmap(home);
    code(limits(home + PAGE, home + 2 * PAGE - 1), 0, "unmapped_they_may");
    code(map(0, &size, &at), -L4_EADDRNOTAVAIL, "below_nothing_is_mapped");
    code(map(2 * PAGE, &size, &at), -L4_ERANGE, "behind_the_end_neither");
    size = PAGE;
    code(map(2 * PAGE, &size, &at), -L4_EADDRNOTAVAIL, "nor_above");
    size = 3 * PAGE;
    code(map(PAGE, &size, &at), 0, "inside_it_is");
    fact(at == home + PAGE && size == PAGE, "as_far_as_the_limit");
    unmap(at);
    code(limits(0, ~0ul), 0, "limits_are_taken_off");
}

static void blocked(void)
{
    l4_size_t size = SIZE;
    addr_t at = home + 2 * PAGE, free = home;
    code(block(&at, PAGE, 0, 0), 0, "a_range_is_blocked");
    code(block(&at, 1, 0, 0), -L4_EADDRNOTAVAIL, "once");
    code(map(0, &size, &at), 0, "memory_before_it_is_mapped");
    fact(at == home && size == 2 * PAGE, "up_to_it");
    at = home + PAGE;
    code(block(&at, PAGE, 0, 0), -L4_EADDRNOTAVAIL,
         "what_is_mapped_is_not_blocked");
    size = PAGE;
    code(map(2 * PAGE, &size, &at), -L4_EADDRNOTAVAIL, "nor_the_reverse");
    code(block(&free, PAGE, ~0ul, 1), 0, "a_free_range_is_found");
    fact(free == home + 3 * PAGE, "behind_what_is_mapped_and_blocked");
    free = home;
    code(block(&free, PAGE, home + SIZE - 1, 1), -L4_EADDRNOTAVAIL,
         "there_may_be_none");
    free = home + 1;
    code(block(&free, PAGE, 0, 0), -L4_EINVAL, "ranges_are_whole_pages");
    code(block(&home, 0, 0, 0), -L4_EINVAL, "of_some_size");
}

static void without_rights(void)
{
    l4_cap_idx_t all = dma;
    addr_t at = 0;
    dma = l4re_util_cap_alloc();
    l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                l4_obj_fpage(all, 0, L4_CAP_FPAGE_RW),
                l4_map_obj_control(dma, L4_MAP_ITEM_MAP));
    code(limits(0, ~0ul), -L4_EPERM, "limits_want_s");
    code(block(&at, PAGE, ~0ul, 1), -L4_EPERM, "blocking_too");
    dma = all;
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    dma = l4re_util_cap_alloc();
    memory = l4re_util_cap_alloc();
    l4re_ma_alloc((long)SIZE, memory, L4RE_MA_CONTINUOUS);
    l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_DMA_SPACE, dma);
    l4re_dma_space_mgr_associate_phys(dma, dma, 0);
    limited();
    blocked();
    without_rights();
    code(vitrine_destroy(dma), 0, "it_goes_with_all_that");
    code(l4re_debug_obj_debug(l4re_env()->mem_alloc, DEBUG_CHECK), 0,
         "after_all_this_the_invariants_hold");
    return tap_end();
}
