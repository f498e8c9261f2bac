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

struct gate {
    struct object object;
    struct object *to;   /* pinned: a thread or a group; NULL: unbound */
    word_t label;        /* low two bits 0 */
    struct heap queue;   /* senders while unbound */
    struct list waiters; /* all senders, of struct thread.waiting */
};

extern const struct object_ops gate_ops;

static inline struct gate *gate_of(struct object *o)
{
    return container_of(o, struct gate, object);
}

/* The thread it is bound to; NULL: a group, or nobody. */
static inline struct thread *gate_bound(const struct gate *g)
{
    bool is = g->to && g->to->ops == &thread_ops;
    return is ? thread_of(g->to) : NULL;
}

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
