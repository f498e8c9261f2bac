/*
 * What of the capability graph is drawn, and where.
 *
 * Everything as an arrow would be unreadable: every program holds its own
 * task and thread, the kernel's factory, log and scheduler, and gates of the
 * root servers. So a capability has one of these places:
 *
 *   ARROW   from the task to the object
 *   BOX     a line in the task's box: own task and threads; kernel objects
 *           that many hold; in a large graph also the services of sigma0,
 *           moe and ned (memory, region map, log, parent, ...)
 *   GATE    on the arrow from a gate to its server: the server's own
 *   COUNT   counted in the box: gates only the server knows of; in a large
 *           graph what the root servers hold of other tasks
 *
 * Capabilities of one task to one object are one edge. With `all` every
 * place is ARROW, with `focus` only one task and what it reaches is shown.
 *
 * I1  edges are sorted by task, then object; order[first .. first + count)
 *     are an edge's capabilities by slot.
 */
#ifndef TOOLS_SCENE_H
#define TOOLS_SCENE_H

#include "capgraph.h"

struct drawing {
    const struct capgraph *graph;
    const struct names *names; /* of the whole trace: titles */
    const char *title;
    uint32_t focus; /* task, 0: everything */
    bool all;       /* nothing goes into boxes */
    uint32_t kinds; /* bit per enum vtr_type that is shown, 0: all */
};

struct node {
    const struct object_info *info;
    unsigned holders; /* tasks with a capability to it */
    unsigned colour;  /* of a task */
    enum role role;   /* of a task */
    bool shown;
};

enum place { PLACE_ARROW, PLACE_BOX, PLACE_GATE, PLACE_COUNT };

struct edge {
    uint32_t task, object;
    size_t first, count;
    enum place place;
};

struct scene {
    const struct drawing *d;
    struct map nodes; /* id -> struct node */
    struct cap **order;
    size_t cap_count;
    struct edge *edges;
    size_t edge_count, edge_room;
    unsigned of_type[VTR_T_COUNT]; /* how many are alive */
    bool large;                    /* services go into boxes */
};

void scene_make(struct scene *s, const struct drawing *d);
void scene_free(struct scene *s);

/* NULL: not alive. */
struct node *scene_node(const struct scene *s, uint64_t id);
/* enum vtr_type, always below VTR_T_COUNT. */
unsigned scene_type(const struct node *n);
/* The task of a thread, 0: none, or no thread. */
uint32_t scene_task_of(const struct scene *s, uint32_t thread);
/* The task a gate or interrupt leads to, NULL: none. */
struct node *scene_server(const struct scene *s, const struct node *gate);
/* The task itself or one of its threads. */
bool scene_is_own(const struct scene *s, const struct edge *e);

#endif
