/*
 * The trace on one page: how long, how many of each event, who ran, who
 * waited, who asked whom and for how long, the slowest calls, what went
 * wrong, how it ended and who still waited.
 *
 * Memory is bounded: per pair a histogram (latency.h), and the ten slowest.
 */
#include "calls.h"
#include "events.h"
#include "latency.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>

enum { EVENTS = 64, PAIRS_SHOWN = 20, SLOWEST = 10 };

struct usage {
    uint32_t thread;
    uint64_t ran_ns, switches, calls, sends, faults;
    uint64_t blocked_ns;
    uint64_t since;   /* it runs since; ~0: it does not */
    uint64_t blocked; /* it waits since; ~0: it does not */
};

/* Messages from one thread to another. */
struct talk {
    uint32_t from, to;
    uint64_t messages, unanswered;
    struct latency latency; /* of the calls among them */
};

struct summary {
    uint64_t records, events[EVENTS];
    struct map threads; /* id -> struct usage */
    struct map pairs;   /* from << 32 | to -> struct talk */
    struct calls calls;
    struct call slowest[SLOWEST]; /* longest first */
    unsigned slow_count;
};

static struct usage *usage(struct summary *s, uint32_t thread)
{
    struct usage *u = map_get(&s->threads, thread);

    if (!u) {
        u = xcalloc(1, sizeof(*u));
        u->thread = thread;
        u->since = u->blocked = ~0ull;
        map_put(&s->threads, thread, u);
    }
    return u;
}

static void count_switch(struct summary *s, const struct vtr_record *r)
{
    struct usage *from = usage(s, (uint32_t)r->arg[1]);
    struct usage *to = usage(s, (uint32_t)r->arg[0]);

    if (from->since <= r->time)
        from->ran_ns += r->time - from->since;
    from->since = ~0ull;
    to->since = r->time;
    to->switches++;
}

static struct talk *talk(struct summary *s, uint32_t from, uint32_t to)
{
    uint64_t key = (uint64_t)from << 32 | to;
    struct talk *t = map_get(&s->pairs, key);

    if (!t) {
        t = xcalloc(1, sizeof(*t));
        t->from = from;
        t->to = to;
        map_put(&s->pairs, key, t);
    }
    return t;
}

/* Waiting begins with a call or a block, and ends with any answer. */
static void count_wait(struct summary *s, const struct vtr_record *r)
{
    bool begins = r->event == VTR_IPC_BLOCK ||
                  (r->event == VTR_IPC && r->flags & VTR_F_CALL);
    uint32_t woken = (uint32_t)(r->event == VTR_IPC       ? r->arg[0]
                                : r->event == VTR_TIMEOUT ? r->arg[0]
                                                          : r->thread);
    struct usage *u = usage(s, woken);

    if (r->event != VTR_IPC_BLOCK && u->blocked != ~0ull) {
        u->blocked_ns += r->time - u->blocked;
        u->blocked = ~0ull;
    }
    u = usage(s, r->thread);
    if (begins && u->blocked == ~0ull)
        u->blocked = r->time;
}

static void count_message(struct summary *s, const struct vtr_record *r,
                          uint32_t from)
{
    if (r->flags & VTR_F_FAULT)
        usage(s, from)->faults++;
    else if (r->flags & VTR_F_CALL)
        usage(s, from)->calls++;
    else if (!(r->flags & (VTR_F_REPLY | VTR_F_IRQ)))
        usage(s, from)->sends++;
    if (!(r->flags & VTR_F_REPLY))
        talk(s, from, (uint32_t)r->arg[0])->messages++;
}

static uint64_t duration(const struct call *c)
{
    return c->answer.time - c->request.time;
}

static void keep_if_slow(struct summary *s, const struct call *c)
{
    unsigned i = s->slow_count < SLOWEST ? s->slow_count++ : SLOWEST;

    for (; i > 0 && duration(&s->slowest[i - 1]) < duration(c); i--)
        if (i < SLOWEST)
            s->slowest[i] = s->slowest[i - 1];
    if (i < SLOWEST)
        s->slowest[i] = *c;
}

static void count_call(void *self, const struct call *c)
{
    struct summary *s = self;
    struct talk *t = talk(s, c->request.from, c->request.to);

    if (c->end == CALL_OPEN) {
        t->unanswered++;
        return;
    }
    latency_add(&t->latency, duration(c));
    if (c->request.kind != MESSAGE_INVOKE)
        keep_if_slow(s, c);
}

static void count(struct summary *s, const struct view *v,
                  const struct vtr_record *r)
{
    struct message m;

    s->records++;
    s->events[r->event < EVENTS ? r->event : 0]++;
    if (r->event == VTR_SWITCH)
        count_switch(s, r);
    else if (r->event == VTR_IPC)
        count_message(s, r, r->thread);
    if (r->event == VTR_IPC || r->event == VTR_IPC_BLOCK ||
        r->event == VTR_IPC_ERROR || r->event == VTR_TIMEOUT)
        count_wait(s, r);
    if (message_from_record(v, r, &m) && m.kind != MESSAGE_INVOKE &&
        m.kind != MESSAGE_RESULT)
        calls_feed(&s->calls, &m, count_call, s);
}

static void print_threads(const struct view *v, const struct summary *s)
{
    struct map_entry *all = map_sorted(&s->threads);
    char title[TITLE_SIZE];

    fputs("\nthreads              ran us  waited us  switches     calls"
          "     sends    faults\n",
          v->out);
    for (size_t i = 0; all[i].value; i++) {
        const struct usage *u = all[i].value;
        if (u->thread)
            fprintf(v->out,
                    "  %-16s %8" PRIu64 ".%u %8" PRIu64 ".%u %9" PRIu64
                    " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 "\n",
                    names_title(&v->in.names, u->thread, title),
                    u->ran_ns / 1000, (unsigned)(u->ran_ns / 100 % 10),
                    u->blocked_ns / 1000, (unsigned)(u->blocked_ns / 100 % 10),
                    u->switches, u->calls, u->sends, u->faults);
    }
    free(all);
}

static int by_messages(const void *a, const void *b)
{
    const struct talk *x = ((const struct map_entry *)a)->value;
    const struct talk *y = ((const struct map_entry *)b)->value;

    if (x->messages != y->messages)
        return x->messages < y->messages ? 1 : -1;
    return x->from != y->from ? (x->from > y->from) - (x->from < y->from)
                              : (x->to > y->to) - (x->to < y->to);
}

static void print_us(const struct view *v, uint64_t ns)
{
    fprintf(v->out, " %7" PRIu64 ".%u", ns / 1000, (unsigned)(ns / 100 % 10));
}

static void print_pairs(const struct view *v, const struct summary *s)
{
    struct map_entry *all = map_sorted(&s->pairs);
    char from[TITLE_SIZE], to[TITLE_SIZE];

    qsort(all, s->pairs.used, sizeof(*all), by_messages);
    fputs("\nwho asks whom (requests, most first; latency of calls, us)\n"
          "   requests       p50       p99       max  open\n",
          v->out);
    for (size_t i = 0; i < PAIRS_SHOWN && all[i].value; i++) {
        const struct talk *t = all[i].value;
        fprintf(v->out, "  %9" PRIu64, t->messages);
        print_us(v, latency_percentile(&t->latency, 50));
        print_us(v, latency_percentile(&t->latency, 99));
        print_us(v, t->latency.max);
        fprintf(v->out, " %5" PRIu64 "  %s -> %s\n", t->unanswered,
                names_title(&v->in.names, t->from, from),
                names_title(&v->in.names, t->to, to));
    }
    free(all);
}

static void print_slowest(const struct view *v, const struct summary *s)
{
    char from[TITLE_SIZE], to[TITLE_SIZE], text[MESSAGE_TEXT];

    fputs("\nslowest calls (us, at us)\n", v->out);
    for (unsigned i = 0; i < s->slow_count; i++) {
        const struct message *m = &s->slowest[i].request;
        print_us(v, duration(&s->slowest[i]));
        print_us(v, m->time);
        fprintf(v->out, "  %s -> %s: %s%s\n",
                names_title(&v->in.names, m->from, from),
                names_title(&v->in.names, m->to, to),
                message_text(m, &v->in.names, text),
                s->slowest[i].end == CALL_FAILED ? " (failed)" : "");
    }
}

static void print_events(const struct view *v, const struct summary *s)
{
    fputs("\nevents\n", v->out);
    for (unsigned i = 0; i < EVENTS; i++)
        if (s->events[i])
            fprintf(v->out, "  %9" PRIu64 "  %-12s %s\n", s->events[i],
                    event_info(i) ? event_info(i)->name : "?",
                    event_info(i) ? event_info(i)->text : "unknown");
}

/* Faults, the end and the last waits, in the order they came. */
static void print_notable(struct view *v)
{
    char title[TITLE_SIZE], partner[TITLE_SIZE], text[MESSAGE_TEXT];
    struct vtr_record r;
    struct message m;

    fputs("\nnotable\n", v->out);
    while (view_next(v, &r)) {
        if (r.event == VTR_WAIT) {
            fprintf(v->out, "  %s waits %s",
                    names_title(&v->in.names, r.arg[0], title),
                    why_name(r.arg[2]));
            if (r.arg[1])
                fprintf(v->out, " (%s)",
                        names_title(&v->in.names, r.arg[1], partner));
            fprintf(v->out, " since %" PRIu64 " us\n", r.arg[3] / 1000);
        } else if ((r.event == VTR_FAULT_REPORT || r.event == VTR_END) &&
                   message_from_record(v, &r, &m)) {
            fprintf(v->out, "  %" PRIu64 " us  %s: %s\n", r.time / 1000,
                    names_title(&v->in.names, m.from, title),
                    message_text(&m, &v->in.names, text));
        } else if (r.event == VTR_LOST) {
            fprintf(v->out,
                    "  %" PRIu64 " us  the ring had no room for %" PRIu64
                    " records\n",
                    r.time / 1000, r.arg[0]);
        }
    }
}

void export_summary(struct view *v)
{
    const struct vtr_file_header *h = reader_header(v->in.reader);
    struct summary s = {0};
    struct vtr_record r;

    while (view_next(v, &r))
        if (view_wants(v, &r))
            count(&s, v, &r);
    calls_finish(&s.calls, count_call, &s);
    fprintf(v->out,
            "system %s, seed %" PRIu64 ", %" PRIu64 " MiB: %" PRIu64
            " records over %" PRIu64 " us\n",
            v->in.system, h->seed, h->ram_bytes >> 20, s.records,
            (v->in.last_time - v->in.first_time) / 1000);
    print_threads(v, &s);
    print_pairs(v, &s);
    print_slowest(v, &s);
    print_events(v, &s);
    reader_rewind(v->in.reader);
    print_notable(v);
    map_free(&s.threads, 1);
    map_free(&s.pairs, 1);
}
