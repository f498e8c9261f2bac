/*
 * The capability graph in Graphviz's language.
 *
 *      +--------+  0x16 rw   ( calc )  label 0x40  +--------+
 *      | client |-----------> (gate) - - - - - - ->| server |
 *      | thread |                                  | thread |
 *      +--------+                                  +--------+
 *
 * scene.h decides what is drawn where; here it is only written down.
 */
#ifndef TOOLS_DOT_H
#define TOOLS_DOT_H

#include "scene.h"

#include <stdio.h>

/* What it took. */
struct drawing_size {
    size_t nodes, edges;
};

void dot_write(FILE *f, const struct drawing *d, struct drawing_size *ret_size);

#endif
