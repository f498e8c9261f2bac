/* The words of explain.h. */
#include "explain.h"
#include "lines.h"
#include "protocols.h"
#include "times.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- capabilities -----------------------------------------------------------
 */

static const char *name(const struct explain *e, uint32_t id,
                        char to[TITLE_SIZE])
{
    return names_title(e->names, id, to);
}

static void line_of(const struct explain *e, const struct grant *g)
{
    uint32_t task = names_task_of(e->names, g->thread);
    char line[LINE_TEXT], title[TITLE_SIZE];

    if (!g->ip)
        return;
    fprintf(e->out, ", by %s", name(e, g->thread, title));
    if (source_line(e->names, e->programs, task, g->ip, line)[0])
        fprintf(e->out, " at %s", line);
    else
        fprintf(e->out, " at ip 0x%" PRIx64, g->ip);
}

static void chain(const struct explain *e, const struct grant *g)
{
    char title[TITLE_SIZE], time[TIME_TEXT];

    for (; g; g = g->before ? &e->graph->grants[g->before - 1] : NULL) {
        time_text(g->time, time);
        if (g->from_task)
            fprintf(e->out, "      <- %s slot %" PRIx64 ", at %s",
                    name(e, g->from_task, title), g->from_slot, time);
        else
            fprintf(e->out, "      <- made by the kernel for %s, at %s",
                    name(e, g->to_task, title), time);
        line_of(e, g);
        fputc('\n', e->out);
    }
}

void explain_cap(const struct explain *e, const struct cap *c)
{
    char task[TITLE_SIZE], object[TITLE_SIZE], rights[16];

    fprintf(e->out, "    %s holds %s at slot %" PRIx64 " (%s)\n",
            name(e, c->task, task), name(e, c->object, object), c->slot,
            rights_text(c->rights, rights));
    chain(e, capgraph_grant(e->graph, c));
}

/* --- paths
 * -------------------------------------------------------------------- */

void explain_now(const struct explain *e, const struct witness *w)
{
    char from[TITLE_SIZE], to[TITLE_SIZE];

    for (size_t i = 1; i < w->count; i++) {
        if (w->path[i].by)
            explain_cap(e, w->path[i].by);
        else
            fprintf(e->out, "    %s leads to %s\n",
                    name(e, w->path[i - 1].id, from),
                    name(e, w->path[i].id, to));
    }
}

void explain_ever(const struct explain *e, const struct witness *w)
{
    char from[TITLE_SIZE], to[TITLE_SIZE], via[TITLE_SIZE];

    explain_cap(e, w->path[0].by);
    for (size_t i = 1; i < w->count; i++) {
        const struct cap *by = w->path[i].by;
        bool answers = by->task == w->path[i].id;
        fprintf(e->out, "    %s can give it to %s: %s through %s\n",
                name(e, w->path[i - 1].id, from), name(e, w->path[i].id, to),
                answers ? "as an answer" : "it may send to it",
                name(e, by->object, via));
        explain_cap(e, by);
    }
}
