/*
 * IRQ objects: interrupts, from devices or software, as messages.
 *
 *      line --hit--> masked/acked --message--> thread --unmask--> line
 *
 * A line (line.h) and l4_irq_trigger() both "hit" the object. A hit with a
 * bound thread becomes a message with the bound label; a second hit while the
 * first is queued is merged into it.
 *
 * I1  queued <=> sender is on the bound thread's queue.
 */
#ifndef CORE_IRQ_H
#define CORE_IRQ_H

#include "ipc.h"
#include "line.h"

struct irq {
    struct object object;
    struct trigger trigger;
    struct sender sender;
    struct thread *thread;      /* pinned; NULL: unbound, or to a group */
    struct thread_group *group; /* pinned; NULL: unbound, or to a thread */
    struct list waiters;        /* threads in a receive from it alone */
    word_t label;
    bool pending; /* hit while unbound */
};

extern const struct object_ops irq_ops;

static inline struct irq *irq_of(struct object *o)
{
    return container_of(o, struct irq, object);
}

struct object *irq_create(struct quota *q, uint32_t factory_id);
/* Software triggers it. */
void irq_hit(struct irq *i);
/* Who waits for o only; NULL: o is no IRQ. */
struct list *irq_waiters(struct object *o);
/* o as a sender; NULL: o is no IRQ. */
struct sender *irq_sender(struct object *o);
/* I1, where o is an IRQ. */
void irq_check(struct object *o);
/* A queued IRQ's message was taken: its label and object. */
/* Where its label stands. */
word_t *irq_label(struct sender *s);
word_t irq_taken(struct sender *s, struct object **ret_object);

#endif
