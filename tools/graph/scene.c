/* The decisions of scene.h. */
#include "scene.h"
#include "palette.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

enum {
    COMMON_HOLDERS = 2, /* a kernel object held by more tasks is common */
    LARGE_ARROWS = 24,  /* with more, services go into boxes */
};

struct node *scene_node(const struct scene *s, uint64_t id)
{
    return map_get(&s->nodes, id);
}

unsigned scene_type(const struct node *n)
{
    return n->info->type < VTR_T_COUNT ? n->info->type : VTR_T_NONE;
}

uint32_t scene_task_of(const struct scene *s, uint32_t thread)
{
    return names_task_of(&s->d->graph->objects, thread);
}

struct node *scene_server(const struct scene *s, const struct node *gate)
{
    uint32_t thread = gate->info->target;

    return thread ? scene_node(s, scene_task_of(s, thread)) : NULL;
}

bool scene_is_own(const struct scene *s, const struct edge *e)
{
    return e->object == e->task || scene_task_of(s, e->object) == e->task;
}

/* --- nodes and edges ---------------------------------------------------- */

/* --kinds; tasks and threads are what the others are shown for. */
static bool is_wanted(const struct scene *s, const struct object_info *o)
{
    return !s->d->kinds || o->type == VTR_T_TASK || o->type == VTR_T_THREAD ||
           s->d->kinds >> (o->type & 31) & 1;
}

static void collect_nodes(struct scene *s)
{
    struct map_entry *all = map_sorted(&s->d->graph->objects.objects);
    unsigned colour = 0;

    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        if (o->deleted != ~0ull || !o->id || !is_wanted(s, o))
            continue;
        struct node *n = xcalloc(1, sizeof(*n));
        n->info = o;
        n->shown = true;
        if (o->type == VTR_T_TASK) {
            n->colour = colour++ % PALETTE_KERNEL;
            n->role = role_of_task(s->d->names, o->id);
        }
        s->of_type[scene_type(n)]++;
        map_put(&s->nodes, o->id, n);
    }
    free(all);
}

static int by_edge(const void *a, const void *b)
{
    const struct cap *x = *(struct cap *const *)a;
    const struct cap *y = *(struct cap *const *)b;

    if (x->task != y->task)
        return x->task < y->task ? -1 : 1;
    if (x->object != y->object)
        return x->object < y->object ? -1 : 1;
    return (x->slot > y->slot) - (x->slot < y->slot);
}

/* Live capabilities in the order of I1. */
static void collect_caps(struct scene *s)
{
    struct map_entry *all = capgraph_sorted(s->d->graph);

    s->order = xcalloc(s->d->graph->caps.used, sizeof(struct cap *));
    for (size_t i = 0; all[i].value; i++) {
        struct cap *c = all[i].value;
        if (scene_node(s, c->task) && scene_node(s, c->object))
            s->order[s->cap_count++] = c;
    }
    free(all);
    qsort(s->order, s->cap_count, sizeof(*s->order), by_edge);
}

static void collect_edges(struct scene *s)
{
    for (size_t i = 0; i < s->cap_count; i++) {
        struct edge *last = s->edge_count ? &s->edges[s->edge_count - 1] : NULL;
        const struct cap *c = s->order[i];
        if (last && last->task == c->task && last->object == c->object) {
            last->count++;
            continue;
        }
        array_need_room(s->edges, s->edge_count, s->edge_room);
        s->edges[s->edge_count++] = (struct edge){
            .task = c->task, .object = c->object, .first = i, .count = 1};
        scene_node(s, c->object)->holders++;
    }
}

/* --- places -------------------------------------------------------------- */

static bool is_kernel_object(const struct node *n)
{
    switch (n->info->type) {
    case VTR_T_FACTORY:
    case VTR_T_SCHEDULER:
    case VTR_T_ICU:
    case VTR_T_VLOG:
    case VTR_T_DEBUGGER:
        return true;
    default:
        return false;
    }
}

/* In a large graph: what everybody has of root servers and loader, and what
 * these have of everybody. */
static enum place place_in_large(const struct scene *s, const struct edge *e)
{
    const struct node *to = scene_node(s, e->object);
    const struct node *server = scene_server(s, to);
    const struct node *holder = scene_node(s, e->task);
    bool task_or_thread =
        to->info->type == VTR_T_TASK || to->info->type == VTR_T_THREAD;

    if (server && server->role != ROLE_PROGRAM)
        return holder->role == ROLE_PROGRAM ? PLACE_BOX : PLACE_COUNT;
    if (holder->role == ROLE_ROOT && task_or_thread)
        return PLACE_COUNT;
    return PLACE_ARROW;
}

static enum place place_of(const struct scene *s, const struct edge *e)
{
    const struct node *to = scene_node(s, e->object);
    const struct node *server = scene_server(s, to);

    if (s->d->all)
        return PLACE_ARROW;
    if (scene_is_own(s, e) ||
        (is_kernel_object(to) && to->holders >= COMMON_HOLDERS))
        return PLACE_BOX;
    if (server && server->info->id == e->task)
        return to->holders == 1 ? PLACE_COUNT : PLACE_GATE;
    return s->large ? place_in_large(s, e) : PLACE_ARROW;
}

static size_t place_all(struct scene *s)
{
    size_t arrows = 0;

    for (size_t i = 0; i < s->edge_count; i++) {
        s->edges[i].place = place_of(s, &s->edges[i]);
        arrows += s->edges[i].place == PLACE_ARROW;
    }
    return arrows;
}

/* --- what is shown ------------------------------------------------------- */

static void show(struct scene *s, uint32_t id)
{
    uint32_t task = scene_task_of(s, id);

    if (scene_node(s, id))
        scene_node(s, id)->shown = true;
    if (task && scene_node(s, task))
        scene_node(s, task)->shown = true;
}

static void hide_all(struct scene *s)
{
    for (size_t i = 0; i < s->nodes.size; i++)
        if (s->nodes.entries[i].value)
            ((struct node *)s->nodes.entries[i].value)->shown = false;
}

/* Only the focus, what it holds, and where that leads. */
static void narrow(struct scene *s)
{
    hide_all(s);
    show(s, s->d->focus);
    for (size_t i = 0; i < s->edge_count; i++)
        if (s->edges[i].task == s->d->focus) {
            const struct node *n = scene_node(s, s->edges[i].object);
            show(s, n->info->id);
            if (n->info->target)
                show(s, n->info->target);
        }
}

/* An object no arrow leads to needs no shape; a thread is a row of its
 * task's box. */
static void hide_undrawn(struct scene *s)
{
    struct map drawn = {0};

    for (size_t i = 0; i < s->edge_count; i++)
        if (s->edges[i].place == PLACE_ARROW)
            map_put(&drawn, s->edges[i].object, s);
    for (size_t i = 0; i < s->nodes.size; i++) {
        struct node *n = s->nodes.entries[i].value;
        if (!n || n->info->type == VTR_T_TASK)
            continue;
        if (n->info->type == VTR_T_THREAD)
            n->shown &= !scene_task_of(s, n->info->id);
        else
            n->shown &= map_get(&drawn, n->info->id) != NULL;
    }
    map_free(&drawn, 0);
}

void scene_make(struct scene *s, const struct drawing *d)
{
    *s = (struct scene){.d = d};
    collect_nodes(s);
    collect_caps(s);
    collect_edges(s);
    if (place_all(s) > LARGE_ARROWS && !d->focus && !d->all) {
        s->large = true;
        place_all(s);
    }
    if (d->focus)
        narrow(s);
    hide_undrawn(s);
}

void scene_free(struct scene *s)
{
    map_free(&s->nodes, 1);
    free(s->order);
    free(s->edges);
}
