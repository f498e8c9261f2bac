/*
 * The timeline in the Trace Event Format of Chrome, which
 * https://ui.perfetto.dev and about:tracing open. A task is a "process";
 * flows are events of their own that belong to the slice around them.
 */
#include "timeline.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>

enum { TRACK_RUNNING, TRACK_CALLS, TRACKS_PER_THREAD };

struct chrome {
    struct view *view;
    FILE *out;
    bool first;
};

static uint64_t track(uint32_t thread, unsigned which)
{
    return (uint64_t)thread * TRACKS_PER_THREAD + which;
}

/* Opens an event object; the caller adds fields and closes it. */
static void event(struct chrome *c, const char *phase, uint32_t thread,
                  unsigned which, uint64_t time)
{
    fprintf(c->out,
            "%s\n{\"ph\":\"%s\",\"pid\":%u,\"tid\":%" PRIu64 ",\"ts\":%" PRIu64
            ".%03u",
            c->first ? "" : ",", phase,
            names_task_of(&c->view->in.names, thread), track(thread, which),
            time / 1000, (unsigned)(time % 1000));
    c->first = false;
}

static void field(struct chrome *c, const char *name, const char *text)
{
    fprintf(c->out, ",\"%s\":", name);
    json_text(c->out, text);
}

static void flow(struct chrome *c, const char *phase, uint32_t thread,
                 uint64_t time, uint64_t id)
{
    if (!id)
        return;
    event(c, phase, thread, TRACK_CALLS, time);
    fprintf(c->out,
            ",\"id\":%" PRIu64
            ",\"name\":\"ipc\",\"cat\":\"ipc\",\"bp\":\"e\"}",
            id);
}

static void flows(struct chrome *c, uint32_t thread, uint64_t time,
                  struct timeline_flow f)
{
    flow(c, "s", thread, time, f.out);
    flow(c, "f", thread, time, f.in);
}

static void begin(void *self, uint32_t thread, uint64_t time, const char *name,
                  const char *category, struct timeline_flow f)
{
    struct chrome *c = self;

    event(c, "B", thread, TRACK_CALLS, time);
    field(c, "name", name);
    field(c, "cat", category);
    fputs("}", c->out);
    flows(c, thread, time, f);
}

static void end(void *self, uint32_t thread, uint64_t time, const char *result,
                struct timeline_flow f)
{
    struct chrome *c = self;

    flows(c, thread, time, f);
    event(c, "E", thread, TRACK_CALLS, time);
    if (result) {
        fputs(",\"args\":{\"result\":", c->out);
        json_text(c->out, result);
        fputs("}", c->out);
    }
    fputs("}", c->out);
}

static void instant(void *self, uint32_t thread, uint64_t time,
                    const char *name)
{
    struct chrome *c = self;

    event(c, "i", thread, TRACK_CALLS, time);
    field(c, "name", name);
    fputs(",\"s\":\"t\"}", c->out);
}

/* Of the machine's CPUs, if there are several: a "process" of their own. */
#define CPU_PROCESS 0xffffffffu

static void ran_on(struct chrome *c, uint32_t thread, unsigned cpu,
                   uint64_t since, uint64_t time)
{
    char title[TITLE_SIZE];

    fprintf(c->out,
            ",\n{\"ph\":\"X\",\"pid\":%u,\"tid\":%u,\"ts\":%" PRIu64
            ".%03u,\"dur\":%" PRIu64 ".%03u,\"cat\":\"cpu\",\"name\":",
            CPU_PROCESS, cpu, since / 1000, (unsigned)(since % 1000),
            time / 1000, (unsigned)(time % 1000));
    json_text(c->out, names_title(&c->view->in.names, thread, title));
    fputs("}", c->out);
}

static void name_cpus(struct chrome *c)
{
    unsigned cpus = c->view->in.cpus;

    for (unsigned i = 0; cpus > 1 && i < cpus; i++)
        fprintf(c->out,
                ",\n{\"ph\":\"M\",\"pid\":%u,\"tid\":%u,\"ts\":0,\"name\":"
                "\"thread_name\",\"args\":{\"name\":\"CPU %u\"}}",
                CPU_PROCESS, i, i);
}

static void ran(void *self, uint32_t thread, unsigned cpu, uint64_t since,
                uint64_t until)
{
    struct chrome *c = self;
    uint64_t time = until - since;

    event(c, "X", thread, TRACK_RUNNING, since);
    fprintf(c->out,
            ",\"dur\":%" PRIu64 ".%03u,\"name\":\"running\","
            "\"cat\":\"cpu\"}",
            time / 1000, (unsigned)(time % 1000));
    if (c->view->in.cpus > 1)
        ran_on(c, thread, cpu, since, time);
}

/* --- names --------------------------------------------------------------- */

static void name_track(struct chrome *c, uint32_t thread, unsigned which,
                       const char *suffix)
{
    char title[TITLE_SIZE];

    event(c, "M", thread, which, 0);
    fputs(",\"name\":\"thread_name\",\"args\":{\"name\":", c->out);
    names_title(&c->view->in.names, thread, title);
    fprintf(c->out, "\"%s%s\"}}", title, suffix);
}

static void name_everything(struct chrome *c)
{
    struct map_entry *all = map_sorted(&c->view->in.names.objects);
    char title[TITLE_SIZE];

    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        if (o->type == VTR_T_TASK) {
            fprintf(c->out,
                    "%s\n{\"ph\":\"M\",\"pid\":%u,\"name\":"
                    "\"process_name\",\"args\":{\"name\":",
                    c->first ? "" : ",", o->id);
            c->first = false;
            json_text(c->out, names_title(&c->view->in.names, o->id, title));
            fputs("}}", c->out);
        } else if (o->type == VTR_T_THREAD &&
                   view_wants_thread(c->view, o->id)) {
            name_track(c, o->id, TRACK_RUNNING, "");
            name_track(c, o->id, TRACK_CALLS, " calls");
        }
    }
    free(all);
}

void export_chrome(struct view *v)
{
    struct chrome c = {.view = v, .out = v->out, .first = true};
    struct timeline_sink sink = {
        .self = &c, .begin = begin, .end = end, .instant = instant, .ran = ran};

    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", v->out);
    name_everything(&c);
    name_cpus(&c);
    timeline_run(v, &sink);
    fputs("\n]}\n", v->out);
}
