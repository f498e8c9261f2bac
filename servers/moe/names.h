/*
 * Name spaces: capabilities by name.
 */
#ifndef MOE_NAMES_H
#define MOE_NAMES_H

#include "object.h"

enum { NAME_SIZE = 48 };

struct name;

struct names {
    struct object object;
    struct name *first; /* newest first */
};

extern const struct object_ops names_ops;

long names_create(struct allocator *owner, struct names **ret_names);
/* Enters an object of moe. 0, -L4_EEXIST, -L4_ENOMEM. */
long names_add(struct names *n, const char *name, struct object *o,
               unsigned rights);
unsigned names_count(const struct names *n);

#endif
