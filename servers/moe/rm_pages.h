/*
 * What programs see of their regions: pages, on a fault or at once.
 */
#ifndef MOE_RM_PAGES_H
#define MOE_RM_PAGES_H

#include "region.h"
#include "rm.h"

/* The dataspace behind a region, NULL: none, or it is gone. */
struct dataspace;
struct dataspace *region_dataspace(const struct region *g);

/* The region map's task; of meaning with rm->has_task. */
static inline l4_cap_idx_t rm_task(const struct rm *rm)
{
    return slot_cap(SLOT_KEPT + rm->object.index);
}

/* Of all region maps, linked by next_map. */
struct rm *rm_first(void);
/* Some pages of [*inout_from, end), where regions want that (EAGER_MAP), are
 * shown to the map's task. 0; 1: there are more, from *inout_from on; the first
 * error. */
long rm_map_now(const struct rm *rm, l4_addr_t *inout_from, l4_addr_t end);
/* Takes `rights` (L4_FPAGE_RWX: the pages) away in [start, end), if the map
 * has a task. */
void region_unmap(struct rm *rm, l4_addr_t start, l4_addr_t end,
                  unsigned rights);

#endif
