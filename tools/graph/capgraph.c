/* The replay of capgraph.h. */
#include "capgraph.h"
#include "util.h"

#include <stdlib.h>

enum { ALL_RIGHTS = 0x7f };

static uint64_t key_of(uint64_t task, uint64_t slot)
{
    return (task & 0x7fffffff) << 32 | (slot & 0xffffffff);
}

struct cap *capgraph_get(const struct capgraph *g, uint64_t task, uint64_t slot)
{
    return map_get(&g->caps, key_of(task, slot));
}

/* Counts the capabilities that name a task or an object, so that deleting
 * what no capability names is cheap. */
static void count(struct capgraph *g, uint32_t id, int difference)
{
    intptr_t n = (intptr_t)map_get(&g->held, id) + difference;

    if (n)
        map_put(&g->held, id, (void *)n);
    else
        map_remove(&g->held, id);
}

static void keep_grant(struct capgraph *g, const struct vtr_record *r,
                       struct cap *c)
{
    const struct cap *source = capgraph_get(g, r->arg[0], r->arg[1]);

    array_need_room(g->grants, g->grant_count, g->grant_room);
    g->grants[g->grant_count++] = (struct grant){
        .time = r->time,
        .ip = (uint64_t)(uintptr_t)map_get(&g->ips, r->thread),
        .thread = r->thread,
        .from_task = (uint32_t)r->arg[0],
        .to_task = c->task,
        .object = c->object,
        .rights = (uint32_t)r->arg[5],
        .from_slot = r->arg[1],
        .to_slot = c->slot,
        .before = source && source->object == c->object ? source->grant : 0};
    c->grant = (uint32_t)g->grant_count;
}

const struct grant *capgraph_grant(const struct capgraph *g,
                                   const struct cap *c)
{
    return c->grant ? &g->grants[c->grant - 1] : NULL;
}

static void drop_cap(struct capgraph *g, struct cap *c)
{
    map_remove(&g->caps, key_of(c->task, c->slot));
    count(g, c->task, -1);
    count(g, c->object, -1);
    free(c);
}

static void map_cap(struct capgraph *g, const struct vtr_record *r)
{
    uint64_t task = r->arg[2], slot = r->arg[3];
    struct cap *c = capgraph_get(g, task, slot);

    if (!c) {
        c = xcalloc(1, sizeof(*c));
        c->task = (uint32_t)task;
        c->slot = slot;
        map_put(&g->caps, key_of(task, slot), c);
        count(g, c->task, 1);
    } else {
        count(g, c->object, -1);
    }
    count(g, (uint32_t)r->arg[4], 1);
    if (c->object != (uint32_t)r->arg[4])
        c->rights = 0;
    c->object = (uint32_t)r->arg[4];
    c->rights |= (uint32_t)r->arg[5];
    c->from_task = (uint32_t)r->arg[0];
    c->from_slot = r->arg[1];
    if (g->history)
        keep_grant(g, r, c);
}

static void unmap_cap(struct capgraph *g, const struct vtr_record *r)
{
    struct cap *c = capgraph_get(g, r->arg[0], r->arg[1]);

    if (!c)
        return;
    c->rights &= ~(uint32_t)r->arg[3];
    if (!c->rights || (r->arg[3] & ALL_RIGHTS) == ALL_RIGHTS)
        drop_cap(g, c);
}

/* With an object go the capabilities to it and, of a task, all it held. */
static void drop_object(struct capgraph *g, uint32_t id)
{
    if (!map_get(&g->held, id))
        return;

    struct map_entry *all = map_sorted(&g->caps);
    for (size_t i = 0; all[i].value; i++) {
        struct cap *c = all[i].value;
        if (c->object == id || c->task == id)
            drop_cap(g, c);
    }
    free(all);
}

void capgraph_feed(struct capgraph *g, const struct vtr_record *r)
{
    names_feed(&g->objects, r);
    switch (r->event) {
    case VTR_ENTER:
        if (g->history && r->arg[1])
            map_put(&g->ips, r->thread, (void *)(uintptr_t)r->arg[1]);
        break;
    case VTR_CAP_MAP:
        map_cap(g, r);
        break;
    case VTR_CAP_UNMAP:
        unmap_cap(g, r);
        break;
    case VTR_CREATE:
        g->tasks += r->arg[1] == VTR_T_TASK;
        break;
    case VTR_DELETE:
        g->tasks -= g->tasks && r->arg[1] == VTR_T_TASK;
        drop_object(g, (uint32_t)r->arg[0]);
        break;
    default:
        break;
    }
}

void capgraph_free(struct capgraph *g)
{
    names_free(&g->objects);
    map_free(&g->caps, 1);
    map_free(&g->held, 0);
    map_free(&g->ips, 0);
    free(g->grants);
}

struct map_entry *capgraph_sorted(const struct capgraph *g)
{
    return map_sorted(&g->caps);
}

bool capgraph_alive(const struct capgraph *g, uint64_t object)
{
    const struct object_info *o = names_get(&g->objects, object);

    return o && o->deleted == ~0ull;
}
