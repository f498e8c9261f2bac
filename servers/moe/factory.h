/*
 * Allocators: who may make objects, and who pays for their memory.
 */
#ifndef MOE_FACTORY_H
#define MOE_FACTORY_H

#include "object.h"

struct allocator {
    struct object object;
    struct object *made;  /* all its objects, newest first */
    l4_size_t limit;      /* bytes, 0: none */
    l4_size_t used;       /* bytes, with those of allocators below */
    unsigned entry_limit; /* objects and names, 0: none */
    unsigned entries;     /* the same, with those of allocators below */
    unsigned foreigns;    /* of these, other servers' dataspaces in use */
    bool has_factory;     /* of its own, in SLOT_KEPT + index */
};

/* What a new allocator may use; 0: no limit of its own. */
struct limits {
    l4_size_t memory;        /* bytes of dataspaces */
    l4_size_t kernel_memory; /* bytes, taken from the parent's */
    unsigned entries;        /* objects and names */
};

extern const struct object_ops allocator_ops;

/* A new allocator that draws on `owner` (NULL: the first). 0, -L4_ENOMEM. */
long allocator_create(struct allocator *owner, const struct limits *limits,
                      struct allocator **ret_allocator);
/* Of what a made, destroys what nobody holds or uses any more. O(entries) and
 * a system call for each gate. */
void allocator_sweep(struct allocator *a);
/* Requests about a itself: MOE_OBJECT_FACTORY, MOE_OBJECT_USAGE. */
l4_msgtag_t allocator_about(struct allocator *a, const struct request *r);
/* The kernel factory that its kernel objects come from: its own, or one above.
 */
l4_cap_idx_t allocator_factory(const struct allocator *a);
/* `bytes` more for a and all above it; nothing changes without room:
 * -L4_ENOMEM. a may be NULL: moe itself, for nothing. */
long allocator_charge(struct allocator *a, l4_size_t bytes);
bool allocator_has_room(const struct allocator *a, l4_size_t bytes);
void allocator_uncharge(struct allocator *a, l4_size_t bytes);
/* The same for one object or name. */
long allocator_entry_take(struct allocator *a);
void allocator_entry_free(struct allocator *a);

#endif
