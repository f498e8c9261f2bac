/*
 * The processes a program has started. See children.c.
 */
#ifndef GLUE_CHILDREN_H
#define GLUE_CHILDREN_H

#include "calls.h"

#include <l4/sys/types.h>

/* Remembers a process that was started; the capability passes. -EAGAIN: there
 * is no room. */
GLUE_HIDDEN long child_add(long id, l4_cap_idx_t process);

#endif
