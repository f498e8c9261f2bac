/*
 * IRQ objects: interrupts, from devices or software, as messages.
 *
 *      line --hit--> masked/acked --message--> thread --unmask--> line
 *
 * A device line (icu.c) and l4_irq_trigger() both "hit" the object. A hit
 * with a bound thread becomes a message with the bound label; a second hit
 * while the first is queued is merged.
 *
 * I1  queued <=> sender is on the bound thread's queue.
 */
#ifndef CORE_IRQ_H
#define CORE_IRQ_H

#include "ipc.h"

enum { IRQ_NO_LINE = -1, IRQ_LINES = 64 };

struct irq {
    struct object object;
    struct sender sender;
    struct thread *thread; /* pinned; NULL: unbound */
    struct list waiters;   /* threads in a receive from it alone */
    word_t label;
    int line;     /* of the ICU, IRQ_NO_LINE */
    bool level;   /* the line is level triggered */
    bool pending; /* hit while unbound */
};

extern const struct object_ops irq_ops;

static inline struct irq *irq_of(struct object *o)
{
    return container_of(o, struct irq, object);
}

struct object *irq_create(struct quota *q, uint32_t factory_id);
void irq_hit(struct irq *i);
/* Who waits for o only; NULL: o is no IRQ. */
struct list *irq_waiters(struct object *o);
/* Is the queued sender s the IRQ object `o`? */
bool irq_is(const struct sender *s, const struct object *o);
/* A queued IRQ's message was taken: its label and object. */
word_t irq_taken(struct sender *s, struct object **ret_object);

/* The ICU: which object a line hits. */
struct object *icu_create(struct quota *q, unsigned lines);
/* A device interrupt. */
void icu_hit(unsigned line);
/* i loses its line. */
void icu_detach(struct irq *i);

#endif
