/*
 * Interrupt lines: where a source of interrupts meets the object it
 * triggers.
 *
 *      source              line                    trigger
 *      device, MSI    --hit--> ops: mask, ack  --> an IRQ object: a message
 *      console input           edge or level       a semaphore:   an up
 *      CPU hot-plug
 *
 * An ICU is an object with a set of lines (icu.c): the machine's interrupt
 * controller, and on a smaller scale the log and the scheduler, whose one
 * line has no hardware behind it (ops == NULL): its mask is kept here.
 *
 * Semantics (ABI.md section 1):
 *   level  a hit masks and acknowledges; the user unmasks when it has served
 *          the device.
 *   edge   a hit while the IRQ's message is still queued masks the line, and
 *          taking the message unmasks it again. A hit of an IRQ that is bound
 *          to no thread masks the line and is dropped.
 *
 * I1  line->trigger == g  <=>  g->line == line.
 * I2  held: the kernel masked the line by itself, because the IRQ's message
 *     is queued; taking it, or the user's own mask or unmask, ends that.
 */
#ifndef CORE_LINE_H
#define CORE_LINE_H

#include "object.h"

struct trigger;

struct line {
    unsigned number;         /* as port_irq_* knows it; constant */
    bool device;             /* masked by the port; constant */
    bool level;              /* by set_mode */
    bool wakes;              /* the machine, if it sleeps (platform.c) */
    bool held;               /* I2 */
    bool masked, missed;     /* no device: the mask, a hit under it */
    struct trigger *trigger; /* what a hit triggers; NULL: nothing */
};

/* What can be bound to a line, part of the object: an IRQ or semaphore. */
struct trigger {
    struct object *object; /* constant */
    struct line *line;     /* NULL: none */
    /* It is triggered, by a line or (NULL) by software. False: nobody will
     * take it, and an edge is to be masked. */
    bool (*hit)(struct trigger *g, struct line *from);
};

struct line_set {
    struct line *line; /* the wired ones, then the MSIs */
    unsigned wired, msis;
};

void line_init(struct line *l, unsigned number, bool device);
/* The trigger of an IRQ or semaphore, NULL: another kind of object. */
struct trigger *trigger_of(struct object *o);
/* The source fires. */
void line_hit(struct line *l);
/* Software fires, or the kernel itself (deletion of a gate). */
static inline void trigger_hit(struct trigger *g)
{
    g->hit(g, NULL);
}
/* The user wants hits, or none, whatever the kernel thought. */
void line_mask(struct line *l);
void line_unmask(struct line *l);
/* A queued message keeps further edges out / was taken. */
void line_hold(struct line *l);
void line_release(struct line *l);
/* Both ends are free. */
void line_bind(struct line *l, struct trigger *g);
/* g's line, if any, is masked and forgets g. */
void line_unbind(struct trigger *g);
void line_check(const struct line *l);

#endif
