/*
 * DOT text to a picture, by Graphviz's library: the layered layout, or the
 * force-directed one where layers would take too long.
 */
#ifndef TOOLS_DRAW_H
#define TOOLS_DRAW_H

#include "dot.h"

/* Renders to f as "svg" or "png". 0, or -1 if Graphviz could not. */
int draw(FILE *f, const char *dot, const char *format,
         struct drawing_size size);

#endif
