/*
 * Factories: make kernel objects, charged to a quota.
 */
#ifndef CORE_FACTORY_H
#define CORE_FACTORY_H

#include "object.h"

/* A factory with `limit` bytes taken from `parent` (NULL: the root of all
 * quotas, `limit` bytes of its own in `root_quota`); NULL: no memory. */
struct object *factory_create(struct quota *parent, uint32_t factory_id,
                              size_t limit);
/* The first factory; its own memory is charged to itself. */
struct object *factory_create_root(size_t limit);
struct quota *factory_quota(struct object *o);

#endif
