/* The folding of fold.h. */
#include "fold.h"
#include "events.h"
#include "palette.h"
#include "protocols.h"
#include "util.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 2 };

struct member {
    uint32_t id;
    uint64_t colour, next; /* next: gathered in this round */
};

struct fold {
    const struct drawing *d;
    FILE *out;
    struct map members; /* id -> struct member */
    struct map classes; /* colour -> struct class */
    struct map arrows;  /* hash of two colours -> struct arrow */
};

/* All members of one look; named by the first. */
struct class
{
    uint64_t colour;
    uint32_t first, number;
    size_t count;
};

struct arrow {
    uint64_t from, to;
    uint32_t rights;
    size_t count;
    bool gate;
};

static uint64_t mix(uint64_t h, uint64_t value)
{
    h = (h ^ value) * 0x9e3779b97f4a7c15ull;
    return (h ^ h >> 29) & ~(1ull << 63);
}

/* The title without its digits. */
static void stem(const struct fold *x, uint32_t id, char to[TITLE_SIZE])
{
    char title[TITLE_SIZE], *out = to;

    names_title(x->d->names, id, title);
    for (const char *p = title; *p; p++)
        if (!isdigit((unsigned char)*p))
            *out++ = *p;
    *out = 0;
}

static void add_members(struct fold *x)
{
    const struct map *all = &x->d->graph->objects.objects;
    char text[TITLE_SIZE];

    for (size_t i = 0; i < all->size; i++) {
        const struct object_info *o = all->entries[i].value;
        if (!o || o->deleted != ~0ull || !o->id || o->type == VTR_T_THREAD ||
            (x->d->kinds && !(x->d->kinds >> (o->type & 31) & 1)))
            continue;
        struct member *m = xcalloc(1, sizeof(*m));
        m->id = o->id;
        m->colour = mix(0, o->type);
        stem(x, o->id, text);
        for (const char *p = text; *p; p++)
            m->colour = mix(m->colour, (uint8_t)*p);
        map_put(&x->members, o->id, m);
    }
}

static struct member *member(const struct fold *x, uint32_t id)
{
    return map_get(&x->members, id);
}

/* The task behind a gate or interrupt. */
static struct member *server_of(const struct fold *x, uint32_t id)
{
    const struct object_info *o = names_get(&x->d->graph->objects, id);

    return o && o->target
               ? member(x, names_task_of(&x->d->graph->objects, o->target))
               : NULL;
}

/* Sums are the same in any order; doubles add nothing new for one neighbour
 * of many alike, so a set is approximated by its sum of distinct pairs. */
static void refine(struct fold *x)
{
    const struct map *caps = &x->d->graph->caps;
    struct map seen = {0};

    for (size_t i = 0; i < caps->size; i++) {
        const struct cap *c = caps->entries[i].value;
        struct member *task = c ? member(x, c->task) : NULL;
        struct member *object = c ? member(x, c->object) : NULL;
        if (!task || !object)
            continue;
        uint64_t pair = mix(mix(task->id, object->colour), 1);
        if (!map_put(&seen, pair, x))
            task->next += mix(object->colour, 2);
        pair = mix(mix(object->id, task->colour), 3);
        if (!map_put(&seen, pair, x))
            object->next += mix(task->colour, 4);
    }
    map_free(&seen, 0);
    for (size_t i = 0; i < x->members.size; i++) {
        struct member *m = x->members.entries[i].value;
        const struct member *server = m ? server_of(x, m->id) : NULL;
        if (server)
            m->next += mix(server->colour, 5);
    }
    for (size_t i = 0; i < x->members.size; i++) {
        struct member *m = x->members.entries[i].value;
        if (m) {
            m->colour = mix(m->colour, m->next);
            m->next = 0;
        }
    }
}

/* --- classes and arrows --------------------------------------------------- */

static void make_classes(struct fold *x)
{
    struct map_entry *all = map_sorted(&x->members);

    for (size_t i = 0; all[i].value; i++) {
        const struct member *m = all[i].value;
        struct class *c = map_get(&x->classes, m->colour);
        if (!c) {
            c = xcalloc(1, sizeof(*c));
            *c = (struct class){m->colour, m->id, (uint32_t)x->classes.used, 0};
            map_put(&x->classes, m->colour, c);
        }
        c->count++;
    }
    free(all);
}

static void add_arrow(struct fold *x, const struct member *from,
                      const struct member *to, uint32_t rights, bool gate)
{
    uint64_t key = mix(mix(from->colour, to->colour), gate);
    struct arrow *a = map_get(&x->arrows, key);

    if (!a) {
        a = xcalloc(1, sizeof(*a));
        *a = (struct arrow){
            .from = from->colour, .to = to->colour, .gate = gate};
        map_put(&x->arrows, key, a);
    }
    a->rights |= rights;
    a->count++;
}

static void make_arrows(struct fold *x)
{
    struct map_entry *all = capgraph_sorted(x->d->graph);
    struct map_entry *members = map_sorted(&x->members);

    for (size_t i = 0; all[i].value; i++) {
        const struct cap *c = all[i].value;
        const struct member *from = member(x, c->task);
        const struct member *to = member(x, c->object);
        if (from && to && from != to)
            add_arrow(x, from, to, c->rights, false);
    }
    for (size_t i = 0; members[i].value; i++) {
        const struct member *m = members[i].value;
        const struct member *server = server_of(x, m->id);
        if (server)
            add_arrow(x, m, server, 0, true);
    }
    free(all);
    free(members);
}

/* --- the text ----------------------------------------------------------------
 */

static void write_class(const struct fold *x, const struct class *c)
{
    const struct object_info *o = names_get(&x->d->graph->objects, c->first);
    char text[TITLE_SIZE];
    bool task = o->type == VTR_T_TASK;

    names_title(x->d->names, c->first, text);
    fprintf(x->out, "  c%u [shape=%s%s fillcolor=\"%s\" label=<", c->number,
            task                    ? "box"
            : o->type == VTR_T_GATE ? "ellipse"
                                    : "octagon",
            c->count > 1 ? " peripheries=2" : "",
            palette[task ? c->number % PALETTE_KERNEL : PALETTE_KERNEL].fill);
    if (c->count > 1) {
        stem(x, c->first, text);
        xml_text(x->out, text);
        fprintf(x->out, "* <b>(%zu)</b>", c->count);
    } else {
        xml_text(x->out, text);
    }
    fputs(">]\n", x->out);
}

static void write_arrow(const struct fold *x, const struct arrow *a)
{
    const struct class *from = map_get(&x->classes, a->from);
    const struct class *to = map_get(&x->classes, a->to);
    char rights[16];

    fprintf(x->out, "  c%u -> c%u [", from->number, to->number);
    if (a->gate)
        fputs("style=dashed color=\"#8a6d0f\"", x->out);
    else
        fprintf(x->out, "label=\"%s%s%.0zu\"", rights_text(a->rights, rights),
                a->count > 1 ? " x" : "", a->count > 1 ? a->count : 0);
    fputs("]\n", x->out);
}

static int by_number(const void *a, const void *b)
{
    const struct class *x = ((const struct map_entry *)a)->value;
    const struct class *y = ((const struct map_entry *)b)->value;

    return (x->number > y->number) - (x->number < y->number);
}

static void write_all(struct fold *x, struct drawing_size *ret_size)
{
    struct map_entry *classes = map_sorted(&x->classes);
    struct map_entry *arrows = map_sorted(&x->arrows);

    qsort(classes, x->classes.used, sizeof(*classes), by_number);
    fputs("digraph capabilities {\n"
          "  graph [rankdir=LR labelloc=t labeljust=l fontname=\"Helvetica\" "
          "nodesep=0.25 ranksep=0.9 pad=0.3\n    label=<<font point-size="
          "\"18\">",
          x->out);
    xml_text(x->out, x->d->title);
    fprintf(x->out,
            "</font><br align=\"left\"/>folded: %zu objects that look alike "
            "are %zu shapes; x: how many capabilities<br align=\"left\"/>>]\n"
            "  node [style=filled fontname=\"Helvetica\" fontsize=11]\n"
            "  edge [fontname=\"Helvetica\" fontsize=9 arrowsize=0.7]\n",
            x->members.used, x->classes.used);
    for (size_t i = 0; classes[i].value; i++)
        write_class(x, classes[i].value);
    for (size_t i = 0; arrows[i].value; i++)
        write_arrow(x, arrows[i].value);
    fputs("}\n", x->out);
    *ret_size = (struct drawing_size){.nodes = x->classes.used,
                                      .edges = x->arrows.used};
    free(classes);
    free(arrows);
}

void fold_write(FILE *f, const struct drawing *d, struct drawing_size *ret_size)
{
    struct fold x = {.d = d, .out = f};

    add_members(&x);
    for (unsigned i = 0; i < ROUNDS; i++)
        refine(&x);
    make_classes(&x);
    make_arrows(&x);
    write_all(&x, ret_size);
    map_free(&x.members, 1);
    map_free(&x.classes, 1);
    map_free(&x.arrows, 1);
}
