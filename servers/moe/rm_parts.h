/*
 * Regions of a map: records that come, go, and change in parts.
 */
#ifndef MOE_RM_PARTS_H
#define MOE_RM_PARTS_H

#include "region.h"
#include "rm.h"

/* g goes into the map, as an attachment of its own; its place is free.
 * 0, -L4_ENOMEM. */
long region_add(struct rm *rm, struct region *g);
/* It goes; what it showed is not unmapped. */
void region_drop(struct rm *rm, struct region *g);

/* Requests; what they are: protocol.h. */
l4_msgtag_t rm_free_area(struct rm *rm, const struct request *r);
l4_msgtag_t rm_detach(struct rm *rm, const struct request *r);
l4_msgtag_t rm_protect(struct rm *rm, const struct request *r);

#endif
