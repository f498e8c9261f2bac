/*
 * Chatty pairs: one thread that makes the same small call of another again
 * and again, with nothing else in between. One call with more in it, or
 * shared memory, would do.
 *
 * A run is a row of equal requests of one thread (same partner, protocol and
 * first word). Only programs are told of, each pair once.
 */
#include "findings.h"
#include "protocols.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LEAST = 64 };

struct run {
    uint32_t from, to;
    uint64_t tag, mr0, count, since;
    uint64_t best, best_since, best_tag, best_mr0;
};

struct chatty {
    struct map last;  /* thread -> its present struct run */
    struct map pairs; /* from << 32 | to -> struct run */
};

struct chatty *chatty_new(void)
{
    return xcalloc(1, sizeof(struct chatty));
}

static struct run *pair(struct chatty *c, uint32_t from, uint32_t to)
{
    uint64_t key = ((uint64_t)from << 32 | to) & ~(1ull << 63);
    struct run *r = map_get(&c->pairs, key);

    if (!r) {
        r = xcalloc(1, sizeof(*r));
        r->from = from;
        r->to = to;
        map_put(&c->pairs, key, r);
    }
    return r;
}

void chatty_feed(struct chatty *c, const struct vtr_record *r)
{
    if (r->event != VTR_IPC || !(r->flags & VTR_F_CALL) ||
        r->flags & VTR_F_FAULT)
        return;
    struct run *run = pair(c, r->thread, (uint32_t)r->arg[0]);
    uint64_t mr0 = r->arg[4] < 0x10000 ? r->arg[4] : 0;

    if (map_put(&c->last, r->thread, run) != run || run->tag != r->arg[3] ||
        run->mr0 != mr0) {
        run->count = 0;
        run->since = r->time;
    }
    run->tag = r->arg[3];
    run->mr0 = mr0;
    if (++run->count > run->best) {
        run->best = run->count;
        run->best_since = run->since;
        run->best_tag = run->tag;
        run->best_mr0 = run->mr0;
    }
}

void chatty_finish(struct chatty *c, struct finder *f)
{
    struct map_entry *all = map_sorted(&c->pairs);
    const struct names *n = &f->view->in.names;
    char from[TITLE_SIZE], to[TITLE_SIZE], what[96];

    for (size_t i = 0; all[i].value; i++) {
        const struct run *r = all[i].value;
        if (r->best < LEAST ||
            role_of_task(n, names_task_of(n, r->from)) != ROLE_PROGRAM)
            continue;
        fprintf(finding_begin(f),
                "%s asks %s the same %" PRIu64 " times in a row: %s",
                names_title(n, r->from, from), names_title(n, r->to, to),
                r->best,
                request_text(r->best_tag, r->best_mr0, what, sizeof(what)));
        finding_end(f, "chatty", false, r->best_since);
    }
    free(all);
    map_free(&c->pairs, 1);
    map_free(&c->last, 0);
    free(c);
}
