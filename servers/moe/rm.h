/*
 * Region maps: what lies where in a program's address space.
 */
#ifndef MOE_RM_H
#define MOE_RM_H

#include "object.h"

struct region;

struct rm {
    struct object object;
    l4_addr_t start, end;   /* the slot, [start, end) */
    struct region *regions; /* ordered by address */
    struct region *areas;   /* reserved; ordered by address */
    unsigned attachments;   /* so many there ever were */
    bool has_task;          /* its capability is in SLOT_KEPT + index */
};

extern const struct object_ops rm_ops;

/* A region map over a slot of its own, with the KIP in it.
 * 0, -L4_ENOMEM: no memory, no slot. */
long rm_create(struct allocator *owner, struct rm **ret_rm);
/* The KIP's dataspace, before the first rm_create(). */
struct dataspace;
void rm_set_kip(struct dataspace *ds);
/* Its task ends, if the loader gave moe the right to do that. */
void rm_end_task(struct rm *rm);
/* The answer to a page fault of a program (MR0 address and access). */
l4_msgtag_t rm_page_fault(struct rm *rm, l4_umword_t fault);

#endif
