/* The lines of screen.h. */
#include "screen.h"
#include "events.h"
#include "times.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_ROWS = 8, CIRCLE_MAX = 64 };
#define WINDOW_NS 1000000u

struct talk { /* of a thread */
    uint64_t messages, in_window, last_window;
    uint64_t calls, call_ns, call_most;
};

struct charge { /* an object's memory */
    uint32_t factory;
    uint64_t bytes;
};

static void *need(struct map *m, uint64_t key, size_t size)
{
    void *value = map_get(m, key);

    if (!value) {
        value = xcalloc(1, size);
        map_put(m, key, value);
    }
    return value;
}

static void forget(void *self, const struct call *c)
{
    (void)self;
    (void)c;
}

void screen_clear(struct screen *s)
{
    states_free(&s->states);
    capgraph_free(&s->graph);
    calls_finish(&s->calls, forget, NULL);
    map_free(&s->talk, 1);
    map_free(&s->charges, 1);
    map_free(&s->charged, 0);
    *s = (struct screen){.view = s->view, .stop = s->stop};
}

/* --- feeding ------------------------------------------------------------- */

static void charge(struct screen *s, uint32_t factory, int64_t bytes)
{
    intptr_t now = (intptr_t)map_get(&s->charged, factory);

    map_put(&s->charged, factory, (void *)((now ? now : 1) + bytes));
}

static void feed_charges(struct screen *s, const struct vtr_record *r)
{
    struct charge *c;

    if (r->event == VTR_CREATE) {
        c = need(&s->charges, r->arg[0], sizeof(*c));
        *c = (struct charge){(uint32_t)r->arg[2], r->arg[3]};
        charge(s, c->factory, (int64_t)c->bytes);
    } else if (r->event == VTR_DELETE &&
               (c = map_remove(&s->charges, r->arg[0]))) {
        charge(s, c->factory, -(int64_t)c->bytes);
        free(c);
    }
}

static void on_call(void *self, const struct call *c)
{
    struct screen *s = self;
    struct talk *t = need(&s->talk, c->request.from, sizeof(*t));

    if (c->end != CALL_ANSWERED || c->request.kind != MESSAGE_CALL)
        return;
    uint64_t took = c->answer.time - c->request.time;
    t->calls++;
    t->call_ns += took;
    if (took > t->call_most)
        t->call_most = took;
}

static void next_window(struct screen *s, uint64_t time)
{
    for (size_t i = 0; i < s->talk.size; i++) {
        struct talk *t = s->talk.entries[i].value;
        if (!t)
            continue;
        t->last_window = t->in_window * WINDOW_NS / (time - s->window);
        t->in_window = 0;
    }
    s->window = time;
}

static void feed_messages(struct screen *s, const struct vtr_record *r)
{
    struct message m;

    if (r->time >= s->window + WINDOW_NS)
        next_window(s, r->time);
    if (r->event == VTR_IPC) {
        struct talk *t = need(&s->talk, r->thread, sizeof(*t));
        t->messages++;
        t->in_window++;
    }
    if (message_from_record(NULL, r, &m))
        calls_feed(&s->calls, &m, on_call, s);
}

/* What the kernel writes when a run is over. */
static bool is_picture(const struct vtr_record *r)
{
    return r->event == VTR_END || r->event == VTR_WAIT ||
           r->event == VTR_SNAP_OBJECT || r->event == VTR_SNAP_CAP ||
           r->event == VTR_SNAP_MEM;
}

bool screen_step(struct screen *s, bool *ret_hit)
{
    struct vtr_record r;

    if (!reader_next(s->view->in.reader, &r)) {
        s->ended = reader_ended(s->view->in.reader);
        reader_grow(s->view->in.reader);
        return false;
    }
    if (reader_count(s->view->in.reader) > s->view->in.learned)
        names_feed(&s->view->in.names, &r);
    view_keep_words(s->view, &r);
    states_feed(&s->states, &s->view->in.names, &r);
    capgraph_feed(&s->graph, &r);
    feed_charges(s, &r);
    feed_messages(s, &r);
    *ret_hit = s->stop && stop_matches(s->stop, s->view, &r);
    s->last[s->events++ % LAST_EVENTS] = r;
    if (!is_picture(&r))
        s->worked = s->events;
    s->time = r.time;
    return true;
}

/* --- drawing ------------------------------------------------------------- */

static const char *doing_text(const struct thread_state *t)
{
    static const char *const texts[] = {"-", "runs", "ready", "waits"};

    return texts[t->doing];
}

static void draw_wait(const struct screen *s, FILE *out,
                      const struct thread_state *t)
{
    const struct names *n = &s->view->in.names;
    char title[TITLE_SIZE];

    if (t->doing == DOING_WAIT) {
        fprintf(out, "  %s", why_name(t->why));
        if (t->partner)
            fprintf(out, ": %s", names_title(n, t->partner, title));
        if (t->via)
            fprintf(out, ", through %s", names_title(n, t->via, title));
    } else if (t->caller) {
        fprintf(out, "  for %s", names_title(n, t->caller, title));
    }
}

static void draw_thread(struct screen *s, FILE *out,
                        const struct thread_state *t)
{
    static const struct talk silent;
    const struct names *n = &s->view->in.names;
    const struct talk *talk = map_get(&s->talk, t->id);
    uint64_t ran = t->ran + (t->doing == DOING_RUN ? s->time - t->since : 0);
    char title[TITLE_SIZE];

    talk = talk ? talk : &silent;
    fprintf(out, "%-20.20s %-6s %4u %6.1f %8" PRIu64 " %6" PRIu64,
            names_title(n, t->id, title), doing_text(t), t->prio,
            s->time ? 100.0 * (double)ran / (double)s->time : 0.0,
            talk->messages, talk->last_window);
    if (talk->calls)
        fprintf(out, " %8.2f %8.2f",
                (double)talk->call_ns / (double)talk->calls / 1e3,
                (double)talk->call_most / 1e3);
    else
        fprintf(out, " %8s %8s", "-", "-");
    draw_wait(s, out, t);
    fputc('\n', out);
}

static unsigned draw_threads(struct screen *s, FILE *out, unsigned room)
{
    struct map_entry *all = map_sorted(&s->states.threads);
    unsigned rows = 0;

    fprintf(out, "\n%-20s %-6s %4s %6s %8s %6s %8s %8s\n", "thread", "doing",
            "prio", "cpu %", "messages", "per ms", "call us", "most");
    for (size_t i = 0; all[i].value && rows < room; i++) {
        const struct thread_state *t = all[i].value;
        const struct object_info *o = names_get(&s->view->in.names, t->id);
        if (!o || o->type != VTR_T_THREAD || !capgraph_alive(&s->graph, t->id))
            continue;
        draw_thread(s, out, t);
        rows++;
    }
    free(all);
    return rows;
}

static unsigned caps_of(const struct screen *s, uint32_t task)
{
    const struct map *caps = &s->graph.caps;
    unsigned count = 0;

    for (size_t i = 0; i < caps->size; i++) {
        const struct cap *c = caps->entries[i].value;
        count += c && c->task == task;
    }
    return count;
}

static unsigned threads_of(const struct screen *s, uint32_t task)
{
    const struct map *objects = &s->graph.objects.objects;
    unsigned count = 0;

    for (size_t i = 0; i < objects->size; i++) {
        const struct object_info *o = objects->entries[i].value;
        count += o && o->task == task && o->deleted == ~0ull;
    }
    return count;
}

static unsigned draw_tasks(struct screen *s, FILE *out, unsigned room)
{
    struct map_entry *all = map_sorted(&s->graph.objects.objects);
    char title[TITLE_SIZE];
    unsigned rows = 0;

    fprintf(out, "\n%-20s %7s %6s\n", "task", "threads", "caps");
    for (size_t i = 0; all[i].value && rows < room; i++) {
        const struct object_info *o = all[i].value;
        if (o->type != VTR_T_TASK || o->deleted != ~0ull)
            continue;
        fprintf(out, "%-20.20s %7u %6u\n",
                names_title(&s->view->in.names, o->id, title),
                threads_of(s, o->id), caps_of(s, o->id));
        rows++;
    }
    free(all);
    return rows;
}

/* What is charged to which factory, in one line. */
static void draw_memory(const struct screen *s, FILE *out)
{
    struct map_entry *all = map_sorted(&s->charged);
    char title[TITLE_SIZE];

    fputs("\nkernel memory:", out);
    for (size_t i = 0; all[i].value; i++) {
        intptr_t bytes = (intptr_t)all[i].value - 1;
        fprintf(out, "%s %s %" PRIdPTR " KiB", i ? "," : "",
                names_title(&s->view->in.names, all[i].key, title),
                (bytes + 1023) / 1024);
    }
    fputc('\n', out);
    free(all);
}

/* The threads that wait for one another, beginning with the smallest. */
static void draw_circle(struct screen *s, FILE *out, uint32_t first)
{
    const struct names *n = &s->view->in.names;
    uint32_t chain[CIRCLE_MAX], at = first;
    unsigned length = 0;
    char title[TITLE_SIZE];

    do {
        chain[length++] = at;
        at = states_waits_for(states_thread(&s->states, at), n);
    } while (at > first && length < CIRCLE_MAX);
    if (at != first)
        return;
    fputs("circle:", out);
    for (unsigned i = 0; i < length; i++)
        fprintf(out, " %s ->", names_title(n, chain[i], title));
    fprintf(out, " %s\n", names_title(n, first, title));
}

static void draw_circles(struct screen *s, FILE *out)
{
    struct map_entry *all = map_sorted(&s->states.threads);

    for (size_t i = 0; all[i].value; i++) {
        const struct thread_state *t = all[i].value;
        if (t->doing == DOING_WAIT)
            draw_circle(s, out, t->id);
    }
    free(all);
}

/* The lines of the last events, read once more from a view of their own. */
static void draw_last(const struct screen *s, FILE *out)
{
    uint64_t first = s->events > LAST_EVENTS ? s->events - LAST_EVENTS : 0;
    struct view v = *s->view;

    fputs("last events\n", out);
    v.more.event = 0;
    for (uint64_t i = first; i < s->events; i++) {
        const struct vtr_record *r = &s->last[i % LAST_EVENTS];
        view_keep_words(&v, r);
        text_record(&v, r, out);
    }
}

void screen_draw(struct screen *s, FILE *out, unsigned rows, const char *status)
{
    unsigned room =
        rows > FRAME_ROWS + LAST_EVENTS ? rows - FRAME_ROWS - LAST_EVENTS : 2;
    char time[TIME_TEXT];

    fprintf(out, "%s   %s   event %" PRIu64 "   %s\n", s->view->in.system,
            time_text(s->time, time), s->events, status);
    room -= draw_tasks(s, out, room / 2);
    draw_threads(s, out, room);
    draw_memory(s, out);
    draw_circles(s, out);
    draw_last(s, out);
}
