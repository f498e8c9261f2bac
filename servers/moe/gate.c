/*
 * Gates of objects: a table, one capability slot for each entry (see gate.h).
 */
#include "gate.h"
#include "factory.h"
#include "heap.h"
#include "object.h"
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/kernel_object.h>
#include <l4/sys/task.h>
#include <stddef.h>

enum {
    CHUNK = 128, /* entries: one page of them */
    AT_ONCE = 16,
};

/* It grows by chunks. */
static struct gate *chunks[GATE_MAX / CHUNK];
static unsigned first_free;   /* none before it is free */
static unsigned end;          /* no entry from it on was ever used */
static unsigned cursor, left; /* of a sweep: where, how many to go */
static unsigned deletions;    /* how often some gate had ended */

static struct gate *gate_at(unsigned index)
{
    struct gate *chunk = chunks[index / CHUNK];
    return chunk ? &chunk[index % CHUNK] : NULL;
}

static unsigned slot_of(const struct gate *g)
{
    return SLOT_GATES + g->index;
}

/* The first one, so that a sweep has few to look at. */
static struct gate *find_free(void)
{
    while (first_free < end && gate_at(first_free)->of)
        first_free++;
    if (first_free == GATE_MAX)
        return NULL;
    if (!gate_at(first_free))
        chunks[first_free / CHUNK] = heap_alloc(CHUNK * sizeof(struct gate));
    if (!gate_at(first_free))
        return NULL;
    end = first_free < end ? end : first_free + 1;
    gate_at(first_free)->index = first_free;
    return gate_at(first_free);
}

/* It is on no list any more; keeps I3. */
static void set_free(struct gate *g)
{
    struct object *o = g->of;
    g->of = NULL;
    first_free = g->index < first_free ? g->index : first_free;
    if (o->gates && o->owner)
        o->owner->gates--;
    if (o->gates)
        allocator_entry_free(o->owner, 1);
}

long gate_make(struct object *o)
{
    long error = o->gates ? allocator_entry_take(o->owner, 1) : 0;
    struct gate *g = error ? NULL : find_free();
    if (error)
        return error;
    error = g ? l4_error(l4_factory_create_gate(allocator_factory(o->owner),
                                                slot_cap(slot_of(g)),
                                                L4_BASE_THREAD_CAP, o->label))
              : -L4_ENOMEM;
    if (error < 0) {
        if (o->gates)
            allocator_entry_free(o->owner, 1);
        return error;
    }
    if (o->gates && o->owner)
        o->owner->gates++; /* keeps I3 */
    *g = (struct gate){.of = o, .next = o->gates, .index = g->index};
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
    while (o->gates) {
        struct gate *g = o->gates;
        l4_task_delete_obj(L4_BASE_TASK_CAP, slot_cap(slot_of(g)));
        o->gates = g->next;
        set_free(g);
    }
    o->current = NULL;
}

static bool has_ended(const struct gate *g)
{
    return g->is_weak && l4_msgtag_label(l4_task_cap_valid(
                             L4_BASE_TASK_CAP, slot_cap(slot_of(g)))) <= 0;
}

/* *at has ended. */
static void forget(struct gate **at)
{
    struct gate *g = *at;
    *at = g->next;
    if (g->of->current == g)
        g->of->current = NULL;
    set_free(g);
}

void gates_forget(struct object *o)
{
    for (struct gate **at = &o->gates; *at;)
        if (has_ended(*at))
            forget(at);
        else
            at = &(*at)->next;
}

void gates_deleted(void)
{
    left = end;
    deletions++;
}

unsigned gates_deletions(void)
{
    return deletions;
}

bool gates_pending(void)
{
    return left;
}

void gates_sweep(void)
{
    for (unsigned n = 0; left && n < AT_ONCE; n++, left--) {
        struct gate *g = gate_at(cursor);
        struct object *o = g->of;
        cursor = cursor + 1 < end ? cursor + 1 : 0;
        if (!o || !has_ended(g))
            continue;
        struct gate **at = &o->gates;
        while (*at != g)
            at = &(*at)->next;
        forget(at);
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
