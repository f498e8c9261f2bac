/* The comparison of verify.h. */
#include "verify.h"
#include "events.h"
#include "protocols.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>

static void keep(struct map *m, uint64_t key, const struct vtr_record *r)
{
    struct vtr_record *copy = xcalloc(1, sizeof(*copy));

    *copy = *r;
    free(map_put(m, key, copy));
}

static uint64_t cap_key(uint64_t task, uint64_t slot)
{
    return (task & 0x7fffffff) << 32 | (slot & 0xffffffff);
}

void verify_feed(struct verify *s, const struct vtr_record *r)
{
    if (r->event == VTR_SNAP_OBJECT)
        keep(&s->objects, (uint32_t)r->arg[0], r);
    else if (r->event == VTR_SNAP_CAP)
        keep(&s->caps, cap_key(r->arg[0], r->arg[1]), r);
}

void verify_free(struct verify *s)
{
    map_free(&s->objects, 1);
    map_free(&s->caps, 1);
}

bool verify_any(const struct verify *s)
{
    return s->objects.used || s->caps.used;
}

static const char *cap_text(const struct names *n, uint64_t task, uint64_t slot,
                            char to[TITLE_SIZE + 32])
{
    char title[TITLE_SIZE];

    snprintf(to, TITLE_SIZE + 32, "%s slot %" PRIx64,
             names_title(n, task, title), slot);
    return to;
}

static size_t compare_objects(const struct verify *s, const struct capgraph *g,
                              const struct names *n, FILE *out)
{
    struct map_entry *all = map_sorted(&s->objects);
    struct map_entry *live = map_sorted(&g->objects.objects);
    char title[TITLE_SIZE];
    size_t different = 0;

    for (size_t i = 0; all[i].value; i++) {
        const struct vtr_record *r = all[i].value;
        const struct object_info *o = names_get(&g->objects, all[i].key);
        if (o && o->deleted == ~0ull && o->type == r->arg[1])
            continue;
        different++;
        fprintf(out, "object %s (%s): in the snapshot, but %s\n",
                names_title(n, all[i].key, title), type_name(r->arg[1]),
                !o                    ? "never created"
                : o->deleted != ~0ull ? "deleted before"
                                      : "of another type");
    }
    for (size_t i = 0; live[i].value; i++) {
        const struct object_info *o = live[i].value;
        if (!o->created_seen || o->deleted != ~0ull ||
            map_get(&s->objects, o->id))
            continue;
        different++;
        fprintf(out, "object %s (%s): alive, but not in the snapshot\n",
                names_title(n, o->id, title), type_name(o->type));
    }
    free(all);
    free(live);
    return different;
}

/* One capability of the snapshot against the replay's. */
static bool cap_agrees(const struct vtr_record *r, const struct cap *c,
                       const struct names *n, FILE *out)
{
    char place[TITLE_SIZE + 32], title[TITLE_SIZE], want[16], have[16];

    if (c && c->object == r->arg[2] && c->rights == r->arg[3])
        return true;
    fprintf(out, "%s: snapshot %s %s, ",
            cap_text(n, r->arg[0], r->arg[1], place),
            names_title(n, r->arg[2], title), rights_text(r->arg[3], want));
    if (c)
        fprintf(out, "replay %s %s\n", names_title(n, c->object, title),
                rights_text(c->rights, have));
    else
        fputs("replay nothing\n", out);
    return false;
}

static size_t compare_caps(const struct verify *s, const struct capgraph *g,
                           const struct names *n, FILE *out)
{
    struct map_entry *all = map_sorted(&s->caps);
    struct map_entry *caps = capgraph_sorted(g);
    char place[TITLE_SIZE + 32], title[TITLE_SIZE], rights[16];
    size_t different = 0;

    for (size_t i = 0; all[i].value; i++)
        different +=
            !cap_agrees(all[i].value, map_get(&g->caps, all[i].key), n, out);
    for (size_t i = 0; caps[i].value; i++) {
        const struct cap *c = caps[i].value;
        if (map_get(&s->caps, caps[i].key))
            continue;
        different++;
        fprintf(out, "%s: snapshot nothing, replay %s %s\n",
                cap_text(n, c->task, c->slot, place),
                names_title(n, c->object, title),
                rights_text(c->rights, rights));
    }
    free(all);
    free(caps);
    return different;
}

size_t verify_compare(const struct verify *s, const struct capgraph *g,
                      const struct names *names, FILE *out)
{
    return compare_objects(s, g, names, out) + compare_caps(s, g, names, out);
}
