/*
 * The trace as a table for other programs: CSV with a column per argument
 * position, and JSON lines with the arguments by name. Numbers are raw; no
 * name is looked up.
 */
#include "events.h"
#include "pages.h"
#include "view.h"
#include "util.h"

#include <inttypes.h>

void export_csv(struct view *v)
{
    struct vtr_record r;

    fputs("time_ns,cpu,thread,event,flags,arg0,arg1,arg2,arg3,arg4,arg5\n",
          v->out);
    while (view_next(v, &r)) {
        const struct event_info *e = event_info(r.event);
        if (!view_wants(v, &r))
            continue;
        fprintf(v->out, "%" PRIu64 ",%u,%u,", r.time, r.cpu, r.thread);
        if (e)
            fprintf(v->out, "%s,%u", e->name, r.flags);
        else
            fprintf(v->out, "%u,%u", r.event, r.flags);
        for (unsigned i = 0; i < EVENT_ARGS; i++)
            fprintf(v->out, ",%" PRIu64, r.arg[i]);
        fputc('\n', v->out);
    }
}

static void json_record(FILE *f, const struct vtr_record *r)
{
    const struct event_info *e = event_info(r->event);
    char name[32];

    fprintf(f, "{\"time\":%" PRIu64 ",\"cpu\":%u,\"thread\":%u,", r->time,
            r->cpu, r->thread);
    if (e)
        fprintf(f, "\"event\":\"%s\",\"flags\":%u", e->name, r->flags);
    else
        fprintf(f, "\"event\":%u,\"flags\":%u", r->event, r->flags);
    for (unsigned i = 0; e && i < EVENT_ARGS; i++) {
        if (!event_arg_name(e, i, name, sizeof(name)))
            break;
        fprintf(f, ",\"%s\":%" PRIu64, name, r->arg[i]);
    }
    fputs("}\n", f);
}

void export_json(struct view *v)
{
    struct vtr_record r;

    while (view_next(v, &r))
        if (view_wants(v, &r))
            json_record(v->out, &r);
}

void table_page(FILE *f)
{
    char name[32];

    fputs("| event |", f);
    for (unsigned i = 0; i < EVENT_ARGS; i++)
        fprintf(f, " arg%u |", i);
    fputs("\n|---|---|---|---|---|---|---|\n", f);
    for (unsigned e = 0; e < EVENT_NUMBERS; e++) {
        if (!event_info(e))
            continue;
        fprintf(f, "| %s |", event_info(e)->name);
        for (unsigned i = 0; i < EVENT_ARGS; i++)
            if (event_arg_name(event_info(e), i, name, sizeof(name)))
                fprintf(f, " %s |", name);
            else
                fputs(" |", f);
        fputc('\n', f);
    }
}
