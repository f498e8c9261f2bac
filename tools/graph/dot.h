/*
 * The capability graph in Graphviz's language.
 *
 *      +--------+  0x16 rw   ( calc )  label 0x40  +--------+
 *      | client |-----------> (gate) - - - - - - ->| server |
 *      | thread |                                  | thread |
 *      +--------+                                  +--------+
 *
 * Tasks are boxes with their threads as rows, other objects shapes by kind.
 * To keep it readable, a task's capabilities to itself and its own threads
 * stand in its box; so do those to the kernel's own objects (factory, log,
 * scheduler, ...) that many hold; a server's capability to a gate that leads
 * to itself stands on the arrow from the gate. Capabilities of one task to
 * one object share an arrow.
 */
#ifndef TOOLS_DOT_H
#define TOOLS_DOT_H

#include "capgraph.h"

#include <stdio.h>

struct drawing {
    const struct capgraph *graph;
    const struct names *names; /* of the whole trace: titles */
    const char *title;
    uint32_t focus; /* task, 0: everything */
    bool all;       /* nothing goes into boxes */
};

/* What it took. */
struct drawing_size {
    size_t nodes, edges;
};

void dot_write(FILE *f, const struct drawing *d, struct drawing_size *ret_size);

#endif
