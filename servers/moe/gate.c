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
static unsigned search_from, end; /* no entry from `end` on was ever used */

static unsigned slot_of(const struct gate *g)
{
    return SLOT_GATES + (unsigned)(g - table);
}

static struct gate *find_free(void)
{
    for (unsigned i = 0; i < GATE_MAX; i++) {
        unsigned at = (search_from + i) % GATE_MAX;
        if (table[at].of)
            continue;
        search_from = at + 1;
        end = at < end ? end : at + 1;
        return &table[at];
    }
    return NULL;
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
        g->of = NULL;
    }
    o->gates = o->current = NULL;
}

/* A gate that ended by itself leaves its object. */
static void forget(struct gate *g)
{
    struct object *o = g->of;
    struct gate **at = &o->gates;
    while (*at != g)
        at = &(*at)->next;
    *at = g->next;
    if (o->current == g)
        o->current = NULL;
    g->of = NULL;
    object_tidy(o);
}

void gates_sweep(void)
{
    for (struct gate *g = table; g < table + end; g++)
        if (g->of && g->is_weak &&
            l4_msgtag_label(
                l4_task_cap_valid(L4_BASE_TASK_CAP, slot_cap(slot_of(g)))) <= 0)
            forget(g);
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
