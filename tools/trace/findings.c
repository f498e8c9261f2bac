/* The pass of findings.h, and what needs no state of its own. */
#include "findings.h"
#include "events.h"
#include "lines.h"
#include "times.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A call that takes longer than this at the end of a run is stuck. */
enum { STUCK_NS = 1000000, CYCLE_MAX = 64 };

FILE *finding_begin(struct finder *f)
{
    f->text = open_memstream(&f->buffer, &f->length);
    if (!f->text)
        die(EXIT_BUG, "out of memory");
    return f->text;
}

void finding_end(struct finder *f, const char *kind, bool bad, uint64_t time)
{
    struct findings *all = f->findings;

    fclose(f->text);
    array_need_room(all->all, all->count, all->room);
    all->all[all->count++] = (struct finding){kind, bad, time, f->buffer};
    f->text = NULL;
}

void finding_thread(struct finder *f, uint32_t thread, uint64_t ip)
{
    const struct names *n = &f->view->in.names;
    char title[TITLE_SIZE], line[LINE_TEXT];

    fputs(names_title(n, thread, title), f->text);
    if (source_line(n, f->view->programs, names_task_of(n, thread), ip,
                    line)[0])
        fprintf(f->text, " (%s)", line);
    else if (ip)
        fprintf(f->text, " (ip 0x%" PRIx64 ")", ip);
}

void findings_free(struct findings *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->all[i].text);
    free(f->all);
    *f = (struct findings){0};
}

/* --- waiting
 * ------------------------------------------------------------------ */

static uint32_t next_in_wait(struct finder *f, uint32_t thread)
{
    const struct thread_state *t = map_get(&f->states.threads, thread);

    return t && t->deadline == ~0ull ? states_waits_for(t, &f->view->in.names)
                                     : 0;
}

/* The cycle that `thread` is in, by the chain of waits; 0: it is in none.
 * Each is told of by its smallest member only. */
static unsigned cycle_of(struct finder *f, uint32_t thread,
                         uint32_t cycle[CYCLE_MAX])
{
    uint32_t at = thread;

    for (unsigned n = 0; n < CYCLE_MAX; n++) {
        cycle[n] = at;
        at = next_in_wait(f, at);
        if (!at || at < thread)
            return 0;
        if (at == thread)
            return n + 1;
    }
    return 0;
}

static void tell_cycle(struct finder *f, const uint32_t *cycle, unsigned count)
{
    const struct names *n = &f->view->in.names;
    FILE *out = finding_begin(f);
    char title[TITLE_SIZE], next[TITLE_SIZE], time[TIME_TEXT];
    uint64_t closed = 0;

    fprintf(out, "%u thread%s wait%s for %s for ever", count,
            count == 1 ? "" : "s", count == 1 ? "s" : "",
            count == 1 ? "itself" : "one another");
    for (unsigned i = 0; i < count; i++) {
        const struct thread_state *t = states_thread(&f->states, cycle[i]);
        closed = t->since > closed ? t->since : closed;
        fputs("\n    ", out);
        finding_thread(f, cycle[i], t->ip);
        fprintf(out, " waits %s: %s", why_name(t->why),
                names_title(n, cycle[(i + 1) % count], next));
        if (t->via)
            fprintf(out, ", through %s", names_title(n, t->via, title));
        fprintf(out, ", since %s", time_text(t->since, time));
    }
    finding_end(f, "deadlock", true, closed);
}

void find_deadlocks(struct finder *f)
{
    struct map_entry *all = map_sorted(&f->states.threads);
    uint32_t cycle[CYCLE_MAX];

    for (size_t i = 0; all[i].value; i++) {
        unsigned count = cycle_of(f, (uint32_t)all[i].key, cycle);
        if (count)
            tell_cycle(f, cycle, count);
    }
    free(all);
}

static bool in_cycle(struct finder *f, uint32_t thread)
{
    uint32_t at = thread;

    for (unsigned i = 0; i < CYCLE_MAX && at; i++) {
        at = next_in_wait(f, at);
        if (at == thread)
            return true;
    }
    return false;
}

/* Waits for one thread, without a deadline, that were not over at the end. */
void find_stuck(struct finder *f)
{
    struct map_entry *all = map_sorted(&f->states.threads);
    const struct names *n = &f->view->in.names;
    char title[TITLE_SIZE], time[TIME_TEXT];
    bool over =
        f->end_reason == VTR_END_IDLE || f->end_reason == VTR_END_DEADLOCK;

    for (size_t i = 0; all[i].value; i++) {
        const struct thread_state *t = all[i].value;
        uint32_t partner = next_in_wait(f, t->id);
        uint64_t waited = f->end_time - t->since;
        if (!partner || in_cycle(f, t->id) || (t->why == VTR_WHY_RECEIVE) ||
            (!over && waited < STUCK_NS))
            continue;
        FILE *out = finding_begin(f);
        finding_thread(f, t->id, t->ip);
        fprintf(out, " waits %s: %s, since %s, and never got it",
                why_name(t->why), names_title(n, partner, title),
                time_text(t->since, time));
        const struct thread_state *p = map_get(&f->states.threads, partner);
        if (p && p->doing == DOING_WAIT) {
            fputs("\n    ", out);
            finding_thread(f, partner, p->ip);
            fprintf(out, " itself waits %s", why_name(p->why));
        }
        finding_end(f, "stuck", true, t->since);
    }
    free(all);
}

/* --- the pass
 * ------------------------------------------------------------------ */

static void tell_report(struct finder *f, const struct vtr_record *r)
{
    char text[MESSAGE_TEXT];
    struct message m;

    if (!message_from_record(f->view, r, &m))
        return;
    FILE *out = finding_begin(f);
    finding_thread(f, m.from, r->arg[4]);
    fprintf(out, ": %s", message_text(&m, &f->view->in.names, text));
    finding_end(f, "fault", true, r->time);
}

static void tell_lost(struct finder *f, const struct vtr_record *r)
{
    fprintf(finding_begin(f),
            "%" PRIu64 " records are missing: what follows "
            "may be incomplete",
            r->arg[0]);
    finding_end(f, "lost", false, r->time);
}

static void note(struct finder *f, const struct vtr_record *r)
{
    if (r->event == VTR_FAULT_REPORT)
        tell_report(f, r);
    else if (r->event == VTR_LOST)
        tell_lost(f, r);
    else if (r->event == VTR_END)
        f->end_reason = r->arg[0];
    f->end_time = r->time;
}

static int by_badness(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;

    if (x->bad != y->bad)
        return x->bad ? -1 : 1;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return strcmp(x->text, y->text);
}

void findings_collect(struct findings *all, struct view *v)
{
    struct finder f = {.findings = all, .view = v, .end_reason = ~0ull};
    struct inversion *inversion = inversion_new();
    struct cap_use *caps = cap_use_new();
    struct chatty *chatty = chatty_new();
    struct vtr_record r;

    while (view_next(v, &r)) {
        if (r.time > v->until)
            continue;
        inversion_feed(inversion, &f, &r);
        states_feed(&f.states, &v->in.names, &r);
        cap_use_feed(caps, &v->in.names, &r);
        if (r.time < v->from)
            continue;
        chatty_feed(chatty, &r);
        note(&f, &r);
    }
    find_deadlocks(&f);
    find_stuck(&f);
    inversion_finish(inversion, &f);
    cap_use_finish(caps, &f);
    chatty_finish(chatty, &f);
    if (all->count)
        qsort(all->all, all->count, sizeof(*all->all), by_badness);
    states_free(&f.states);
}

void export_findings(struct view *v)
{
    struct findings f = {0};
    char time[TIME_TEXT];
    size_t bad = 0;

    findings_collect(&f, v);
    for (size_t i = 0; i < f.count; i++) {
        bad += f.all[i].bad;
        fprintf(v->out, "%s, at %s: %s\n", f.all[i].kind,
                time_text(f.all[i].time, time), f.all[i].text);
    }
    fprintf(v->out, "%zu finding%s, %zu of them bad\n", f.count,
            f.count == 1 ? "" : "s", bad);
    findings_free(&f);
}
