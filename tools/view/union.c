/* The spans and the layout of union.h. */
#include "union.h"
#include "draw.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

enum { ALL_RIGHTS = 0x7f, NODES_FEW = 8, NODES_MANY = 150, NODES_MAX = 500 };

/* --- spans
 * ----------------------------------------------------------------------- */

static uint64_t key_of(uint64_t task, uint64_t slot)
{
    return (task & 0x7fffffff) << 32 | (slot & 0xffffffff);
}

static void close_span(struct union_graph *u, uint64_t key, uint64_t time)
{
    uintptr_t number = (uintptr_t)map_remove(&u->open, key);

    if (number)
        u->spans[number - 1].until = time;
}

static void open_span(struct union_graph *u, const struct vtr_record *r)
{
    uint64_t key = key_of(r->arg[2], r->arg[3]);
    uintptr_t number = (uintptr_t)map_get(&u->open, key);

    if (number && u->spans[number - 1].object == (uint32_t)r->arg[4]) {
        u->spans[number - 1].rights |= (uint32_t)r->arg[5];
        return;
    }
    close_span(u, key, r->time);
    array_need_room(u->spans, u->span_count, u->span_room);
    u->spans[u->span_count++] = (struct union_span){(uint32_t)r->arg[2],
                                                    (uint32_t)r->arg[4],
                                                    (uint32_t)r->arg[5],
                                                    r->arg[3],
                                                    r->time,
                                                    ~0ull};
    map_put(&u->open, key, (void *)(uintptr_t)u->span_count);
}

static void close_all_of(struct union_graph *u, uint32_t id, uint64_t time)
{
    struct map_entry *all = map_sorted(&u->open);

    for (size_t i = 0; all[i].value; i++) {
        const struct union_span *s = &u->spans[(uintptr_t)all[i].value - 1];
        if (s->task == id || s->object == id)
            close_span(u, all[i].key, time);
    }
    free(all);
}

void union_feed(struct union_graph *u, const struct vtr_record *r)
{
    if (r->event == VTR_CAP_MAP)
        open_span(u, r);
    else if (r->event == VTR_CAP_UNMAP &&
             (r->arg[3] & ALL_RIGHTS) == ALL_RIGHTS)
        close_span(u, key_of(r->arg[0], r->arg[1]), r->time);
    else if (r->event == VTR_DELETE && r->arg[1] != VTR_T_THREAD)
        close_all_of(u, (uint32_t)r->arg[0], r->time);
}

void union_free(struct union_graph *u)
{
    free(u->spans);
    free(u->nodes);
    map_free(&u->open, 0);
}

/* --- what is drawn
 * ------------------------------------------------------------- */

static bool is_drawn_type(uint32_t type)
{
    return type == VTR_T_GATE || type == VTR_T_IRQ || type == VTR_T_SEMAPHORE ||
           type == VTR_T_DMA_SPACE || type == VTR_T_THREAD_GROUP;
}

/* How much an object tells: a service of a program much; a gate of a root
 * server, which every program has, little; 0: nothing. */
static unsigned worth(const struct names *n, const struct object_info *o,
                      const struct map *holders)
{
    uint32_t server = o->target ? names_task_of(n, o->target) : 0;
    uintptr_t held = (uintptr_t)map_get(holders, o->id);

    if (o->type == VTR_T_TASK)
        return 4;
    if (!is_drawn_type(o->type) || !held)
        return 0;
    if (server && role_of_task(n, server) == ROLE_PROGRAM)
        return 3;
    return server ? 1 : 2;
}

static void add_node(struct union_graph *u, uint32_t id)
{
    array_need_room(u->nodes, u->node_count, u->node_room);
    u->nodes[u->node_count++] = (struct union_node){.id = id};
}

static void choose(struct union_graph *u, const struct names *n,
                   struct map *drawn)
{
    struct map_entry *all = map_sorted(&n->objects);
    struct map holders = {0};

    for (size_t i = 0; i < u->span_count; i++)
        map_put(&holders, u->spans[i].object, u);
    for (unsigned least = 4; least >= 1; least--) {
        if ((u->node_count > NODES_MANY && least < 3) ||
            (u->node_count > NODES_FEW && least < 2))
            break;
        for (size_t i = 0; all[i].value; i++) {
            const struct object_info *o = all[i].value;
            if (!o->id || worth(n, o, &holders) != least)
                continue;
            if (u->node_count == NODES_MAX) {
                u->left_out++;
                continue;
            }
            add_node(u, o->id);
            map_put(drawn, o->id, u);
        }
    }
    map_free(&holders, 0);
    free(all);
}

/* --- the layout
 * ------------------------------------------------------------------- */

enum { POINTS = 72 };

static void write_node(FILE *f, const struct names *n, uint32_t id)
{
    const struct object_info *o = names_get(n, id);
    char title[TITLE_SIZE];
    size_t length = strlen(names_title(n, id, title));
    double width = 0.35 + 0.085 * (double)(length < 24 ? length : 24);

    fprintf(f, "%u [width=%.2f height=%.2f]\n", id, width,
            o->type == VTR_T_TASK ? 0.5 : 0.34);
}

static void write_edges(FILE *f, const struct union_graph *u,
                        const struct names *n, const struct map *drawn)
{
    struct map seen = {0};

    for (size_t i = 0; i < u->span_count; i++) {
        const struct union_span *s = &u->spans[i];
        uint64_t key = (uint64_t)s->task << 31 ^ s->object;
        if (map_get(drawn, s->task) && map_get(drawn, s->object) &&
            s->task != s->object && !map_put(&seen, key, f))
            fprintf(f, "%u -> %u\n", s->task, s->object);
    }
    for (size_t i = 0; i < u->node_count; i++) {
        const struct object_info *o = names_get(n, u->nodes[i].id);
        uint32_t server = o->target ? names_task_of(n, o->target) : 0;
        if (server && map_get(drawn, server))
            fprintf(f, "%u -> %u\n", o->id, server);
    }
    map_free(&seen, 0);
}

/* Graphviz's "plain" format: a line per node, in inches, y upwards. */
static void read_plain(struct union_graph *u, FILE *f)
{
    struct map at = {0};
    char line[1024];
    double scale, x, y, w, h;
    unsigned id;

    for (size_t i = 0; i < u->node_count; i++)
        map_put(&at, u->nodes[i].id, &u->nodes[i]);
    while (fgets(line, sizeof(line), f)) {
        if (sscanf(line, "graph %lf %lf %lf", &scale, &w, &h) == 3) {
            u->width = w * POINTS;
            u->height = h * POINTS;
        } else if (sscanf(line, "node %u %lf %lf %lf %lf", &id, &x, &y, &w,
                          &h) == 5) {
            struct union_node *n = map_get(&at, id);
            if (n)
                *n = (struct union_node){id, x * POINTS, u->height - y * POINTS,
                                         w * POINTS, h * POINTS};
        }
    }
    map_free(&at, 0);
}

/* Without a layout: rows, so that there is a picture at all. */
static void lay_rows(struct union_graph *u)
{
    enum { COLUMNS = 12, WIDTH = 150, HEIGHT = 60 };

    for (size_t i = 0; i < u->node_count; i++) {
        struct union_node *n = &u->nodes[i];
        n->x = WIDTH * (double)(i % COLUMNS) + WIDTH / 2.0;
        n->y = HEIGHT * (double)(i / COLUMNS) + HEIGHT / 2.0;
        n->width = WIDTH - 30;
        n->height = HEIGHT - 30;
    }
    u->width = COLUMNS * WIDTH;
    u->height = HEIGHT * ((double)u->node_count / COLUMNS + 1);
}

void union_layout(struct union_graph *u, const struct names *names)
{
    struct map drawn = {0};
    struct drawing_size size;
    char *dot;
    size_t length;

    choose(u, names, &drawn);
    FILE *text = open_memstream(&dot, &length);
    fputs("digraph { graph [rankdir=LR nodesep=0.2 ranksep=1.1]\n"
          "node [fixedsize=true shape=box label=\"\"]\n",
          text);
    for (size_t i = 0; i < u->node_count; i++)
        write_node(text, names, u->nodes[i].id);
    write_edges(text, u, names, &drawn);
    fputs("}\n", text);
    fclose(text);
    size = (struct drawing_size){u->node_count, u->span_count};
    FILE *plain = tmpfile();
    if (plain && !draw(plain, dot, "plain", size)) {
        rewind(plain);
        read_plain(u, plain);
    } else {
        lay_rows(u);
    }
    if (plain)
        fclose(plain);
    free(dot);
    map_free(&drawn, 0);
}
