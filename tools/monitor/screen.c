/* The lines of screen.h. */
#include "screen.h"
#include "events.h"
#include "times.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_ROWS = 5 };

void screen_free(struct screen *s)
{
    states_free(&s->states);
    map_free(&s->ipc, 0);
}

static bool has_all(const char *line, const char *words)
{
    char word[64];

    while (*(words += strspn(words, " "))) {
        size_t length = strcspn(words, " ");
        snprintf(word, sizeof(word), "%.*s", (int)length, words);
        if (!strcasestr(line, word))
            return false;
        words += length;
    }
    return true;
}

/* The record as a line, into the ring; returns it. */
static const char *remember(struct screen *s, const struct vtr_record *r)
{
    char *to = s->last[s->events % LAST_EVENTS];
    FILE *f = fmemopen(to, EVENT_TEXT, "w");

    text_record(s->view, r, f);
    fputc(0, f);
    fclose(f);
    to[EVENT_TEXT - 1] = 0;
    to[strcspn(to, "\n")] = 0;
    return to;
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
    states_feed(&s->states, &s->view->in.names, &r);
    if (r.event == VTR_IPC) {
        uintptr_t n = (uintptr_t)map_get(&s->ipc, r.thread);
        map_put(&s->ipc, r.thread, (void *)(n ? n + 1 : 2));
    }
    const char *line = remember(s, &r);
    *ret_hit = s->stop_at && s->stop_at[0] && has_all(line, s->stop_at);
    s->events++;
    s->time = r.time;
    return true;
}

/* --- drawing
 * ------------------------------------------------------------------- */

static const char *doing_text(const struct thread_state *t)
{
    static const char *const texts[] = {"-", "runs", "ready", "waits"};

    return texts[t->doing];
}

static void draw_thread(struct screen *s, FILE *out,
                        const struct thread_state *t)
{
    const struct names *n = &s->view->in.names;
    uintptr_t ipc = (uintptr_t)map_get(&s->ipc, t->id);
    uint64_t ran = t->ran + (t->doing == DOING_RUN ? s->time - t->since : 0);
    char title[TITLE_SIZE];

    fprintf(out, "%-20.20s %-6s %4u %6.1f %8" PRIu64 "  ",
            names_title(n, t->id, title), doing_text(t), t->prio,
            s->time ? 100.0 * (double)ran / (double)s->time : 0.0,
            (uint64_t)(ipc ? ipc - 1 : 0));
    if (t->doing == DOING_WAIT) {
        fputs(why_name(t->why), out);
        if (t->partner)
            fprintf(out, ": %s", names_title(n, t->partner, title));
        if (t->via)
            fprintf(out, ", through %s", names_title(n, t->via, title));
    } else if (t->caller) {
        fprintf(out, "for %s", names_title(n, t->caller, title));
    }
    fputc('\n', out);
}

void screen_draw(struct screen *s, FILE *out, unsigned rows, const char *status)
{
    struct map_entry *all = map_sorted(&s->states.threads);
    unsigned room =
        rows > HEAD_ROWS + LAST_EVENTS ? rows - HEAD_ROWS - LAST_EVENTS : 1;
    char time[TIME_TEXT];

    fprintf(out, "%s   %s   event %" PRIu64 "   %s\n\n", s->view->in.system,
            time_text(s->time, time), s->events, status);
    fprintf(out, "%-20s %-6s %4s %6s %8s\n", "thread", "doing", "prio", "cpu %",
            "messages");
    for (size_t i = 0; all[i].value && room; i++) {
        const struct thread_state *t = all[i].value;
        const struct object_info *o = names_get(&s->view->in.names, t->id);
        if (!o || o->type != VTR_T_THREAD)
            continue;
        draw_thread(s, out, t);
        room--;
    }
    fputs("\nlast events\n", out);
    uint64_t first = s->events > LAST_EVENTS ? s->events - LAST_EVENTS : 0;
    for (uint64_t i = first; i < s->events; i++)
        fprintf(out, "%s\n", s->last[i % LAST_EVENTS]);
    free(all);
}
