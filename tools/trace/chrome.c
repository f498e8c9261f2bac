/*
 * The trace as a timeline in the Trace Event Format of Chrome, which
 * https://ui.perfetto.dev opens.
 *
 * A task is a "process". Each thread has two tracks: when it ran on a CPU,
 * and what it was asked or asked others: slices from call to reply, from
 * request to answer, joined by flow arrows.
 *
 * Slices of one track must nest. A thread makes one call at a time, inside
 * whatever it serves; a server that takes a second request before it has
 * answered the first ends the first slice there.
 */
#include "messages.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>

enum { TRACK_RUNNING, TRACK_CALLS, TRACKS_PER_THREAD };

/* What a thread is about. */
struct activity {
    unsigned depth;     /* open slices on its calls track */
    unsigned serving;   /* 1: the lowest is a request it serves */
    uint64_t run_since; /* ns */
    bool runs;
};

struct chrome {
    struct view *view;
    FILE *out;
    struct map threads; /* id -> struct activity */
    uint64_t flow;
    uint64_t now;
    bool first;
};

static struct activity *activity(struct chrome *c, uint32_t thread)
{
    struct activity *a = map_get(&c->threads, thread);

    if (!a) {
        a = xcalloc(1, sizeof(*a));
        map_put(&c->threads, thread, a);
    }
    return a;
}

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

static void begin(struct chrome *c, uint32_t thread, const char *name,
                  const char *category)
{
    event(c, "B", thread, TRACK_CALLS, c->now);
    field(c, "name", name);
    field(c, "cat", category);
    fputs("}", c->out);
    activity(c, thread)->depth++;
}

static void end(struct chrome *c, uint32_t thread, const char *result)
{
    struct activity *a = activity(c, thread);

    if (!a->depth)
        return;
    a->depth--;
    event(c, "E", thread, TRACK_CALLS, c->now);
    if (result) {
        fputs(",\"args\":{\"result\":", c->out);
        json_text(c->out, result);
        fputs("}", c->out);
    }
    fputs("}", c->out);
}

static void flow(struct chrome *c, const char *phase, uint32_t thread)
{
    event(c, phase, thread, TRACK_CALLS, c->now);
    fprintf(c->out,
            ",\"id\":%" PRIu64
            ",\"name\":\"ipc\",\"cat\":\"ipc\",\"bp\":\"e\"}",
            c->flow);
}

static void instant(struct chrome *c, uint32_t thread, const char *name)
{
    event(c, "i", thread, TRACK_CALLS, c->now);
    field(c, "name", name);
    fputs(",\"s\":\"t\"}", c->out);
}

/* --- messages ----------------------------------------------------------- */

static void stop_serving(struct chrome *c, uint32_t thread, const char *text)
{
    struct activity *a = activity(c, thread);

    while (a->depth)
        end(c, thread, a->depth == 1 ? text : NULL);
    a->serving = 0;
}

static void on_request(struct chrome *c, const struct message *m,
                       const char *text)
{
    bool call = m->kind != MESSAGE_SEND;

    c->flow++;
    begin(c, m->from, text, "call");
    flow(c, "s", m->from);
    stop_serving(c, m->to, NULL);
    begin(c, m->to, text, "serve");
    activity(c, m->to)->serving = 1;
    flow(c, "f", m->to);
    if (!call) {
        end(c, m->from, NULL);
        stop_serving(c, m->to, NULL);
    }
}

static void on_reply(struct chrome *c, const struct message *m,
                     const char *text)
{
    if (activity(c, m->from)->serving)
        stop_serving(c, m->from, text);
    if (activity(c, m->to)->depth > activity(c, m->to)->serving)
        end(c, m->to, text);
}

static void on_message(struct chrome *c, const struct message *m)
{
    char text[MESSAGE_TEXT];

    message_text(m, &c->view->in.names, text);
    switch (m->kind) {
    case MESSAGE_CALL:
    case MESSAGE_FAULT:
    case MESSAGE_SEND:
        on_request(c, m, text);
        break;
    case MESSAGE_REPLY:
        on_reply(c, m, text);
        break;
    case MESSAGE_INVOKE:
        begin(c, m->from, text, "kernel");
        break;
    case MESSAGE_RESULT:
        end(c, m->to, text);
        break;
    case MESSAGE_ERROR:
        if (activity(c, m->from)->depth > activity(c, m->from)->serving)
            end(c, m->from, text);
        instant(c, m->from, text);
        break;
    case MESSAGE_IRQ:
        instant(c, m->to, text);
        break;
    default:
        instant(c, m->from, text);
    }
}

/* --- running ------------------------------------------------------------ */

static void stop_running(struct chrome *c, uint32_t thread)
{
    struct activity *a = activity(c, thread);
    uint64_t time = c->now - a->run_since;

    if (!a->runs)
        return;
    a->runs = false;
    if (!time || c->now < a->run_since || !view_wants_thread(c->view, thread))
        return;
    event(c, "X", thread, TRACK_RUNNING, a->run_since);
    fprintf(c->out,
            ",\"dur\":%" PRIu64 ".%03u,\"name\":\"running\","
            "\"cat\":\"cpu\"}",
            time / 1000, (unsigned)(time % 1000));
}

static void on_switch(struct chrome *c, const struct vtr_record *r)
{
    uint32_t to = (uint32_t)r->arg[0], from = (uint32_t)r->arg[1];

    if (from)
        stop_running(c, from);
    if (to) {
        struct activity *a = activity(c, to);
        a->runs = true;
        a->run_since = r->time;
    }
}

/* --- the whole ---------------------------------------------------------- */

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

static void close_everything(struct chrome *c)
{
    struct map_entry *all = map_sorted(&c->threads);

    for (size_t i = 0; all[i].value; i++) {
        uint32_t thread = (uint32_t)all[i].key;
        stop_running(c, thread);
        stop_serving(c, thread, NULL);
    }
    free(all);
}

void export_chrome(struct view *v)
{
    struct chrome c = {.view = v, .out = v->out, .first = true};
    struct vtr_record r;
    struct message m;

    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", v->out);
    name_everything(&c);
    while (reader_next(v->in.reader, &r)) {
        if (r.time < v->from || r.time > v->until)
            continue;
        c.now = r.time;
        if (r.event == VTR_SWITCH)
            on_switch(&c, &r);
        else if (message_from_record(&r, &m) && message_wanted(v, &m))
            on_message(&c, &m);
    }
    close_everything(&c);
    fputs("\n]}\n", v->out);
    map_free(&c.threads, 1);
}
