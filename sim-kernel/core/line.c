/*
 * Interrupt lines (see line.h).
 */
#include "line.h"
#include "irq.h"
#include "kassert.h"
#include "semaphore.h"

void line_init(struct line *l, unsigned number, bool device)
{
    *l = (struct line){
        .number = number, .device = device, .level = device, .masked = true};
}

struct trigger *trigger_of(struct object *o)
{
    if (o->ops == &irq_ops)
        return &irq_of(o)->trigger;
    return semaphore_trigger(o);
}

static void line_shut(struct line *l)
{
    l->masked = true;
    if (l->device)
        port_irq_mask(l->number);
}

static void line_open(struct line *l)
{
    l->masked = false;
    if (l->device)
        port_irq_unmask(l->number);
}

void line_hit(struct line *l)
{
    struct trigger *g = l->trigger;
    if (!l->device && !g)
        return;
    if (!l->device && l->masked) {
        l->missed = true; /* a controller would keep it pending */
        return;
    }
    if (!g || l->level)
        line_shut(l);
    if (l->device)
        port_irq_ack(l->number);
    if (g && !g->hit(g, l) && !l->level)
        line_shut(l);
}

void line_mask(struct line *l)
{
    l->held = false;
    line_shut(l);
}

void line_unmask(struct line *l)
{
    bool missed = l->missed;
    l->held = l->missed = false;
    line_open(l);
    if (missed)
        line_hit(l);
}

void line_hold(struct line *l)
{
    l->held = true; /* I2 */
    line_shut(l);
}

void line_release(struct line *l)
{
    if (l->held)
        line_unmask(l);
}

void line_bind(struct line *l, struct trigger *g)
{
    kassert(!l->trigger && !g->line);
    l->trigger = g; /* keeps I1 */
    g->line = l;
    if (!l->device)
        l->masked = l->missed = false; /* no driver has to set it up first */
}

void line_unbind(struct trigger *g)
{
    struct line *l = g->line;
    if (!l)
        return;
    line_mask(l);
    l->missed = false;
    l->trigger = NULL; /* keeps I1 */
    g->line = NULL;
}

void line_check(const struct line *l)
{
    kassert(!l->trigger || l->trigger->line == l);               /* I1 */
    kassert(!l->held || (l->trigger && l->masked && !l->level)); /* I2 */
}
