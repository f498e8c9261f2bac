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

/* The capabilities that name a task or an object: what is deleted is found
 * without looking at all others. */
struct cap_lists {
    struct cap *of_task, *of_object;
};

static struct cap_lists *lists_of(struct capgraph *g, uint32_t id)
{
    struct cap_lists *l = map_get(&g->held, id);

    if (!l) {
        l = xcalloc(1, sizeof(*l));
        map_put(&g->held, id, l);
    }
    return l;
}

static void list_task(struct capgraph *g, struct cap *c)
{
    struct cap **head = &lists_of(g, c->task)->of_task;

    c->of_task = (struct cap_link){*head, head};
    if (*head)
        (*head)->of_task.back = &c->of_task.next;
    *head = c;
}

static void list_object(struct capgraph *g, struct cap *c)
{
    struct cap **head = &lists_of(g, c->object)->of_object;

    c->of_object = (struct cap_link){*head, head};
    if (*head)
        (*head)->of_object.back = &c->of_object.next;
    *head = c;
}

static void unlist_task(struct cap *c)
{
    *c->of_task.back = c->of_task.next;
    if (c->of_task.next)
        c->of_task.next->of_task.back = c->of_task.back;
}

static void unlist_object(struct cap *c)
{
    *c->of_object.back = c->of_object.next;
    if (c->of_object.next)
        c->of_object.next->of_object.back = c->of_object.back;
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
    unlist_task(c);
    unlist_object(c);
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
        list_task(g, c);
    } else {
        unlist_object(c);
    }
    if (c->object != (uint32_t)r->arg[4])
        c->rights = 0;
    c->object = (uint32_t)r->arg[4];
    list_object(g, c);
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
    struct cap_lists *l = map_remove(&g->held, id);

    if (!l)
        return;
    while (l->of_object)
        drop_cap(g, l->of_object);
    while (l->of_task)
        drop_cap(g, l->of_task);
    free(l);
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
    map_free(&g->held, 1);
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
