/* The search of peak.h. */
#include "peak.h"
#include "scene.h"

/* Looking at more capabilities than this each time would take too long. */
enum { CAPS_MAX = 4000, RELATION_WEIGHT = 2 };

struct peak {
    struct capgraph graph;
    const struct names *names;
    bool grown; /* since the last look */
    size_t score;
    uint64_t records, time;
};

static bool is_program(const struct peak *p, uint32_t task)
{
    return task && role_of_task(p->names, task) == ROLE_PROGRAM;
}

/* A program's capability to a gate of another program. */
static bool is_relation(const struct peak *p, const struct cap *c)
{
    const struct object_info *o = names_get(&p->graph.objects, c->object);
    uint32_t server =
        o && o->target ? names_task_of(&p->graph.objects, o->target) : 0;

    return server && server != c->task && is_program(p, server) &&
           is_program(p, c->task);
}

static size_t score(const struct peak *p)
{
    const struct map *caps = &p->graph.caps;
    size_t relations = 0;

    for (size_t i = 0; caps->used < CAPS_MAX && i < caps->size; i++)
        if (caps->entries[i].value)
            relations += is_relation(p, caps->entries[i].value);
    return p->graph.tasks + RELATION_WEIGHT * relations;
}

static void look(struct peak *p, uint64_t records, uint64_t time)
{
    size_t now = score(p);

    p->grown = false;
    if (now < p->score)
        return;
    p->score = now;
    p->records = records;
    p->time = time;
}

uint64_t peak_find(struct input *in, uint64_t *ret_time)
{
    struct peak p = {.names = &in->names};
    struct vtr_record r;
    uint64_t before = 0, time = 0;

    reader_rewind(in->reader);
    reader_only(in->reader, CAPGRAPH_EVENTS);
    while (reader_next(in->reader, &r)) {
        bool shrinks = r.event == VTR_CAP_UNMAP || r.event == VTR_DELETE;
        if (shrinks && p.grown)
            look(&p, before, time);
        capgraph_feed(&p.graph, &r);
        p.grown |= r.event == VTR_CAP_MAP || r.event == VTR_CREATE ||
                   r.event == VTR_GATE_BIND;
        before += capgraph_looks_at(&r);
        time = r.time;
    }
    look(&p, before, time);
    capgraph_free(&p.graph);
    *ret_time = p.time;
    return p.records;
}
