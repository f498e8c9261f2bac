/*
 * IPC gates: where messages enter a server, with a label the sender cannot
 * forge.
 *
 * I1  an unbound gate's queue holds the threads that wait to send through
 *     it; a bound one's is empty (they wait at the thread), or a chore is
 *     taking them there.
 */
#ifndef CORE_GATE_H
#define CORE_GATE_H

#include "ipc.h"

/* A gate bound to a thread or group (NULL: unbound) with `label`; NULL: no
 * memory. */
struct object *gate_create(struct quota *q, uint32_t factory_id,
                           struct object *to, word_t label);
/* The thread or group that t's request names as first item: 0, -L4_EINVAL,
 * -L4_EPERM. */
long gate_destination(const struct thread *t, const struct invocation *inv,
                      struct object **ret_to);
/* Fills dest, via, queue, label of an IPC to or through o; false: o is no
 * gate or thread, or its thread is gone. */
bool gate_target(struct object *o, unsigned rights, struct ipc_op *op);
bool gate_is_bound_to_task(const struct object *o, const struct task *t);
/* Who sends through o, bound or not (struct thread.waiting); NULL: no gate. */
struct list *gate_waiters(struct object *o);
word_t gate_label(const struct object *o);
/* I1, where o is a gate. */
void gate_check(struct object *o);
/* NULL: unbound. */
struct thread *gate_thread(struct object *o);

#endif
