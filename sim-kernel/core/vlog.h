/*
 * Vlog: the kernel's console as an object.
 */
#ifndef CORE_VLOG_H
#define CORE_VLOG_H

#include "object.h"

/* NULL: no memory. */
struct object *vlog_create(struct quota *q);

#endif
