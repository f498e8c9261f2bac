/*
 * What an exporter gets: the trace, the names, and what the person asked
 * to see. An exporter is one function; main.c has the table of them.
 */
#ifndef TOOLS_VIEW_H
#define TOOLS_VIEW_H

#include "input.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { ONLY_MAX = 16 };

struct view {
    struct input in; /* at the first record */
    FILE *out;

    /* what was asked for */
    const char *only[ONLY_MAX]; /* tasks, NULL ended if fewer */
    uint64_t from, until;       /* ns, both included */
    unsigned max;               /* messages in a diagram, 0: all */
    bool kernel;                /* invocations of kernel objects, too */
};

/* Is the thread's task one of those asked for (or none were)? */
bool view_wants_thread(const struct view *v, uint64_t thread);
/* Is the record inside the time asked for, and of a task asked for? */
bool view_wants(const struct view *v, const struct vtr_record *r);

void export_text(struct view *v);
void export_summary(struct view *v);
void export_csv(struct view *v);
void export_json(struct view *v);
void export_mermaid(struct view *v);
void export_svg(struct view *v);
void export_chrome(struct view *v);

#endif
