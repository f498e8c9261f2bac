/* The comparison of delta.h. */
#include "delta.h"
#include "protocols.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>

void delta_remember(struct delta *d, const struct capgraph *g)
{
    for (size_t i = 0; i < g->caps.size; i++) {
        const struct cap *c = g->caps.entries[i].value;
        if (!c)
            continue;
        struct cap *copy = xcalloc(1, sizeof(*copy));
        *copy = *c;
        map_put(&d->before, g->caps.entries[i].key, copy);
    }
}

void delta_free(struct delta *d)
{
    map_free(&d->before, 1);
}

static void tell(FILE *out, const struct names *n, char sign,
                 const struct cap *c, uint32_t old_rights)
{
    char task[TITLE_SIZE], object[TITLE_SIZE], rights[16];

    fprintf(out, "%c %s slot %" PRIx64 ": %s ", sign,
            names_title(n, c->task, task), c->slot,
            names_title(n, c->object, object));
    if (sign == '~')
        fprintf(out, "%s -> ", rights_text(old_rights, rights));
    fprintf(out, "%s\n", rights_text(c->rights, rights));
}

/* What is there now, against what was. */
static size_t compare_present(struct delta *d, struct capgraph *g,
                              const struct names *names, FILE *out)
{
    struct map_entry *all = capgraph_sorted(g);
    size_t changes = 0;

    for (size_t i = 0; all[i].value; i++) {
        struct cap *c = all[i].value;
        const struct cap *old = map_get(&d->before, all[i].key);
        if (old && old->object == c->object && old->rights == c->rights)
            continue;
        changes++;
        if (old && old->object == c->object) {
            c->change = CHANGE_RIGHTS;
            tell(out, names, '~', c, old->rights);
            continue;
        }
        c->change = CHANGE_NEW;
        if (old)
            tell(out, names, '-', old, 0);
        tell(out, names, '+', c, 0);
    }
    free(all);
    return changes;
}

size_t delta_compare(struct delta *d, struct capgraph *g,
                     const struct names *names, FILE *out)
{
    struct map_entry *all = map_sorted(&d->before);
    size_t changes = compare_present(d, g, names, out);

    for (size_t i = 0; all[i].value; i++) {
        struct cap *old = all[i].value;
        if (map_get(&g->caps, all[i].key))
            continue;
        changes++;
        tell(out, names, '-', old, 0);
        old->change = CHANGE_GONE;
        if (capgraph_alive(g, old->task) && capgraph_alive(g, old->object))
            map_put(&g->caps, all[i].key, map_remove(&d->before, all[i].key));
    }
    free(all);
    return changes;
}
