/*
 * The scheduler as an object.
 */
#ifndef CORE_SCHEDULER_H
#define CORE_SCHEDULER_H

#include "object.h"

/* NULL: no memory. */
struct object *scheduler_create(struct quota *q);
/* A CPU came or went: who watches (ICU line 0) is told. */
void scheduler_cpu_changed(void);

#endif
