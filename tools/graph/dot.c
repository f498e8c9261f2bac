/* The DOT text of dot.h. */
#include "dot.h"
#include "events.h"
#include "palette.h"
#include "protocols.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A kernel object held by this many tasks goes into their boxes. */
enum { COMMON_HOLDERS = 2, SLOTS_SHOWN = 3 };

/* How an object of a type is drawn. */
static const struct look {
    const char *shape, *fill, *line, *text;
} looks[VTR_T_COUNT] = {
    [VTR_T_NONE] = {"box", "#ffffff", "#6a6a6a", NULL},
    [VTR_T_TASK] = {"box", "#dbe9f6", "#3b6ea5", "task (box, with threads)"},
    [VTR_T_THREAD] = {"box", "#ffffff", "#3b6ea5", "thread"},
    [VTR_T_GATE] = {"ellipse", "#fff3c4", "#b08a12", "IPC gate (ellipse)"},
    [VTR_T_IRQ] = {"diamond", "#fbd9c4", "#b9551f", "interrupt (diamond)"},
    [VTR_T_FACTORY] = {"house", "#e6e6e6", "#6a6a6a", "factory"},
    [VTR_T_SCHEDULER] = {"octagon", "#e6e6e6", "#6a6a6a", "scheduler"},
    [VTR_T_ICU] = {"hexagon", "#e6e6e6", "#6a6a6a", "interrupt controller"},
    [VTR_T_VLOG] = {"note", "#e6e6e6", "#6a6a6a", "kernel log"},
    [VTR_T_DEBUGGER] = {"component", "#e6e6e6", "#6a6a6a", "debugger"},
    [VTR_T_SEMAPHORE] = {"invtrapezium", "#d9f0ee", "#2f8a82", "semaphore"},
    [VTR_T_DMA_SPACE] = {"box3d", "#ece2f3", "#7a559e", "DMA space"},
    [VTR_T_VM] = {"box3d", "#ece2f3", "#7a559e", "virtual machine"},
    [VTR_T_THREAD_GROUP] = {"folder", "#ece2f3", "#7a559e", "thread group"},
};

struct node {
    const struct object_info *info;
    unsigned holders; /* tasks with a capability to it */
    unsigned colour;  /* of a task */
    bool shown;
};

/* All capabilities of one task to one object. */
struct edge {
    uint32_t task, object;
    size_t first, count; /* in `order` */
};

struct writer {
    FILE *out;
    const struct drawing *d;
    struct map nodes;   /* id -> struct node */
    struct cap **order; /* by task, object, slot */
    size_t cap_count;
    struct edge *edges;
    size_t edge_count, edge_room;
    unsigned of_type[VTR_T_COUNT]; /* how many are alive */
    struct drawing_size size;
};

/* --- what there is ------------------------------------------------------ */

static struct node *node(const struct writer *w, uint64_t id)
{
    return map_get(&w->nodes, id);
}

static unsigned type_of(const struct node *n)
{
    return n->info->type < VTR_T_COUNT ? n->info->type : VTR_T_NONE;
}

static uint32_t task_of(const struct writer *w, uint32_t thread)
{
    return names_task_of(&w->d->graph->objects, thread);
}

static void collect_nodes(struct writer *w)
{
    struct map_entry *all = map_sorted(&w->d->graph->objects.objects);
    unsigned colour = 0;

    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        if (o->deleted != ~0ull || !o->id)
            continue;
        struct node *n = xcalloc(1, sizeof(*n));
        n->info = o;
        n->shown = true;
        if (o->type == VTR_T_TASK)
            n->colour = colour++ % PALETTE_KERNEL;
        w->of_type[type_of(n)]++;
        map_put(&w->nodes, o->id, n);
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

static void collect_edges(struct writer *w)
{
    struct map_entry *all = capgraph_sorted(w->d->graph);

    w->order = xcalloc(w->d->graph->caps.used, sizeof(struct cap *));
    for (size_t i = 0; all[i].value; i++) {
        struct cap *c = all[i].value;
        if (node(w, c->task) && node(w, c->object))
            w->order[w->cap_count++] = c;
    }
    free(all);
    qsort(w->order, w->cap_count, sizeof(*w->order), by_edge);
    for (size_t i = 0; i < w->cap_count; i++) {
        struct edge *last = w->edge_count ? &w->edges[w->edge_count - 1] : NULL;
        const struct cap *c = w->order[i];
        if (last && last->task == c->task && last->object == c->object) {
            last->count++;
            continue;
        }
        array_need_room(w->edges, w->edge_count, w->edge_room);
        w->edges[w->edge_count++] = (struct edge){c->task, c->object, i, 1};
        node(w, c->object)->holders++;
    }
}

/* --- what of it is shown where ------------------------------------------ */

static bool is_own(const struct writer *w, const struct edge *e)
{
    return e->object == e->task || task_of(w, e->object) == e->task;
}

static bool is_common(const struct writer *w, const struct edge *e)
{
    const struct node *n = node(w, e->object);

    switch (n->info->type) {
    case VTR_T_FACTORY:
    case VTR_T_SCHEDULER:
    case VTR_T_ICU:
    case VTR_T_VLOG:
    case VTR_T_DEBUGGER:
        return n->holders >= COMMON_HOLDERS;
    default:
        return false;
    }
}

/* The capability stands in the task's box, not on an arrow. */
static bool in_box(const struct writer *w, const struct edge *e)
{
    return !w->d->all && (is_own(w, e) || is_common(w, e));
}

/* The capability of a server to a gate that leads to itself. */
static bool on_gate_arrow(const struct writer *w, const struct edge *e)
{
    const struct object_info *o = node(w, e->object)->info;

    return !w->d->all && o->target && task_of(w, o->target) == e->task;
}

static void show(struct writer *w, uint32_t id)
{
    uint32_t task = task_of(w, id);

    if (node(w, id))
        node(w, id)->shown = true;
    if (task && node(w, task))
        node(w, task)->shown = true;
}

/* Only the focus, what it holds, and where that leads. */
static void narrow(struct writer *w)
{
    struct map_entry *all = map_sorted(&w->nodes);

    for (size_t i = 0; all[i].value; i++)
        ((struct node *)all[i].value)->shown = false;
    free(all);
    show(w, w->d->focus);
    for (size_t i = 0; i < w->edge_count; i++)
        if (w->edges[i].task == w->d->focus) {
            const struct node *n = node(w, w->edges[i].object);
            show(w, n->info->id);
            if (n->info->target)
                show(w, n->info->target);
        }
}

/* A gate or interrupt that only its own receiver knows of. */
static bool is_private(const struct writer *w, const struct edge *e)
{
    return on_gate_arrow(w, e) && node(w, e->object)->holders == 1;
}

/* An object that is only in boxes needs no shape of its own; a thread is a
 * row of its task's box. */
static void hide_boxed(struct writer *w)
{
    struct map drawn = {0};
    struct map_entry *all = map_sorted(&w->nodes);

    for (size_t i = 0; i < w->edge_count; i++)
        if (!in_box(w, &w->edges[i]) && !is_private(w, &w->edges[i]))
            map_put(&drawn, w->edges[i].object, w);
    for (size_t i = 0; all[i].value; i++) {
        struct node *n = all[i].value;
        unsigned type = n->info->type;
        if (type == VTR_T_THREAD && task_of(w, n->info->id))
            n->shown = false;
        else if (type != VTR_T_TASK && type != VTR_T_THREAD &&
                 !map_get(&drawn, n->info->id))
            n->shown = false;
    }
    free(all);
    map_free(&drawn, 0);
}

/* --- labels ------------------------------------------------------------- */

static void slots(struct writer *w, const struct edge *e)
{
    char rights[16];

    for (size_t i = 0; i < e->count && i < SLOTS_SHOWN; i++) {
        const struct cap *c = w->order[e->first + i];
        fprintf(w->out, "%s%" PRIx64 " %s", i ? ", " : "", c->slot,
                rights_text(c->rights, rights));
    }
    if (e->count > SLOTS_SHOWN)
        fprintf(w->out, " (+%zu)", e->count - SLOTS_SHOWN);
}

/* The only object of its type needs no number. */
static const char *title(const struct writer *w, uint32_t id, char *to)
{
    const struct object_info *o = names_get(w->d->names, id);

    if (o && o->type < VTR_T_COUNT && !o->name[0] && !o->image[0] &&
        w->of_type[o->type] == 1 && o->type != VTR_T_THREAD)
        return strcpy(to, type_name(o->type));
    return names_title(w->d->names, id, to);
}

/* A thread inside its task's box needs not repeat the task's name. */
static void thread_row(struct writer *w, const struct object_info *o)
{
    char name[TITLE_SIZE];
    const char *text = title(w, o->id, name);
    const char *slash = strchr(text, '/');

    fprintf(w->out,
            "<tr><td port=\"t%u\" bgcolor=\"white\" align=\"left\">"
            "<font point-size=\"10\">thread ",
            o->id);
    xml_text(w->out, slash ? slash + 1 : text);
    if (o->prio)
        fprintf(w->out, " (prio %u)", o->prio);
    fputs("</font></td></tr>", w->out);
}

static void thread_rows(struct writer *w, uint32_t task)
{
    struct map_entry *all = map_sorted(&w->nodes);

    for (size_t i = 0; all[i].value; i++) {
        const struct node *n = all[i].value;
        if (n->info->type == VTR_T_THREAD && task_of(w, n->info->id) == task)
            thread_row(w, n->info);
    }
    free(all);
}

static void box_row(struct writer *w, const struct edge *e)
{
    char name[TITLE_SIZE];

    if (e->object == e->task)
        fputs("itself", w->out);
    else if (is_own(w, e))
        fputs("own thread", w->out);
    else
        xml_text(w->out, title(w, e->object, name));
    fputs(": ", w->out);
    slots(w, e);
    fputs("<br align=\"left\"/>", w->out);
}

/* What stands in the box: capabilities, one a line, and how many gates only
 * the task itself knows of. */
static void box_rows(struct writer *w, uint32_t task)
{
    unsigned private = 0;
    bool any = false;

    for (size_t i = 0; i < w->edge_count; i++) {
        const struct edge *e = &w->edges[i];
        if (e->task != task)
            continue;
        private += is_private(w, e);
        if (!any && (in_box(w, e) || is_private(w, e)))
            fputs("<tr><td align=\"left\" balign=\"left\">"
                  "<font point-size=\"9\" color=\"#44505c\">",
                  w->out);
        any |= in_box(w, e) || is_private(w, e);
        if (in_box(w, e))
            box_row(w, e);
    }
    if (private)
        fprintf(w->out, "%u gate%s of its own<br align=\"left\"/>", private,
                private == 1 ? "" : "s");
    if (any)
        fputs("</font></td></tr>", w->out);
}

static void task_node(struct writer *w, const struct node *n)
{
    char name[TITLE_SIZE];

    fprintf(w->out,
            "  o%u [shape=plain style=\"\" label=<<table border=\"1\" "
            "cellborder=\"0\" cellspacing=\"2\" cellpadding=\"3\" "
            "style=\"rounded\" color=\"%s\" bgcolor=\"%s\">"
            "<tr><td><b>",
            n->info->id, palette[n->colour].line, palette[n->colour].fill);
    xml_text(w->out, title(w, n->info->id, name));
    fputs("</b></td></tr>", w->out);
    thread_rows(w, n->info->id);
    box_rows(w, n->info->id);
    fputs("</table>>]\n", w->out);
}

static void object_node(struct writer *w, const struct node *n)
{
    const struct look *look = &looks[type_of(n)];
    char name[TITLE_SIZE];

    fprintf(w->out, "  o%u [shape=%s fillcolor=\"%s\" color=\"%s\" label=<",
            n->info->id, look->shape, look->fill, look->line);
    xml_text(w->out, title(w, n->info->id, name));
    fputs(">]\n", w->out);
}

/* --- nodes and arrows --------------------------------------------------- */

static void write_nodes(struct writer *w)
{
    struct map_entry *all = map_sorted(&w->nodes);

    for (size_t i = 0; all[i].value; i++) {
        const struct node *n = all[i].value;
        if (!n->shown)
            continue;
        w->size.nodes++;
        if (n->info->type == VTR_T_TASK)
            task_node(w, n);
        else
            object_node(w, n);
    }
    free(all);
}

/* Where an arrow to the object ends: a thread is a row of its task. */
static bool end_of(const struct writer *w, uint32_t id, char to[48])
{
    uint32_t task = task_of(w, id);

    if (task && node(w, task)) {
        snprintf(to, 48, "o%u:t%u", task, id);
        return node(w, task)->shown;
    }
    snprintf(to, 48, "o%u", id);
    return node(w, id) && node(w, id)->shown;
}

static void write_edges(struct writer *w)
{
    char to[48];

    for (size_t i = 0; i < w->edge_count; i++) {
        const struct edge *e = &w->edges[i];
        if (in_box(w, e) || on_gate_arrow(w, e) || !end_of(w, e->object, to) ||
            !node(w, e->task)->shown)
            continue;
        w->size.edges++;
        fprintf(w->out, "  o%u -> %s [color=\"%s\" label=<", e->task, to,
                palette[node(w, e->task)->colour].line);
        slots(w, e);
        fputs(">]\n", w->out);
    }
}

/* What the server itself holds of the gate, on the gate's arrow. */
static void own_slots(struct writer *w, uint32_t gate)
{
    for (size_t i = 0; i < w->edge_count; i++)
        if (w->edges[i].object == gate && on_gate_arrow(w, &w->edges[i])) {
            fputs("<br/>own: ", w->out);
            slots(w, &w->edges[i]);
        }
}

static void write_gate_arrows(struct writer *w)
{
    struct map_entry *all = map_sorted(&w->nodes);
    char to[48];

    for (size_t i = 0; all[i].value; i++) {
        const struct node *n = all[i].value;
        if (!n->shown || !n->info->target || !end_of(w, n->info->target, to))
            continue;
        w->size.edges++;
        fprintf(w->out,
                "  o%u -> %s [style=dashed color=\"#8a6d0f\" "
                "fontcolor=\"#8a6d0f\" label=<label %" PRIx64,
                n->info->id, to, n->info->label);
        own_slots(w, n->info->id);
        fputs(">]\n", w->out);
    }
    free(all);
}

/* One cell for each kind of object in the picture. */
static void write_kinds(struct writer *w)
{
    bool present[VTR_T_COUNT] = {false};
    struct map_entry *all = map_sorted(&w->nodes);

    for (size_t i = 0; all[i].value; i++)
        if (((struct node *)all[i].value)->shown)
            present[type_of(all[i].value)] = true;
    free(all);
    for (unsigned i = 1; i < VTR_T_COUNT; i++)
        if (present[i])
            fprintf(w->out,
                    "<td border=\"1\" bgcolor=\"%s\" color=\"%s\">%s</td>",
                    looks[i].fill, looks[i].line, looks[i].text);
}

/* Title and legend are the graph's label: above everything, at the left. */
static void write_head(struct writer *w)
{
    fputs("digraph capabilities {\n"
          "  graph [rankdir=LR labelloc=t labeljust=l fontsize=10 "
          "fontname=\"Helvetica\" nodesep=0.25 ranksep=0.9 pad=0.3\n"
          "    label=<<table border=\"0\" cellspacing=\"5\" "
          "cellpadding=\"4\"><tr><td align=\"left\" colspan=\"16\">"
          "<font point-size=\"18\">",
          w->out);
    xml_text(w->out, w->d->title);
    fputs("</font></td></tr><tr>", w->out);
    write_kinds(w);
    fputs("<td align=\"left\" balign=\"left\">arrow: a capability, slot "
          "(hexadecimal) and rights; dashed: where a gate leads<br/>"
          "r read, w write, s special, d delete, v serve</td></tr></table>>]\n"
          "  node [style=filled fontname=\"Helvetica\" fontsize=11]\n"
          "  edge [fontname=\"Helvetica\" fontsize=9 arrowsize=0.7]\n",
          w->out);
}

void dot_write(FILE *f, const struct drawing *d, struct drawing_size *ret_size)
{
    struct writer w = {.out = f, .d = d};

    collect_nodes(&w);
    collect_edges(&w);
    if (d->focus)
        narrow(&w);
    hide_boxed(&w);
    write_head(&w);
    write_nodes(&w);
    write_edges(&w);
    write_gate_arrows(&w);
    fputs("}\n", f);
    *ret_size = w.size;
    map_free(&w.nodes, 1);
    free(w.order);
    free(w.edges);
}
