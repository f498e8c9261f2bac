/*
 * The debugger object: names, ids, and Vitrine's additions.
 */
#ifndef CORE_DEBUGGER_H
#define CORE_DEBUGGER_H

#include "object.h"

/* NULL: no memory. */
struct object *debugger_create(struct quota *q);
/* Gives o a name of up to 31 characters, in the trace too. */
void object_set_name(struct object *o, const char *text, size_t length);

#endif
