/*
 * META: what an object says it is.
 */
#ifndef CORE_META_H
#define CORE_META_H

#include "invoke.h"

/* Answers t's request of label L4_PROTO_META to `o`. */
void meta_answer(const struct object *o, struct thread *t,
                 const struct invocation *inv);

#endif
