/*
 * Vlog: the kernel console as an object.
 */
#ifndef CORE_VLOG_H
#define CORE_VLOG_H

#include "object.h"

/* NULL: no memory. */
struct object *vlog_create(struct quota *q);
void vlog_check(void);

#endif
