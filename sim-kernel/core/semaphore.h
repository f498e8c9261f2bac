/*
 * Semaphores: a counter that threads wait on in the kernel.
 *
 *      up    (a trigger, from anybody)  wakes one waiter, or counts up
 *      down  (right S)                  counts down, or waits
 *
 * A waiter is a thread in a closed receive from the semaphore: timeout,
 * cancellation and the semaphore's end take it out like any other receive.
 *
 * I1  count > 0  =>  nobody waits.
 */
#ifndef CORE_SEMAPHORE_H
#define CORE_SEMAPHORE_H

#include "ipc.h"
#include "line.h"

extern const struct object_ops semaphore_ops;

struct object *semaphore_create(struct quota *q, uint32_t factory_id);
/* Who waits in a down of o; NULL: o is no semaphore. */
struct heap *semaphore_queue(struct object *o);
/* What a line or a deletion hits; NULL: o is no semaphore. */
struct trigger *semaphore_trigger(struct object *o);
void semaphore_check(struct object *o);

#endif
