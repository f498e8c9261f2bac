/*
 * Gates of objects: a table, one capability slot for each entry (see gate.h).
 */
#include "gate.h"
#include "object.h"
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/kernel_object.h>
#include <l4/sys/task.h>
#include <stddef.h>

static struct gate table[GATE_MAX];
static unsigned first_free;   /* none before it is free */
static unsigned end;          /* no entry from it on was ever used */
static unsigned cursor, left; /* of a sweep: where, how many to go */

enum { AT_ONCE = 16 }; /* entries */

static unsigned slot_of(const struct gate *g)
{
    return SLOT_GATES + (unsigned)(g - table);
}

/* The first one, so that a sweep has few to look at. */
static struct gate *find_free(void)
{
    while (first_free < GATE_MAX && table[first_free].of)
        first_free++;
    if (first_free == GATE_MAX)
        return NULL;
    end = first_free < end ? end : first_free + 1;
    return &table[first_free];
}

static void set_free(struct gate *g)
{
    unsigned at = (unsigned)(g - table);
    g->of = NULL;
    first_free = at < first_free ? at : first_free;
}

long gate_make(struct object *o)
{
    struct gate *g = find_free();
    if (!g)
        return -L4_ENOMEM;
    long error = l4_error(l4_factory_create_gate(L4_BASE_FACTORY_CAP,
                                                 slot_cap(slot_of(g)),
                                                 L4_BASE_THREAD_CAP, o->label));
    if (error < 0)
        return error;
    *g = (struct gate){.of = o, .next = o->gates};
    o->gates = o->current = g;
    return 0;
}

void gate_weaken(struct object *o)
{
    struct gate *g = o->current;
    if (!g || g->is_weak)
        return;
    g->is_weak = true;
    l4_kobject_dec_refcnt(slot_cap(slot_of(g)), 1);
}

void gates_delete(struct object *o)
{
    for (struct gate *g = o->gates; g; g = g->next) {
        l4_task_delete_obj(L4_BASE_TASK_CAP, slot_cap(slot_of(g)));
        set_free(g);
    }
    o->gates = o->current = NULL;
}

static bool has_ended(const struct gate *g)
{
    return g->is_weak && l4_msgtag_label(l4_task_cap_valid(
                             L4_BASE_TASK_CAP, slot_cap(slot_of(g)))) <= 0;
}

bool gates_are_gone(struct object *o)
{
    for (struct gate **at = &o->gates; *at;) {
        struct gate *g = *at;
        if (!has_ended(g)) {
            at = &g->next;
            continue;
        }
        *at = g->next;
        if (o->current == g)
            o->current = NULL;
        set_free(g);
    }
    return !o->gates && !o->uses;
}

void gates_deleted(void)
{
    left = end;
}

bool gates_pending(void)
{
    return left;
}

void gates_sweep(void)
{
    for (unsigned n = 0; left && n < AT_ONCE; n++, left--) {
        struct object *o = table[cursor].of;
        cursor = cursor + 1 < end ? cursor + 1 : 0;
        if (o && gates_are_gone(o))
            object_tidy(o);
    }
}

unsigned gate_slot(const struct object *o)
{
    return slot_of(o->current);
}

const char *gates_check(const struct object *o)
{
    bool has_current = !o->current;
    for (const struct gate *g = o->gates; g; g = g->next) {
        if (g->of != o)
            return "gate I1: a gate is on another object's list";
        has_current |= g == o->current;
        if (!g->is_weak && g != o->current)
            return "gate I2: a counted gate is not the current one";
    }
    return has_current ? NULL : "gate I1: the current gate is not on the list";
}
