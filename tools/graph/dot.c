/* The DOT text of dot.h. */
#include "dot.h"
#include "events.h"
#include "palette.h"
#include "protocols.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_SHOWN = 3, LINES_SHOWN = 16 };

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

struct writer {
    FILE *out;
    struct scene s;
    struct map_entry *nodes; /* by id, NULL value ends */
    struct drawing_size size;
};

/* --- labels ------------------------------------------------------------- */

static void slots(struct writer *w, const struct edge *e)
{
    char rights[16];

    for (size_t i = 0; i < e->count && i < SLOTS_SHOWN; i++) {
        const struct cap *c = w->s.order[e->first + i];
        fprintf(w->out, "%s%" PRIx64 " %s", i ? ", " : "", c->slot,
                rights_text(c->rights, rights));
    }
    if (e->count > SLOTS_SHOWN)
        fprintf(w->out, " (+%zu)", e->count - SLOTS_SHOWN);
}

/* The only object of its type needs no number. */
static const char *title(const struct writer *w, uint32_t id, char *to)
{
    const struct object_info *o = names_get(w->s.d->names, id);

    if (o && o->type < VTR_T_COUNT && !o->name[0] && !o->image[0] &&
        w->s.of_type[o->type] == 1 && o->type != VTR_T_THREAD)
        return strcpy(to, type_name(o->type));
    return names_title(w->s.d->names, id, to);
}

/* `text` without "PREFIX." or "PREFIX/" in front. */
static const char *without(const char *text, const char *prefix)
{
    size_t n = strlen(prefix);

    if (n && !strncmp(text, prefix, n) && (text[n] == '.' || text[n] == '/'))
        return text + n + 1;
    return text;
}

/* A thread inside its task's box needs not repeat the task's name. */
static void thread_row(struct writer *w, const struct object_info *o,
                       const char *task)
{
    char name[TITLE_SIZE];

    fprintf(w->out,
            "<tr><td port=\"t%u\" bgcolor=\"white\" align=\"left\">"
            "<font point-size=\"10\">thread ",
            o->id);
    xml_text(w->out, without(title(w, o->id, name), task));
    if (o->prio)
        fprintf(w->out, " (prio %u)", o->prio);
    fputs("</font></td></tr>", w->out);
}

static void thread_rows(struct writer *w, uint32_t task, const char *name)
{
    for (size_t i = 0; w->nodes[i].value; i++) {
        const struct node *n = w->nodes[i].value;
        if (n->info->type == VTR_T_THREAD &&
            scene_task_of(&w->s, n->info->id) == task)
            thread_row(w, n->info, name);
    }
}

/* --- a task's box -------------------------------------------------------- */

/* What a program has in its first slots, by the convention of its start
 * (docs/design/02-user-level.md). */
static const char *by_slot(uint64_t slot)
{
    switch (slot) {
    case 4:
        return "rm";
    case 5:
        return "log";
    case 8:
        return "parent";
    case 9:
        return "mem";
    case 0x11:
        return "rom";
    default:
        return NULL;
    }
}

/* A service as its user calls it: without the user's or server's name in
 * front; without a name, by where the user keeps it. */
static const char *service_name(struct writer *w, const struct edge *e,
                                const char *task, const char *server, char *to)
{
    const struct object_info *o = names_get(w->s.d->names, e->object);
    const char *usual = by_slot(w->s.order[e->first]->slot);

    if (o && !o->name[0] && usual)
        return usual;
    return without(without(title(w, e->object, to), task), server);
}

/* "rm of moe: 4 rw" */
static void box_line(struct writer *w, const struct edge *e, const char *task)
{
    const struct node *to = scene_node(&w->s, e->object);
    const struct node *server = scene_server(&w->s, to);
    char name[TITLE_SIZE], of[TITLE_SIZE];

    if (e->object == e->task) {
        fputs("itself", w->out);
    } else if (scene_is_own(&w->s, e)) {
        fputs("own thread", w->out);
    } else if (server) {
        title(w, server->info->id, of);
        xml_text(w->out, service_name(w, e, task, of, name));
        fputs(" of ", w->out);
        xml_text(w->out, of);
    } else {
        xml_text(w->out, title(w, e->object, name));
    }
    fputs(": ", w->out);
    slots(w, e);
    fputs("<br align=\"left\"/>", w->out);
}

/* What is only counted: own gates, others' gates, others' tasks. */
struct counts {
    unsigned own, gates, tasks, lines;
};

static struct counts count_places(struct writer *w, uint32_t task)
{
    struct counts c = {0};

    for (size_t i = 0; i < w->s.edge_count; i++) {
        const struct edge *e = &w->s.edges[i];
        const struct node *to = scene_node(&w->s, e->object);
        const struct node *server = scene_server(&w->s, to);
        if (e->task != task)
            continue;
        c.lines += e->place == PLACE_BOX;
        if (e->place != PLACE_COUNT)
            continue;
        if (server && server->info->id == task)
            c.own++;
        else if (server)
            c.gates++;
        else
            c.tasks++;
    }
    return c;
}

static void count_line(struct writer *w, unsigned count, const char *one,
                       const char *text)
{
    if (count)
        fprintf(w->out, "%u %s%s %s<br align=\"left\"/>", count, one,
                count == 1 ? "" : "s", text);
}

static void box_rows(struct writer *w, uint32_t task, const char *name)
{
    struct counts c = count_places(w, task);
    unsigned lines = 0;

    if (!c.lines && !c.own && !c.gates && !c.tasks)
        return;
    fputs("<tr><td align=\"left\" balign=\"left\">"
          "<font point-size=\"9\" color=\"#44505c\">",
          w->out);
    for (size_t i = 0; i < w->s.edge_count; i++) {
        const struct edge *e = &w->s.edges[i];
        if (e->task == task && e->place == PLACE_BOX && lines++ < LINES_SHOWN)
            box_line(w, e, name);
    }
    if (lines > LINES_SHOWN)
        count_line(w, lines - LINES_SHOWN, "line", "more");
    count_line(w, c.own, "gate", "only it knows");
    count_line(w, c.gates, "gate", "of root servers");
    count_line(w, c.tasks, "task/thread", "of others");
    fputs("</font></td></tr>", w->out);
}

static void task_node(struct writer *w, const struct node *n)
{
    char name[TITLE_SIZE];

    title(w, n->info->id, name);
    fprintf(w->out,
            "  o%u [shape=plain style=\"\" label=<<table border=\"1\" "
            "cellborder=\"0\" cellspacing=\"2\" cellpadding=\"3\" "
            "style=\"rounded\" color=\"%s\" bgcolor=\"%s\">"
            "<tr><td><b>",
            n->info->id, palette[n->colour].line, palette[n->colour].fill);
    xml_text(w->out, name);
    fputs("</b></td></tr>", w->out);
    thread_rows(w, n->info->id, name);
    box_rows(w, n->info->id, name);
    fputs("</table>>]\n", w->out);
}

static void object_node(struct writer *w, const struct node *n)
{
    const struct look *look = &looks[scene_type(n)];
    char name[TITLE_SIZE];

    fprintf(w->out, "  o%u [shape=%s fillcolor=\"%s\" color=\"%s\" label=<",
            n->info->id, look->shape, look->fill, look->line);
    xml_text(w->out, title(w, n->info->id, name));
    fputs(">]\n", w->out);
}

static void write_nodes(struct writer *w)
{
    for (size_t i = 0; w->nodes[i].value; i++) {
        const struct node *n = w->nodes[i].value;
        if (!n->shown)
            continue;
        w->size.nodes++;
        if (n->info->type == VTR_T_TASK)
            task_node(w, n);
        else
            object_node(w, n);
    }
}

/* --- arrows -------------------------------------------------------------- */

/* Where an arrow to the object ends: a thread is a row of its task. */
static bool end_of(const struct writer *w, uint32_t id, char to[48])
{
    uint32_t task = scene_task_of(&w->s, id);
    const struct node *n = scene_node(&w->s, task ? task : id);

    if (task && n)
        snprintf(to, 48, "o%u:t%u", task, id);
    else
        snprintf(to, 48, "o%u", id);
    return n && n->shown;
}

/* The edge to a task has the edges to its threads on it. */
static const struct edge *task_edge(const struct writer *w,
                                    const struct edge *e)
{
    uint32_t task = scene_task_of(&w->s, e->object);
    const struct edge *all = w->s.edges, *end = all + w->s.edge_count;
    const struct edge *i = e;

    if (!task)
        return NULL;
    while (i > all && i[-1].task == e->task) /* I1 of scene.h */
        i--;
    for (; i < end && i->task == e->task; i++)
        if (i->object == task && i->place == PLACE_ARROW)
            return i;
    return NULL;
}

static void thread_slots(struct writer *w, const struct edge *task)
{
    for (size_t i = 0; i < w->s.edge_count; i++) {
        const struct edge *e = &w->s.edges[i];
        if (e->task != task->task || e->place != PLACE_ARROW ||
            scene_task_of(&w->s, e->object) != task->object)
            continue;
        fputs("<br/>thread ", w->out);
        slots(w, e);
    }
}

/* The change that is most worth seeing among the edge's capabilities. */
static enum cap_change change_of(const struct writer *w, const struct edge *e)
{
    enum cap_change change = CHANGE_NONE;

    for (size_t i = 0; i < e->count; i++)
        if (w->s.order[e->first + i]->change > change)
            change = w->s.order[e->first + i]->change;
    return change;
}

static const char *change_style(const struct writer *w, const struct edge *e)
{
    static const char *const styles[] = {
        [CHANGE_NONE] = "color=",
        [CHANGE_NEW] = "penwidth=2.5 color=",
        [CHANGE_RIGHTS] = "penwidth=2.5 color=",
        [CHANGE_GONE] = "penwidth=2.5 style=dotted color="};

    return styles[change_of(w, e)];
}

static const char *arrow_colour(const struct writer *w, const struct edge *e,
                                const struct node *from)
{
    static const char *const colours[] = {[CHANGE_NEW] = "#1a8f3c",
                                          [CHANGE_RIGHTS] = "#c77c0e",
                                          [CHANGE_GONE] = "#c62828"};
    enum cap_change change = change_of(w, e);

    return change ? colours[change] : palette[from->colour].line;
}

static void write_arrow(struct writer *w, const struct edge *e, const char *to)
{
    const struct node *object = scene_node(&w->s, e->object);
    const struct node *from = scene_node(&w->s, e->task);
    bool task = object->info->type == VTR_T_TASK;

    w->size.edges++;
    fprintf(w->out, "  o%u -> %s [%s\"%s\" label=<%s", e->task, to,
            change_style(w, e), arrow_colour(w, e, from), task ? "task " : "");
    slots(w, e);
    if (task)
        thread_slots(w, e);
    fputs(">]\n", w->out);
}

static void write_arrows(struct writer *w)
{
    char to[48];

    for (size_t i = 0; i < w->s.edge_count; i++) {
        const struct edge *e = &w->s.edges[i];
        if (e->place == PLACE_ARROW && !task_edge(w, e) &&
            scene_node(&w->s, e->task)->shown && end_of(w, e->object, to))
            write_arrow(w, e, to);
    }
}

/* What the server itself holds of the gate, on the gate's arrow. */
static void own_slots(struct writer *w, uint32_t gate)
{
    for (size_t i = 0; i < w->s.edge_count; i++)
        if (w->s.edges[i].object == gate && w->s.edges[i].place == PLACE_GATE) {
            fputs("<br/>own: ", w->out);
            slots(w, &w->s.edges[i]);
        }
}

static void write_gate_arrows(struct writer *w)
{
    char to[48];

    for (size_t i = 0; w->nodes[i].value; i++) {
        const struct node *n = w->nodes[i].value;
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
}

/* --- the whole ----------------------------------------------------------- */

/* One cell for each kind of object in the picture. */
static void write_kinds(struct writer *w)
{
    bool present[VTR_T_COUNT] = {false};

    for (size_t i = 0; w->nodes[i].value; i++)
        if (((struct node *)w->nodes[i].value)->shown)
            present[scene_type(w->nodes[i].value)] = true;
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
    xml_text(w->out, w->s.d->title);
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
    struct writer w = {.out = f};

    scene_make(&w.s, d);
    w.nodes = map_sorted(&w.s.nodes);
    write_head(&w);
    write_nodes(&w);
    write_arrows(&w);
    write_gate_arrows(&w);
    fputs("}\n", f);
    *ret_size = w.size;
    free(w.nodes);
    scene_free(&w.s);
}
