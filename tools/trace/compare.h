/* Two traces side by side: where they part, and what is different in all. */
#ifndef TOOLS_COMPARE_H
#define TOOLS_COMPARE_H

#include "view.h"

/* Writes to a->out. 0: the same; EXIT_DIFFERS: not. */
int compare_traces(struct view *a, struct view *b);

#endif
