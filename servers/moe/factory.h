/*
 * Allocators: who may make objects, and who pays for their memory.
 */
#ifndef MOE_FACTORY_H
#define MOE_FACTORY_H

#include "object.h"

/* What moe has so few of that nobody may take more than a part of the rest. */
enum share {
    SHARE_SLOTS,  /* address ranges of programs */
    SHARE_PAGERS, /* threads that ask other servers for pages */
    SHARE_COUNT,
};

/* Time of moe's, in ns, which comes back with time; up to when it was. */
struct credit {
    l4_uint32_t left;
    l4_uint64_t until;
};

struct allocator {
    struct object object;
    struct object *made;  /* all its objects, newest first */
    l4_size_t limit;      /* bytes, 0: none */
    l4_size_t used;       /* bytes, with those of allocators below */
    l4_size_t records;    /* of these, moe's own about its objects */
    unsigned entry_limit; /* taken from the allocators above, 0: none */
    unsigned entries;     /* objects, names, ..., and limits below (I2) */
    unsigned foreigns;    /* of these, other servers' dataspaces in use */
    unsigned gates;       /* of these, objects' second gates and more */
    unsigned shares[SHARE_COUNT]; /* of what is scarce, with those below that
                                     have no entry_limit */
    unsigned swept_at;            /* gates_deletions() of the last sweep */
    struct credit sweeps;         /* for all below this one, too */
    bool is_closed;               /* it ends: nothing more is made */
    bool has_factory;             /* of its own, in SLOT_KEPT + index */
    l4_size_t kernel_memory;      /* that factory's limit, and of it, what */
    l4_size_t kernel_given;       /* those of allocators below were given */
};

/* What a new allocator may use; 0: no limit of its own. */
struct limits {
    l4_size_t memory;        /* bytes of dataspaces */
    l4_size_t kernel_memory; /* bytes, or MOE_SHARE; taken from those of the
                                next factory above */
    unsigned entries; /* objects and names, or MOE_SHARE; taken likewise */
};

extern const struct object_ops allocator_ops;

/* A new allocator that draws on `owner` (NULL: the first). 0, -L4_ENOMEM. */
long allocator_create(struct allocator *owner, const struct limits *limits,
                      struct allocator **ret_allocator);
/* Looks at all that a made, if a gate of anybody has ended since the last
 * time, and ends a piece of what nobody holds or uses any more. False: there is
 * nothing to end, or it was asked for too often: everybody else waits. */
bool allocator_sweep(struct allocator *a);
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
/* The same for n objects or names; up to the next above with a limit, whose
 * entries are its own already. */
long allocator_entry_take(struct allocator *a, unsigned n);
void allocator_entry_free(struct allocator *a, unsigned n);
/* One more of what is scarce, where so many are free: -L4_ENOMEM if a has
 * more than an eighth of that already. */
long allocator_share_take(struct allocator *a, enum share of, unsigned left);
void allocator_share_free(struct allocator *a, enum share of);

#endif
