/* The slices, flows and counters of timeline.h. */
#include "timeline.h"
#include "protocols.h"
#include "util.h"

#include <stdlib.h>

static const struct timeline_flow no_flow;

/* What a thread is about. */
struct activity {
    unsigned depth;     /* open slices on its calls track */
    unsigned serving;   /* 1: the lowest is a request it serves */
    uint64_t run_since; /* ns */
    uint8_t cpu;        /* that it runs on */
    bool runs;
};

/* What a task holds. */
struct holding {
    int64_t value[COUNTERS]; /* capabilities; bytes */
};

struct timeline {
    struct view *view;
    const struct timeline_sink *sink;
    struct map threads; /* id -> struct activity */
    struct map tasks;   /* id -> struct holding */
    uint64_t flow;      /* the last one used */
    uint64_t now;
};

static void *entry(struct map *m, uint32_t id, size_t size)
{
    void *e = map_get(m, id);

    if (!e) {
        e = xcalloc(1, size);
        map_put(m, id, e);
    }
    return e;
}

static struct activity *activity(struct timeline *t, uint32_t thread)
{
    return entry(&t->threads, thread, sizeof(struct activity));
}

static void begin(struct timeline *t, uint32_t thread, const char *name,
                  const char *category, struct timeline_flow flow)
{
    t->sink->begin(t->sink->self, thread, t->now, name, category, flow);
    activity(t, thread)->depth++;
}

static void end(struct timeline *t, uint32_t thread, const char *result,
                struct timeline_flow flow)
{
    struct activity *a = activity(t, thread);

    if (!a->depth)
        return;
    a->depth--;
    t->sink->end(t->sink->self, thread, t->now, result, flow);
}

static void instant(struct timeline *t, uint32_t thread, const char *name)
{
    t->sink->instant(t->sink->self, thread, t->now, name);
}

/* --- messages ----------------------------------------------------------- */

/* Keeps I1: whatever is open ends. */
static void stop_serving(struct timeline *t, uint32_t thread, const char *text,
                         struct timeline_flow flow)
{
    struct activity *a = activity(t, thread);

    while (a->depth) {
        bool last = a->depth == 1;
        end(t, thread, last ? text : NULL, last ? flow : no_flow);
    }
    a->serving = 0;
}

static void on_request(struct timeline *t, const struct message *m,
                       const char *text)
{
    uint64_t id = ++t->flow;

    begin(t, m->from, text, "call", (struct timeline_flow){.out = id});
    stop_serving(t, m->to, NULL, no_flow);
    begin(t, m->to, text, "serve", (struct timeline_flow){.in = id});
    activity(t, m->to)->serving = 1;
    if (m->kind == MESSAGE_SEND) {
        end(t, m->from, NULL, no_flow);
        stop_serving(t, m->to, NULL, no_flow);
    }
}

static bool calls(struct timeline *t, uint32_t thread)
{
    struct activity *a = activity(t, thread);

    return a->depth > a->serving;
}

static void on_reply(struct timeline *t, const struct message *m,
                     const char *text)
{
    bool served = activity(t, m->from)->serving;
    bool called = calls(t, m->to);
    uint64_t id = served && called ? ++t->flow : 0;

    if (served)
        stop_serving(t, m->from, text, (struct timeline_flow){.out = id});
    if (called)
        end(t, m->to, text, (struct timeline_flow){.in = id});
}

static void on_message(struct timeline *t, const struct message *m)
{
    char text[MESSAGE_TEXT];

    message_text(m, &t->view->in.names, text);
    switch (m->kind) {
    case MESSAGE_CALL:
    case MESSAGE_FAULT:
    case MESSAGE_SEND:
        on_request(t, m, text);
        break;
    case MESSAGE_REPLY:
        on_reply(t, m, text);
        break;
    case MESSAGE_INVOKE:
        begin(t, m->from, text, "kernel", no_flow);
        break;
    case MESSAGE_RESULT:
        end(t, m->to, text, no_flow);
        break;
    case MESSAGE_ERROR:
        if (calls(t, m->from))
            end(t, m->from, text, no_flow);
        instant(t, m->from, text);
        break;
    case MESSAGE_IRQ:
        instant(t, m->to, text);
        break;
    default:
        instant(t, m->from, text);
    }
}

/* --- running ------------------------------------------------------------ */

static void stop_running(struct timeline *t, uint32_t thread)
{
    struct activity *a = activity(t, thread);

    if (!a->runs)
        return;
    a->runs = false;
    if (t->now > a->run_since && view_wants_thread(t->view, thread))
        t->sink->ran(t->sink->self, thread, a->cpu, a->run_since, t->now);
}

static void on_switch(struct timeline *t, const struct vtr_record *r)
{
    uint32_t to = (uint32_t)r->arg[0], from = (uint32_t)r->arg[1];

    if (from)
        stop_running(t, from);
    if (to) {
        struct activity *a = activity(t, to);
        a->runs = true;
        a->run_since = r->time;
        a->cpu = r->cpu;
    }
}

/* --- tasks --------------------------------------------------------------- */

static void add(struct timeline *t, uint64_t task, enum timeline_counter which,
                int64_t difference)
{
    struct holding *h = entry(&t->tasks, (uint32_t)task, sizeof(*h));

    h->value[which] += difference;
    if (t->sink->counter)
        t->sink->counter(t->sink->self, (uint32_t)task, which, t->now,
                         h->value[which]);
}

static void on_cap(struct timeline *t, const struct vtr_record *r)
{
    const struct names *n = &t->view->in.names;
    char text[2 * TITLE_SIZE], name[TITLE_SIZE], rights[16];
    uint64_t id = r->arg[0] ? ++t->flow : 0;

    add(t, r->arg[2], COUNTER_CAPS, 1);
    if (!t->sink->delegate)
        return;
    rights_text(r->arg[5], rights);
    names_title(n, r->arg[4], name);
    snprintf(text, sizeof(text), "%s %s", name, rights);
    if (id)
        t->sink->delegate(t->sink->self, (uint32_t)r->arg[0], t->now, text,
                          (struct timeline_flow){.out = id});
    t->sink->delegate(t->sink->self, (uint32_t)r->arg[2], t->now, text,
                      (struct timeline_flow){.in = id});
}

static int64_t mapped_bytes(uint64_t order_rights)
{
    uint64_t order = order_rights >> 8 & 0xff;

    return order < 48 ? (int64_t)1 << order : 0;
}

static void on_task_event(struct timeline *t, const struct vtr_record *r)
{
    enum { ALL_RIGHTS = 0x7f, MEM_ALL = 7 };

    switch (r->event) {
    case VTR_CAP_MAP:
        on_cap(t, r);
        break;
    case VTR_CAP_UNMAP:
        if ((r->arg[3] & ALL_RIGHTS) == ALL_RIGHTS)
            add(t, r->arg[0], COUNTER_CAPS, -1);
        break;
    case VTR_MEM_MAP:
        add(t, r->arg[2], COUNTER_MEMORY, mapped_bytes(r->arg[4]));
        break;
    case VTR_MEM_UNMAP:
        if ((r->arg[2] & MEM_ALL) == MEM_ALL)
            add(t, r->arg[0], COUNTER_MEMORY, -mapped_bytes(r->arg[2]));
        break;
    default:
        break;
    }
}

/* --- the whole ---------------------------------------------------------- */

static void close_everything(struct timeline *t)
{
    struct map_entry *all = map_sorted(&t->threads);

    for (size_t i = 0; all[i].value; i++) {
        uint32_t thread = (uint32_t)all[i].key;
        stop_running(t, thread);
        stop_serving(t, thread, NULL, no_flow);
    }
    free(all);
}

void timeline_run(struct view *v, const struct timeline_sink *sink)
{
    struct timeline t = {.view = v, .sink = sink};
    struct vtr_record r;
    struct message m;

    while (view_next(v, &r)) {
        if (r.time < v->from || r.time > v->until)
            continue;
        t.now = r.time;
        if (r.event == VTR_SWITCH)
            on_switch(&t, &r);
        else if (message_from_record(v, &r, &m)) {
            if (message_wanted(v, &m))
                on_message(&t, &m);
        } else if (sink->counter || sink->delegate)
            on_task_event(&t, &r);
    }
    close_everything(&t);
    map_free(&t.threads, 1);
    map_free(&t.tasks, 1);
}
