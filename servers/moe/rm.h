/*
 * Region maps: what lies where in a program's address space.
 */
#ifndef MOE_RM_H
#define MOE_RM_H

#include "object.h"
#include "region.h"

struct dataspace;
struct pager;

struct rm {
    struct object object;
    l4_addr_t start, end; /* the slot, [start, end) */
    l4_addr_t kip;
    struct regions regions;         /* and areas */
    unsigned attachments;           /* so many there ever were */
    struct pager *pager;            /* asks other servers; NULL: needs none */
    struct rm *next_map, *prev_map; /* of all of them */
    bool has_task;                  /* its capability is in SLOT_KEPT + index */
};

extern const struct object_ops rm_ops;

/* A region map over a slot of its own, with the KIP in it; around `address`
 * unless that is 0. 0, -L4_ENOMEM: no memory, no slot; errors of
 * slots_take_at(). */
long rm_create(struct allocator *owner, l4_addr_t address, struct rm **ret_rm);
/* The KIP's dataspace, before the first rm_create(). */
void rm_set_kip(struct dataspace *ds);
/* Its task ends, if the loader gave moe the right to do that. */
void rm_end_task(struct rm *rm);
/* What lies in [offset, + size) of ds is taken from all tasks whose region maps
 * show it. ds need not be found by its label any more. O(region maps + what
 * shows it) */
void rm_revoke(const struct dataspace *ds, l4_addr_t offset, l4_size_t size);
/* The answer to a page fault of a program (MR0 address and access). */
l4_msgtag_t rm_page_fault(struct rm *rm, l4_umword_t fault);

#endif
