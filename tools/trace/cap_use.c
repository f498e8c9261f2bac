/*
 * Capabilities that nobody uses, and tasks that gather them.
 *
 * A slot is used when a thread of the task enters the kernel with it as
 * destination, when it is handed on, or when an interrupt or gate in it gets
 * a receiver. What every program is given at its start (its task, thread,
 * factory, log, ...) and what the root servers and the loader hold is left
 * out: nobody chose it. So only gates, interrupts and semaphores count that
 * a program was handed by another task.
 *
 * Simplified: capabilities named in typed items or in message words (to bind,
 * to delete) are seen by what the kernel then does to them only.
 */
#include "findings.h"
#include "events.h"
#include "times.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>

/* Slots below are the start convention's (docs/design/02-user-level.md). */
enum { FIRST_OWN_SLOT = 0x12, SLOT_SHIFT = 12, LEAK_LEAST = 16 };

struct holding {
    uint32_t task, object, from_task;
    uint64_t slot, since;
    bool used;
};

struct cap_use {
    bool entries;    /* the trace tells of system calls: without, use cannot
                      * be seen */
    struct map held; /* task << 32 | slot -> struct holding */
};

struct cap_use *cap_use_new(void)
{
    return xcalloc(1, sizeof(struct cap_use));
}

static uint64_t key_of(uint64_t task, uint64_t slot)
{
    return (task & 0x7fffffff) << 32 | (slot & 0xffffffff);
}

static void use(struct cap_use *c, uint64_t task, uint64_t slot)
{
    struct holding *h = map_get(&c->held, key_of(task, slot));

    if (h)
        h->used = true;
}

static bool is_interesting(const struct names *n, const struct vtr_record *r)
{
    const struct object_info *o = names_get(n, r->arg[4]);
    uint32_t to = (uint32_t)r->arg[2];

    return r->arg[3] >= FIRST_OWN_SLOT && o &&
           (o->type == VTR_T_GATE || o->type == VTR_T_IRQ ||
            o->type == VTR_T_SEMAPHORE) &&
           role_of_task(n, to) == ROLE_PROGRAM;
}

static void on_map(struct cap_use *c, const struct names *n,
                   const struct vtr_record *r)
{
    uint64_t key = key_of(r->arg[2], r->arg[3]);
    struct holding *h = map_get(&c->held, key);

    use(c, r->arg[0], r->arg[1]);
    if (h && h->object == (uint32_t)r->arg[4])
        return;
    free(map_remove(&c->held, key));
    if (!is_interesting(n, r))
        return;
    h = xcalloc(1, sizeof(*h));
    *h = (struct holding){(uint32_t)r->arg[2],
                          (uint32_t)r->arg[4],
                          (uint32_t)r->arg[0],
                          r->arg[3],
                          r->time,
                          false};
    map_put(&c->held, key, h);
}

/* A gate or IRQ got a receiver: whoever holds it did that. */
static void on_bind(struct cap_use *c, uint32_t task, uint32_t object)
{
    for (size_t i = 0; i < c->held.size; i++) {
        struct holding *h = c->held.entries[i].value;
        if (h && h->object == object && h->task == task)
            h->used = true;
    }
}

static void on_delete(struct cap_use *c, uint32_t id)
{
    struct map_entry *all = map_sorted(&c->held);

    for (size_t i = 0; all[i].value; i++) {
        const struct holding *h = all[i].value;
        if (h->task == id || h->object == id)
            free(map_remove(&c->held, all[i].key));
    }
    free(all);
}

void cap_use_feed(struct cap_use *c, const struct names *n,
                  const struct vtr_record *r)
{
    uint32_t task;

    switch (r->event) {
    case VTR_ENTER:
        c->entries = true;
        task = names_task_of(n, r->thread);
        if (c->held.used && task)
            use(c, task, r->arg[2] >> SLOT_SHIFT);
        break;
    case VTR_CAP_MAP:
        on_map(c, n, r);
        break;
    case VTR_CAP_UNMAP:
        if ((r->arg[3] & 0x7f) == 0x7f)
            free(map_remove(&c->held, key_of(r->arg[0], r->arg[1])));
        break;
    case VTR_GATE_BIND:
        on_bind(c, names_task_of(n, r->arg[1]), (uint32_t)r->arg[0]);
        break;
    case VTR_DELETE:
        if (r->arg[1] != VTR_T_THREAD)
            on_delete(c, (uint32_t)r->arg[0]);
        break;
    default:
        break;
    }
}

/* --- telling
 * ------------------------------------------------------------------- */

static void tell_unused(struct finder *f, const struct holding *h)
{
    const struct names *n = &f->view->in.names;
    FILE *out = finding_begin(f);
    char title[TITLE_SIZE];

    fprintf(out, "%s never used ", names_title(n, h->task, title));
    fprintf(out, "%s at slot %" PRIx64, names_title(n, h->object, title),
            h->slot);
    if (h->from_task)
        fprintf(out, ", given by %s", names_title(n, h->from_task, title));
    finding_end(f, "unused", false, h->since);
}

static void tell_leak(struct finder *f, const struct holding *h, size_t count)
{
    const struct names *n = &f->view->in.names;
    const struct object_info *o = names_get(n, h->object);
    FILE *out = finding_begin(f);
    char title[TITLE_SIZE];

    fprintf(out, "%s holds %zu %ss it never used and did not give back",
            names_title(n, h->task, title), count, type_name(o ? o->type : 0));
    finding_end(f, "leak", true, h->since);
}

static uint32_t type_of(const struct finder *f, const struct holding *h)
{
    const struct object_info *o = names_get(&f->view->in.names, h->object);

    return o ? o->type : 0;
}

/* Unused ones of one task, which stand side by side: few are told one by one,
 * many of a type are a leak. */
static void tell_group(struct finder *f, struct holding **group, size_t count)
{
    size_t of_type[VTR_T_COUNT] = {0};
    bool told[VTR_T_COUNT] = {false};

    for (size_t i = 0; i < count; i++)
        of_type[type_of(f, group[i]) % VTR_T_COUNT]++;
    for (size_t i = 0; i < count; i++) {
        uint32_t type = type_of(f, group[i]) % VTR_T_COUNT;
        if (of_type[type] < LEAK_LEAST && group[i]->from_task)
            tell_unused(f, group[i]);
        else if (of_type[type] >= LEAK_LEAST && !told[type])
            tell_leak(f, group[i], of_type[type]);
        told[type] = true;
    }
}

void cap_use_finish(struct cap_use *c, struct finder *f)
{
    struct map_entry *all = map_sorted(&c->held);
    struct holding **unused = xcalloc(c->held.used + 1, sizeof(*unused));
    size_t count = 0, first = 0;

    for (size_t i = 0; all[i].value; i++)
        if (c->entries && !((struct holding *)all[i].value)->used)
            unused[count++] = all[i].value;
    for (size_t i = 0; i < count; i++)
        if (i + 1 == count || unused[i + 1]->task != unused[i]->task) {
            tell_group(f, unused + first, i + 1 - first);
            first = i + 1;
        }
    free(unused);
    free(all);
    map_free(&c->held, 1);
    free(c);
}
