/*
 * The capability graph over all time: every task and object that was ever
 * drawn, with the spans in which each task held each object.
 *
 *      time  ------------------------------------------>
 *      client -> calc        [=======]     [====]
 *
 * Laid out once, so that nothing jumps when the viewer's slider moves.
 */
#ifndef TOOLS_UNION_H
#define TOOLS_UNION_H

#include "names.h"

struct union_span {
    uint32_t task, object, rights;
    uint64_t slot, since, until; /* until ~0: to the end */
};

struct union_node {
    uint32_t id;
    double x, y, width, height; /* middle and size, in points */
};

struct union_graph {
    struct union_span *spans;
    size_t span_count, span_room;
    struct union_node *nodes;
    size_t node_count, node_room;
    double width, height;
    size_t left_out; /* nodes there was no room for */

    struct map open; /* task << 32 | slot -> number + 1 of its span */
};

void union_feed(struct union_graph *u, const struct vtr_record *r);
/* Chooses what is drawn and lays it out; O(layout), under draw.h's limit. */
void union_layout(struct union_graph *u, const struct names *names);
void union_free(struct union_graph *u);

#endif
