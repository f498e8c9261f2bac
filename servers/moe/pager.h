/*
 * Pagers: threads of moe that ask other servers for pages, one for each region
 * map that shows such a dataspace.
 */
#ifndef MOE_PAGER_H
#define MOE_PAGER_H

#include "region.h"
#include "rm.h"

/* The label of the interrupt by which a pager tells that it has an answer. */
#define LABEL_PAGER (1ul << 61)

/* rm has a pager from now on. 0, -L4_ENOMEM, the kernel's error. */
long pager_need(struct rm *rm);
/* rm ends: whoever waits for a page of its pager has an error. */
void pager_end(struct rm *rm);
/* The fault at `va` in region g, which needs the rights `need`, is to be
 * answered when the other server has. -L4_EBUSY: too many wait already. */
l4_msgtag_t pager_fault(struct rm *rm, const struct region *g, l4_addr_t va,
                        unsigned need);
/* LABEL_PAGER came: who has a page now gets it. */
void pagers_answered(void);
/* Where the next caller is to be kept: a selector for the open wait;
 * L4_INVALID_CAP: nobody has to be. */
l4_cap_idx_t pager_reply_slot(void);

#endif
