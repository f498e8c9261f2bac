/*
 * Allocators: who may make objects, and who pays for their memory.
 */
#ifndef MOE_FACTORY_H
#define MOE_FACTORY_H

#include "object.h"

struct allocator {
    struct object object;
    struct object *made; /* all its objects, newest first */
    l4_size_t limit;     /* bytes, 0: none */
    l4_size_t used;      /* bytes, with those of allocators below */
};

extern const struct object_ops allocator_ops;

/* The answer to MOE_OBJECT_USAGE. */
l4_msgtag_t allocator_usage(const struct object *o);

/* A new allocator that draws on `owner` (NULL: the first). 0, -L4_ENOMEM. */
long allocator_create(struct allocator *owner, l4_size_t limit,
                      struct allocator **ret_allocator);
/* `bytes` more for a and all above it; nothing changes without room:
 * -L4_ENOMEM. a may be NULL: moe itself, for nothing. */
long allocator_charge(struct allocator *a, l4_size_t bytes);
void allocator_uncharge(struct allocator *a, l4_size_t bytes);

#endif
