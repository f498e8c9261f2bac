/*
 * vitrine-graph: who holds which capability, as a picture or as data; what
 * changed; who can reach whom; whether a policy holds; whether the trace and
 * the kernel's snapshot agree.
 *
 * One replay feeds the graph up to the moment asked for (options.h), then one
 * of the questions is answered.
 */
#include "delta.h"
#include "draw.h"
#include "explain.h"
#include "fold.h"
#include "input.h"
#include "options.h"
#include "peak.h"
#include "plain.h"
#include "policy.h"
#include "times.h"
#include "util.h"
#include "verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* More shapes than this nobody reads: they are folded. */
enum { FOLD_NODES = 400 };

struct job {
    const struct options *o;
    struct input in;
    struct capgraph graph;
    struct verify snapshot;
    struct delta delta;
    struct explain explain;
    struct policy *policy;
    uint64_t records, until; /* records: that the graph looks at */
};

/* Feeds records as far as the job goes; --diff remembers on the way. */
static void replay(struct job *j)
{
    struct vtr_record r;
    bool remembered = !j->o->diff;

    reader_rewind(j->in.reader);
    if (!j->graph.history && !j->o->verify)
        reader_only(j->in.reader, CAPGRAPH_EVENTS);
    for (uint64_t n = 0; n < j->records && reader_next(j->in.reader, &r);
         n += capgraph_looks_at(&r)) {
        if (!remembered && r.time > j->o->diff_from) {
            delta_remember(&j->delta, &j->graph);
            remembered = true;
        }
        if (r.time <= j->until) {
            if (j->policy)
                policy_watch(j->policy, &j->explain, &r);
            capgraph_feed(&j->graph, &r);
        } else if (!j->o->verify) {
            break;
        }
        if (j->o->verify)
            verify_feed(&j->snapshot, &r);
    }
    if (!remembered)
        delta_remember(&j->delta, &j->graph);
}

static int verify(struct job *j)
{
    const struct verify *s = &j->snapshot;

    if (!verify_any(s)) {
        complain("%s: there is no snapshot in this trace", j->in.path);
        return EXIT_BAD_TRACE;
    }
    size_t different = verify_compare(s, &j->graph, &j->in.names, stdout);
    if (different) {
        printf("%zu differences between trace and snapshot\n", different);
        return EXIT_DIFFERS;
    }
    printf("trace and snapshot agree: %zu objects, %zu capabilities\n",
           s->objects.used, s->caps.used);
    return 0;
}

/* --- questions ---------------------------------------------------------------
 */

static void need_targets(const struct job *j, struct targets *t,
                         const char *text)
{
    if (!targets_find(t, &j->in.names, text))
        die(EXIT_BAD_USAGE, "%s: there is no '%s' in this trace", j->in.path,
            text);
}

/* The last task of that name (earlier ones may have ended). */
static uint32_t find_task(const struct job *j, const char *text)
{
    struct map_entry *all = map_sorted(&j->in.names.objects);
    uint32_t found = 0;

    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        if (o->type == VTR_T_TASK &&
            names_task_matches(&j->in.names, o->id, text))
            found = o->id;
    }
    free(all);
    if (!found)
        die(EXIT_BAD_USAGE, "%s: there is no task '%s' in this trace",
            j->in.path, text);
    return found;
}

static int reach(struct job *j)
{
    uint32_t from = find_task(j, j->o->reach_from);
    struct targets to;
    struct reach r;
    struct witness w;
    bool now, ever;

    need_targets(j, &to, j->o->reach_to);
    reach_make(&r, &j->graph, &j->in.names);
    now = reach_now(&r, from, &to, &w);
    printf("%s %s %s now%s\n", j->o->reach_from,
           now ? "can reach" : "cannot reach", j->o->reach_to, now ? ":" : ".");
    if (now) {
        explain_now(&j->explain, &w);
        witness_free(&w);
    }
    ever = reach_ever(&r, from, &to, &w);
    printf("%s %s%s\n", j->o->reach_from,
           !ever          ? "could never come to hold "
           : w.count == 1 ? "holds "
                          : "could come to hold ",
           j->o->reach_to);
    if (ever && w.count > 1)
        explain_ever(&j->explain, &w);
    if (ever)
        witness_free(&w);
    reach_free(&r);
    targets_free(&to);
    return now || ever ? 0 : EXIT_DIFFERS;
}

static int check(struct job *j)
{
    size_t bad =
        policy_finish(j->policy, &j->explain,
                      j->until < j->in.last_time ? j->until : j->in.last_time);

    if (!bad)
        puts("the policy holds");
    policy_free(j->policy);
    return bad ? EXIT_DIFFERS : 0;
}

/* Every capability to the named objects, with where it came from. */
static int origin(struct job *j)
{
    struct map_entry *all = capgraph_sorted(&j->graph);
    struct targets what;
    size_t found = 0;

    need_targets(j, &what, j->o->origin);
    for (size_t i = 0; all[i].value; i++) {
        const struct cap *c = all[i].value;
        if (!targets_have(&what, c->object))
            continue;
        explain_cap(&j->explain, c);
        found++;
    }
    free(all);
    targets_free(&what);
    if (!found)
        printf("nobody holds %s\n", j->o->origin);
    return found ? 0 : EXIT_DIFFERS;
}

/* --- pictures
 * ----------------------------------------------------------------- */

static char *dot_text(const struct drawing *d, bool fold, size_t *ret_length,
                      struct drawing_size *ret_size)
{
    char *dot;
    FILE *f = open_memstream(&dot, ret_length);

    (fold ? fold_write : dot_write)(f, d, ret_size);
    fclose(f);
    return dot;
}

/* As the drawing is, or folded if it is too large or takes too long. */
static void draw_or_fold(const struct job *j, const struct drawing *d,
                         const char *format, FILE *f)
{
    struct drawing_size size;
    size_t length;
    bool fold = j->o->fold;
    char *dot = dot_text(d, fold, &length, &size);

    if (!fold && !j->o->all && size.nodes > FOLD_NODES) {
        complain("%zu shapes are folded (--all draws them one by one)",
                 size.nodes);
        free(dot);
        fold = true;
        dot = dot_text(d, true, &length, &size);
    }
    if (!strcmp(format, "dot")) {
        fwrite(dot, 1, length, f);
    } else if (draw(f, dot, format, size)) {
        free(dot);
        if (fold)
            die(EXIT_BUG, "Graphviz could not draw %s", j->o->output);
        complain("no layout within %d s: folded", DRAW_SECONDS);
        dot = dot_text(d, true, &length, &size);
        if (draw(f, dot, format, size))
            die(EXIT_BUG, "Graphviz could not draw %s", j->o->output);
    }
    free(dot);
}

static void picture(const struct job *j)
{
    const char *format = options_format(j->o->output);
    struct drawing d = {.graph = &j->graph,
                        .names = &j->in.names,
                        .all = j->o->all,
                        .kinds = j->o->kinds};
    uint64_t time = j->until == ~0ull ? j->in.last_time : j->until;
    struct outfile out;
    char title[160];

    if (j->o->focus)
        d.focus = find_task(j, j->o->focus);
    if (j->o->diff)
        snprintf(title, sizeof(title),
                 "%s: capabilities, from %.3f ms to %.3f ms (green came, red "
                 "went, orange changed)",
                 j->in.system, (double)j->o->diff_from / 1e6,
                 (double)time / 1e6);
    else
        snprintf(title, sizeof(title),
                 "%s: who holds which capability, at %.3f ms", j->in.system,
                 (double)time / 1e6);
    d.title = title;
    outfile_open(&out, j->o->output);
    if (!strcmp(format, "json"))
        plain_json(out.file, &j->graph, &j->in.names, time);
    else if (!strcmp(format, "cdl"))
        plain_capdl(out.file, &j->graph, &j->in.names);
    else
        draw_or_fold(j, &d, format, out.file);
    outfile_commit(&out);
}

/* The answer to what was asked, or a picture. */
static int answer(struct job *j)
{
    int code = 0;

    if (j->o->verify)
        code = verify(j);
    else if (j->o->reach_from)
        code = reach(j);
    else if (j->policy)
        code = check(j);
    else if (j->o->origin)
        code = origin(j);
    else if (j->o->diff)
        printf("%zu changes\n",
               delta_compare(&j->delta, &j->graph, &j->in.names, stdout));
    else
        picture(j);
    if (j->o->output && options_is_question(j->o))
        picture(j);
    return code;
}

int main(int argc, char **argv)
{
    struct options o;
    struct job j = {.o = &o, .records = ~0ull};

    options_read(&o, argc, argv);
    input_open(&j.in, o.path, o.strict);
    j.until = o.diff ? o.diff_until : o.at;
    if (o.check)
        j.policy = policy_load(o.check);
    if (o.peak && !o.verify && !o.diff && !o.check)
        j.records = peak_find(&j.in, &j.until);
    /* who explains where capabilities came from needs them all */
    j.graph.history = o.check || o.reach_from || o.origin;
    j.explain = (struct explain){stdout, &j.graph, &j.in.names, o.programs};
    replay(&j);
    int code = answer(&j);
    capgraph_free(&j.graph);
    delta_free(&j.delta);
    verify_free(&j.snapshot);
    input_close(&j.in);
    return code;
}
