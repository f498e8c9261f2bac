/*
 * Priority inversion:
 *
 *      urgent (9)   waits for ------> slow (1), which is ready to run,
 *      middle (5)   runs                        but does not
 *
 * Each time a CPU goes to another thread, what ran since the last time is
 * held against every thread that waits: if it is less urgent than the
 * waiting one, and more than the one at the end of its chain of waits, the
 * time counts. Waiting for a server that works is not an inversion.
 */
#include "findings.h"
#include "times.h"
#include "util.h"

#include <stdlib.h>

enum { WORTH_NS = 1000, CHAIN_MAX = 32 };

struct span {
    uint32_t urgent, holder, middle;
    uint64_t first, total; /* ns */
};

struct inversion {
    struct map spans; /* a hash of the three -> struct span */
    uint64_t since[256];
};

struct inversion *inversion_new(void)
{
    return xcalloc(1, sizeof(struct inversion));
}

/* The thread at the end of the waits of `t`; 0: no chain. */
static uint32_t chain_end(struct finder *f, const struct thread_state *t)
{
    uint32_t at = states_waits_for(t, &f->view->in.names);

    for (unsigned i = 0; at && i < CHAIN_MAX; i++) {
        const struct thread_state *next = map_get(&f->states.threads, at);
        uint32_t further =
            next ? states_waits_for(next, &f->view->in.names) : 0;
        if (!further)
            return at;
        at = further;
    }
    return 0;
}

static void add(struct inversion *i, uint32_t urgent, uint32_t holder,
                uint32_t middle, uint64_t since, uint64_t time)
{
    uint64_t key = ((uint64_t)urgent << 42 ^ (uint64_t)holder << 21 ^ middle) &
                   ~(1ull << 63);
    struct span *s = map_get(&i->spans, key);

    if (!s) {
        s = xcalloc(1, sizeof(*s));
        *s = (struct span){urgent, holder, middle, since, 0};
        map_put(&i->spans, key, s);
    }
    s->total += time - since;
}

void inversion_feed(struct inversion *i, struct finder *f,
                    const struct vtr_record *r)
{
    if (r->event != VTR_SWITCH)
        return;
    struct thread_state *middle =
        map_get(&f->states.threads, f->states.running[r->cpu]);
    uint64_t since = i->since[r->cpu];

    i->since[r->cpu] = r->time;
    if (!middle || !middle->id)
        return;
    for (size_t n = 0; n < f->states.threads.size; n++) {
        const struct thread_state *t = f->states.threads.entries[n].value;
        if (!t || t->doing != DOING_WAIT || t->prio <= middle->prio)
            continue;
        uint32_t end = chain_end(f, t);
        const struct thread_state *holder = map_get(&f->states.threads, end);
        if (!holder || holder->doing != DOING_READY ||
            holder->prio >= middle->prio)
            continue;
        uint64_t from = since > t->since ? since : t->since;
        from = from > holder->since ? from : holder->since;
        if (r->time > from)
            add(i, t->id, end, middle->id, from, r->time);
    }
}

static void tell(struct finder *f, const struct span *s)
{
    const struct names *n = &f->view->in.names;
    FILE *out = finding_begin(f);
    char name[TITLE_SIZE], time[TIME_TEXT];

    fprintf(out, "%s (priority %u) was held up for %s",
            names_title(n, s->urgent, name),
            states_thread(&f->states, s->urgent)->prio,
            time_text(s->total, time));
    fprintf(out, "\n    it waits for %s (priority %u), which was ready",
            names_title(n, s->holder, name),
            states_thread(&f->states, s->holder)->prio);
    fprintf(out, "\n    meanwhile %s (priority %u) ran",
            names_title(n, s->middle, name),
            states_thread(&f->states, s->middle)->prio);
    finding_end(f, "inversion", true, s->first);
}

void inversion_finish(struct inversion *i, struct finder *f)
{
    struct map_entry *all = map_sorted(&i->spans);

    for (size_t n = 0; all[n].value; n++)
        if (((struct span *)all[n].value)->total >= WORTH_NS)
            tell(f, all[n].value);
    free(all);
    map_free(&i->spans, 1);
    free(i);
}
