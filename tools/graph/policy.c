/* The rules of policy.h. */
#include "policy.h"
#include "protocols.h"
#include "times.h"
#include "util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 64, LINE_MAX_BYTES = 1024 };

enum rule_kind { REACHES, COULD_GET, HOLDS, ONLY, EXPECT };

struct rule {
    enum rule_kind kind;
    char **names; /* ONLY: who may; else one: who */
    size_t count;
    char *object;
    char *rights; /* of EXPECT, NULL: any */
    char *text;   /* the line */
    bool broken;
};

struct policy {
    struct rule *rules;
    size_t count, room;
    char **trusted;
    size_t trusted_count, trusted_room;
    bool grown;    /* since the last look */
    uint64_t time; /* of the last record fed */
};

/* --- reading -----------------------------------------------------------------
 */

/* Splits at blanks, quotes keep together; changes the line. */
static size_t split(char *line, char **words)
{
    size_t n = 0;

    while (n < WORDS_MAX) {
        line += strspn(line, " \t\n");
        if (!*line || *line == '#')
            break;
        bool quoted = *line == '"';
        line += quoted;
        words[n++] = line;
        line += strcspn(line, quoted ? "\"" : " \t\n");
        if (*line)
            *line++ = 0;
    }
    return n;
}

static struct rule *add_rule(struct policy *p, enum rule_kind kind,
                             char **names, size_t count, const char *object)
{
    array_need_room(p->rules, p->count, p->room);
    struct rule *r = &p->rules[p->count++];

    *r = (struct rule){.kind = kind, .count = count, .object = xstrdup(object)};
    r->names = xcalloc(count, sizeof(char *));
    for (size_t i = 0; i < count; i++)
        r->names[i] = xstrdup(names[i]);
    return r;
}

/* The rule these words are; NULL: none, or only a name to trust. */
static struct rule *understand(struct policy *p, char **w, size_t n)
{
    if (n == 4 && !strcmp(w[0], "never")) {
        if (!strcmp(w[2], "reaches"))
            return add_rule(p, REACHES, &w[1], 1, w[3]);
        if (!strcmp(w[2], "could-get"))
            return add_rule(p, COULD_GET, &w[1], 1, w[3]);
        if (!strcmp(w[2], "holds"))
            return add_rule(p, HOLDS, &w[1], 1, w[3]);
    }
    if (n >= 4 && !strcmp(w[0], "only") && !strcmp(w[n - 2], "hold"))
        return add_rule(p, ONLY, &w[1], n - 3, w[n - 1]);
    if ((n == 4 || n == 5) && !strcmp(w[0], "expect") &&
        !strcmp(w[2], "holds")) {
        struct rule *r = add_rule(p, EXPECT, &w[1], 1, w[3]);
        r->rights = n == 5 ? xstrdup(w[4]) : NULL;
        return r;
    }
    return NULL;
}

static void read_line(struct policy *p, const char *path, unsigned number,
                      char *line)
{
    char *words[WORDS_MAX];
    char *text = xstrdup(line);
    size_t n = split(line, words);

    text[strcspn(text, "\n")] = 0;
    struct rule *r = understand(p, words, n);
    if (r) {
        r->text = text;
        return;
    }
    free(text);
    if (n == 2 && !strcmp(words[0], "trust")) {
        array_need_room(p->trusted, p->trusted_count, p->trusted_room);
        p->trusted[p->trusted_count++] = xstrdup(words[1]);
    } else if (n) {
        die(EXIT_BAD_USAGE,
            "%s:%u: not a rule (never A reaches|could-get|holds B; only A B "
            "hold C; expect A holds B [RIGHTS]; trust A)",
            path, number);
    }
}

static FILE *policy_open(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f)
        die(EXIT_BAD_USAGE, "%s: %s", path, strerror(errno));
    return f;
}

struct policy *policy_load(const char *path)
{
    FILE *f = policy_open(path);
    char line[LINE_MAX_BYTES];
    unsigned number = 0;

    struct policy *p = xcalloc(1, sizeof(*p));
    while (fgets(line, sizeof(line), f))
        read_line(p, path, ++number, line);
    fclose(f);
    return p;
}

void policy_free(struct policy *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct rule *r = &p->rules[i];
        for (size_t k = 0; k < r->count; k++)
            free(r->names[k]);
        free(r->names);
        free(r->object);
        free(r->rights);
        free(r->text);
    }
    for (size_t i = 0; i < p->trusted_count; i++)
        free(p->trusted[i]);
    free(p->rules);
    free(p->trusted);
    free(p);
}

/* --- checking
 * ------------------------------------------------------------------ */

struct check {
    struct policy *p;
    const struct explain *e;
    struct reach reach;
    uint64_t time;
};

static void broken(struct check *c, struct rule *r)
{
    char time[TIME_TEXT];

    r->broken = true;
    fprintf(c->e->out, "broken: %s\n  at %s:\n", r->text,
            time_text(c->time, time));
}

/* Do the rights' letters of `want` all stand in `have`? */
static bool has_rights(uint32_t have, const char *want)
{
    char text[16];

    rights_text(have, text);
    for (; want && *want; want++)
        if (!strchr(text, *want))
            return false;
    return true;
}

static void check_path(struct check *c, struct rule *r,
                       const struct targets *who, const struct targets *what)
{
    struct map_entry *all = map_sorted(&who->ids);
    struct witness w;

    for (size_t i = 0; all[i].value && !r->broken; i++) {
        uint32_t task = (uint32_t)all[i].key;
        bool ever = r->kind == COULD_GET;
        if (!(ever ? reach_ever : reach_now)(&c->reach, task, what, &w))
            continue;
        broken(c, r);
        (ever ? explain_ever : explain_now)(c->e, &w);
        witness_free(&w);
    }
    free(all);
}

/* Is it a rule's business that `task` holds the object? */
static bool concerns(const struct check *c, const struct rule *r,
                     const struct targets *who, uint32_t task)
{
    if (r->kind == HOLDS)
        return targets_have(who, task);
    return !targets_have(who, task) && !map_get(&c->reach.trusted, task);
}

static void check_holders(struct check *c, struct rule *r,
                          const struct targets *who, const struct targets *what)
{
    for (size_t i = 0; i < c->reach.cap_count && !r->broken; i++) {
        const struct cap *cap = c->reach.caps[i];
        if (!targets_have(what, cap->object) || !concerns(c, r, who, cap->task))
            continue;
        broken(c, r);
        explain_cap(c->e, cap);
    }
}

static void check_expected(struct check *c, struct rule *r,
                           const struct targets *who,
                           const struct targets *what)
{
    bool held = false;

    for (size_t i = 0; i < c->reach.cap_count; i++) {
        const struct cap *cap = c->reach.caps[i];
        held |= targets_have(who, cap->task) &&
                targets_have(what, cap->object) &&
                has_rights(cap->rights, r->rights);
    }
    if (held)
        return;
    broken(c, r);
    fputs("    it does not\n", c->e->out);
}

/* The union of what the names mean. */
static void find_all(const struct names *n, char **names, size_t count,
                     struct targets *t)
{
    *t = (struct targets){0};
    for (size_t i = 0; i < count; i++) {
        struct targets one;
        targets_find(&one, n, names[i]);
        struct map_entry *all = map_sorted(&one.ids);
        for (size_t k = 0; all[k].value; k++)
            map_put(&t->ids, all[k].key, t);
        free(all);
        targets_free(&one);
    }
}

static void check_rule(struct check *c, struct rule *r, bool last)
{
    struct targets who, what;

    if (r->broken || (r->kind == EXPECT && !last))
        return;
    find_all(c->e->names, r->names, r->count, &who);
    find_all(c->e->names, &r->object, 1, &what);
    if (r->kind == EXPECT)
        check_expected(c, r, &who, &what);
    else if (r->kind == HOLDS || r->kind == ONLY)
        check_holders(c, r, &who, &what);
    else
        check_path(c, r, &who, &what);
    targets_free(&who);
    targets_free(&what);
}

static void look(struct policy *p, const struct explain *e, uint64_t time,
                 bool last)
{
    struct check c = {.p = p, .e = e, .time = time};
    struct targets trusted;

    reach_make(&c.reach, e->graph, e->names);
    find_all(e->names, p->trusted, p->trusted_count, &trusted);
    for (size_t i = 0; i < trusted.ids.size; i++)
        if (trusted.ids.entries[i].value)
            reach_trust(&c.reach, (uint32_t)trusted.ids.entries[i].key);
    for (size_t i = 0; i < p->count; i++)
        check_rule(&c, &p->rules[i], last);
    targets_free(&trusted);
    reach_free(&c.reach);
    p->grown = false;
}

void policy_watch(struct policy *p, const struct explain *e,
                  const struct vtr_record *next)
{
    bool shrinks = next->event == VTR_CAP_UNMAP || next->event == VTR_DELETE ||
                   next->event == VTR_GATE_BIND;

    if (shrinks && p->grown)
        look(p, e, p->time, false);
    p->grown |= next->event == VTR_CAP_MAP || next->event == VTR_GATE_BIND;
    p->time = next->time;
}

size_t policy_finish(struct policy *p, const struct explain *e, uint64_t time)
{
    size_t count = 0;

    look(p, e, time, true);
    for (size_t i = 0; i < p->count; i++)
        count += p->rules[i].broken;
    return count;
}
