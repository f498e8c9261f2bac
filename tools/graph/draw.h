/*
 * DOT text to a picture, by Graphviz's library: the layered layout, or the
 * force-directed one where layers would take too long.
 *
 * A layout's time cannot be told beforehand (dot has been seen to give
 * nothing after 560 s for 1,000 nodes), so it runs in a child process that
 * is ended when its time is up; sfdp then has its turn.
 */
#ifndef TOOLS_DRAW_H
#define TOOLS_DRAW_H

#include "dot.h"

/* Seconds a layout may take. */
enum { DRAW_SECONDS = 8 };

/* Renders to f as "svg" or "png". 0, or -1 if Graphviz could not in time. */
int draw(FILE *f, const char *dot, const char *format,
         struct drawing_size size);

#endif
