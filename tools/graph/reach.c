/* The searches of reach.h. */
#include "reach.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

enum { RIGHT_W = 1 };

/* --- names --------------------------------------------------------------- */

bool targets_find(struct targets *t, const struct names *n, const char *text)
{
    struct map_entry *all = map_sorted(&n->objects);
    char title[TITLE_SIZE], *end;
    unsigned long id = text[0] == '#' ? strtoul(text + 1, &end, 10) : 0;

    *t = (struct targets){0};
    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        if ((id && !*end && o->id == id) || !strcmp(o->name, text) ||
            (o->type == VTR_T_TASK && !strcmp(o->image, text)) ||
            !strcmp(names_title(n, o->id, title), text))
            map_put(&t->ids, o->id, t);
    }
    free(all);
    return t->ids.used != 0;
}

bool targets_have(const struct targets *t, uint32_t id)
{
    return map_get(&t->ids, id) != NULL;
}

void targets_free(struct targets *t)
{
    map_free(&t->ids, 0);
}

void witness_free(struct witness *w)
{
    free(w->path);
    *w = (struct witness){0};
}

/* --- the index -------------------------------------------------------------
 */

static int by_task(const void *a, const void *b)
{
    const struct cap *x = *(struct cap *const *)a;
    const struct cap *y = *(struct cap *const *)b;

    if (x->task != y->task)
        return x->task < y->task ? -1 : 1;
    return (x->slot > y->slot) - (x->slot < y->slot);
}

/* The task an object leads to: itself, a thread's, a gate's server; 0. */
static uint32_t leads_to(const struct capgraph *g, uint32_t id)
{
    const struct object_info *o = names_get(&g->objects, id);

    if (!o)
        return 0;
    switch (o->type) {
    case VTR_T_TASK:
        return id;
    case VTR_T_THREAD:
        return o->task;
    case VTR_T_GATE:
        return o->target ? names_task_of(&g->objects, o->target) : 0;
    default:
        return 0;
    }
}

static void add_link(struct reach *r, uint32_t task, const struct cap *c)
{
    array_need_room(r->links, r->link_count, r->link_room);
    uint32_t next = (uint32_t)(uintptr_t)map_get(&r->users, task);
    r->links[r->link_count++] = (struct link){c, next};
    map_put(&r->users, task, (void *)(uintptr_t)r->link_count);
}

void reach_make(struct reach *r, const struct capgraph *g,
                const struct names *names)
{
    struct map_entry *all = map_sorted(&g->objects.objects);

    *r = (struct reach){.graph = g};
    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        if (o->type == VTR_T_TASK && role_of_task(names, o->id) != ROLE_PROGRAM)
            reach_trust(r, o->id);
    }
    free(all);
    r->caps = xcalloc(g->caps.used + 1, sizeof(struct cap *));
    for (size_t i = 0; i < g->caps.size; i++)
        if (g->caps.entries[i].value)
            r->caps[r->cap_count++] = g->caps.entries[i].value;
    qsort(r->caps, r->cap_count, sizeof(*r->caps), by_task);
    for (size_t i = r->cap_count; i-- > 0;) {
        uint32_t server = leads_to(g, r->caps[i]->object);
        map_put(&r->by_task, r->caps[i]->task, (void *)(uintptr_t)(i + 1));
        if (server && server != r->caps[i]->task)
            add_link(r, server, r->caps[i]);
    }
}

void reach_free(struct reach *r)
{
    map_free(&r->trusted, 0);
    map_free(&r->by_task, 0);
    map_free(&r->users, 0);
    free(r->caps);
    free(r->links);
    *r = (struct reach){0};
}

void reach_trust(struct reach *r, uint32_t task)
{
    map_put(&r->trusted, task, r);
}

/* The number of the task's first capability; cap_count: it holds none. */
static size_t first_cap(const struct reach *r, uint32_t task)
{
    uintptr_t at = (uintptr_t)map_get(&r->by_task, task);

    return at ? at - 1 : r->cap_count;
}

/* --- the search -------------------------------------------------------------
 */

/* Breadth first: what was seen, and how it was come by. */
struct search {
    struct visit {
        uint32_t id;
        const struct cap *by;
        size_t from; /* number of the visit before, ~0: the first */
    } * visits;
    size_t count, room, next;
    struct map seen;
};

static void visit(struct search *s, uint32_t id, const struct cap *by,
                  size_t from)
{
    if (map_put(&s->seen, id, s))
        return;
    array_need_room(s->visits, s->count, s->room);
    s->visits[s->count++] = (struct visit){id, by, from};
}

static void search_free(struct search *s)
{
    free(s->visits);
    map_free(&s->seen, 0);
}

/* The way to visit `at`, the first one first. */
static void trace_back(const struct search *s, size_t at, struct witness *w)
{
    *w = (struct witness){0};
    for (; at != ~(size_t)0; at = s->visits[at].from) {
        array_need_room(w->path, w->count, w->room);
        w->path[w->count++] = (struct step){s->visits[at].id, s->visits[at].by};
    }
    for (size_t i = 0; i < w->count / 2; i++) {
        struct step t = w->path[i];
        w->path[i] = w->path[w->count - 1 - i];
        w->path[w->count - 1 - i] = t;
    }
}

/* What can be reached from visit `at` in one step. */
static void expand_now(const struct reach *r, struct search *s, size_t at)
{
    uint32_t id = s->visits[at].id;
    uint32_t to = leads_to(r->graph, id);

    if (to && to != id) {
        visit(s, to, NULL, at);
        return;
    }
    if (at && map_get(&r->trusted, id))
        return;
    for (size_t i = first_cap(r, id);
         i < r->cap_count && r->caps[i]->task == id; i++)
        visit(s, r->caps[i]->object, r->caps[i], at);
}

bool reach_now(const struct reach *r, uint32_t from, const struct targets *to,
               struct witness *ret_witness)
{
    struct search s = {0};
    bool found = false;

    visit(&s, from, NULL, ~(size_t)0);
    for (; s.next < s.count && !found; s.next++) {
        found = s.next && targets_have(to, s.visits[s.next].id);
        if (found)
            trace_back(&s, s.next, ret_witness);
        else
            expand_now(r, &s, s.next);
    }
    search_free(&s);
    return found;
}

/* What the task holds of the targets, NULL: nothing. */
static const struct cap *holds(const struct reach *r, uint32_t task,
                               const struct targets *what)
{
    for (size_t i = first_cap(r, task);
         i < r->cap_count && r->caps[i]->task == task; i++)
        if (targets_have(what, r->caps[i]->object))
            return r->caps[i];
    return NULL;
}

/* Everybody who can give something to the task of visit `at`. */
static void expand_ever(const struct reach *r, struct search *s, size_t at)
{
    uint32_t task = s->visits[at].id;

    /* Whom it calls may answer with it; whom it holds, it may take from. */
    for (size_t i = first_cap(r, task);
         i < r->cap_count && r->caps[i]->task == task; i++) {
        uint32_t other = leads_to(r->graph, r->caps[i]->object);
        if (other && !map_get(&r->trusted, other))
            visit(s, other, r->caps[i], at);
    }
    /* Who holds its gate with the right w may send it; who holds the task
     * may map into it. */
    uintptr_t l = (uintptr_t)map_get(&r->users, task);
    for (; l; l = r->links[l - 1].next) {
        const struct cap *c = r->links[l - 1].cap;
        if (c->rights & RIGHT_W && !map_get(&r->trusted, c->task))
            visit(s, c->task, c, at);
    }
}

/* The path was found from its end: the holder comes first, and each step's
 * `by` moves to the one who receives. */
static void turn_round(const struct search *s, size_t at,
                       const struct cap *held, struct witness *w)
{
    const struct cap *by = held;

    *w = (struct witness){0};
    for (; at != ~(size_t)0; at = s->visits[at].from) {
        array_need_room(w->path, w->count, w->room);
        w->path[w->count++] = (struct step){s->visits[at].id, by};
        by = s->visits[at].by;
    }
}

bool reach_ever(const struct reach *r, uint32_t to, const struct targets *what,
                struct witness *ret_witness)
{
    struct search s = {0};
    const struct cap *held = NULL;

    visit(&s, to, NULL, ~(size_t)0);
    for (; s.next < s.count && !held; s.next++) {
        held = holds(r, s.visits[s.next].id, what);
        if (held)
            turn_round(&s, s.next, held, ret_witness);
        else
            expand_ever(r, &s, s.next);
    }
    search_free(&s);
    return held != NULL;
}
