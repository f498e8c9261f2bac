/*
 * vitrine trace diff A B: where two runs part, and what is different in all.
 *
 *      A  r r r r r x ...
 *      B  r r r r r y ...
 *                 ^ the first divergence, with what came before
 *
 * Then statistics: per event how often, per pair of threads how many requests
 * and how long. Threads are compared by name: ids may differ once two runs
 * have parted.
 *
 * Exit code 0: the same; 1: they differ.
 */
#include "compare.h"
#include "events.h"
#include "latency.h"
#include "calls.h"
#include "times.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BEFORE = 3, BEHIND = 3, EVENTS = 64, PAIR_KEY = 2 * TITLE_SIZE + 4 };

/* One pair of threads by name, in both runs. */
struct pair {
    char name[PAIR_KEY];
    struct latency latency[2];
};

struct compare {
    struct view *view[2];
    uint64_t records[2], events[2][EVENTS];
    struct map pairs; /* hash of the name -> struct pair */
};

/* --- the first divergence
 * ------------------------------------------------------ */

/* The last few records, in a ring. */
struct recent {
    struct vtr_record record[BEFORE];
    uint64_t count;
};

static void print_sides(struct compare *c, const char *side,
                        const struct view *v, const struct vtr_record *r,
                        bool there)
{
    fprintf(c->view[0]->out, "%s", side);
    if (there)
        text_record(v, r, c->view[0]->out);
    else
        fputs("(the end of the trace)\n", c->view[0]->out);
}

/* What comes behind, of each side. */
static void print_behind(struct compare *c, unsigned side)
{
    struct vtr_record r;

    for (unsigned i = 0; i < BEHIND && view_next(c->view[side], &r); i++)
        print_sides(c, side ? "B+ " : "A+ ", c->view[side], &r, true);
}

static bool find_divergence(struct compare *c)
{
    struct vtr_record a, b;
    struct recent recent = {.count = 0};
    FILE *out = c->view[0]->out;
    bool more_a, more_b;

    for (;;) {
        more_a = view_next(c->view[0], &a);
        more_b = view_next(c->view[1], &b);
        if (more_a != more_b || !more_a || memcmp(&a, &b, sizeof(a)))
            break;
        recent.record[recent.count++ % BEFORE] = a;
    }
    if (!more_a && !more_b) {
        fprintf(out, "the same %" PRIu64 " records\n", recent.count);
        return false;
    }
    fprintf(out, "the runs part at record %" PRIu64 "\n", recent.count);
    uint64_t first = recent.count > BEFORE ? recent.count - BEFORE : 0;
    for (uint64_t i = first; i < recent.count; i++)
        print_sides(c, "   ", c->view[0], &recent.record[i % BEFORE], true);
    print_sides(c, "A: ", c->view[0], &a, more_a);
    print_sides(c, "B: ", c->view[1], &b, more_b);
    print_behind(c, 0);
    print_behind(c, 1);
    return true;
}

/* --- statistics
 * ----------------------------------------------------------------- */

static uint64_t hash(const char *text)
{
    uint64_t h = 0xcbf29ce484222325ull;

    for (; *text; text++)
        h = (h ^ (uint8_t)*text) * 0x100000001b3ull;
    return h & ~(1ull << 63);
}

struct side {
    struct compare *compare;
    unsigned number;
};

static void count_call(void *self, const struct call *call)
{
    struct side *s = self;
    const struct names *n = &s->compare->view[s->number]->in.names;
    char name[PAIR_KEY], from[TITLE_SIZE], to[TITLE_SIZE];

    if (call->end != CALL_ANSWERED)
        return;
    snprintf(name, sizeof(name), "%s -> %s",
             names_title(n, call->request.from, from),
             names_title(n, call->request.to, to));
    struct pair *p = map_get(&s->compare->pairs, hash(name));
    if (!p) {
        p = xcalloc(1, sizeof(*p));
        memcpy(p->name, name, sizeof(name));
        map_put(&s->compare->pairs, hash(name), p);
    }
    latency_add(&p->latency[s->number], call->answer.time - call->request.time);
}

static void count(struct compare *c, unsigned number)
{
    struct side side = {c, number};
    struct calls calls = {0};
    struct vtr_record r;
    struct message m;

    reader_rewind(c->view[number]->in.reader);
    while (view_next(c->view[number], &r)) {
        c->records[number]++;
        c->events[number][r.event % EVENTS]++;
        if (message_from_record(c->view[number], &r, &m) &&
            m.kind != MESSAGE_INVOKE && m.kind != MESSAGE_RESULT)
            calls_feed(&calls, &m, count_call, &side);
    }
    calls_finish(&calls, count_call, &side);
}

static int by_name(const void *a, const void *b)
{
    const struct pair *x = ((const struct map_entry *)a)->value;
    const struct pair *y = ((const struct map_entry *)b)->value;

    return strcmp(x->name, y->name);
}

static void print_pairs(const struct compare *c)
{
    struct map_entry *all = map_sorted(&c->pairs);
    FILE *out = c->view[0]->out;
    char a[TIME_TEXT], b[TIME_TEXT];

    qsort(all, c->pairs.used, sizeof(*all), by_name);
    for (size_t i = 0; all[i].value; i++) {
        const struct pair *p = all[i].value;
        const struct latency *x = &p->latency[0], *y = &p->latency[1];
        if (x->count == y->count && x->sum == y->sum)
            continue;
        fprintf(out, "  %-28s %8" PRIu64 " %8" PRIu64 "   median %12s %12s\n",
                p->name, x->count, y->count,
                time_text(latency_percentile(x, 50), a),
                time_text(latency_percentile(y, 50), b));
    }
    free(all);
}

static void print_statistics(const struct compare *c)
{
    FILE *out = c->view[0]->out;

    fprintf(out,
            "\nwhat is different                     A        B\n"
            "  %-28s %8" PRIu64 " %8" PRIu64 "\n",
            "records", c->records[0], c->records[1]);
    for (unsigned e = 0; e < EVENTS; e++)
        if (c->events[0][e] != c->events[1][e])
            fprintf(out, "  %-28s %8" PRIu64 " %8" PRIu64 "\n",
                    event_info(e) ? event_info(e)->name : "?", c->events[0][e],
                    c->events[1][e]);
    print_pairs(c);
}

int compare_traces(struct view *a, struct view *b)
{
    struct compare c = {.view = {a, b}};
    bool differ = find_divergence(&c);

    if (differ) {
        count(&c, 0);
        count(&c, 1);
        print_statistics(&c);
    }
    map_free(&c.pairs, 1);
    return differ ? EXIT_DIFFERS : 0;
}
