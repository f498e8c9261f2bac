/*
 * Who holds which capability: the state a trace leads to.
 *
 *      CREATE, DELETE, NAME, BIND, GATE_BIND   -> objects
 *      CAP_MAP, CAP_UNMAP                      -> capabilities
 *
 * Feed records in order, as far as the moment of interest. Mapping to a slot
 * that names the same object adds rights; taking all rights empties the
 * slot. With an object go all capabilities to it, with a task all it held.
 *
 * With `history` every delegation is kept, each with the one that gave its
 * source: where a capability came from is then a chain back to the kernel.
 *
 *      kernel --> moe slot 20 --> ned slot 31 --> client slot 16
 *      grant 1    grant 2        grant 7          grant 9 (cap.grant)
 *
 * I1  A capability's object and task are alive, unless the trace never
 *     told of their creation (its beginning is lost).
 * I2  A grant's `before` is smaller than its own number: chains end.
 * I3  A capability is on exactly two lists: its task's and its object's.
 */
#ifndef TOOLS_CAPGRAPH_H
#define TOOLS_CAPGRAPH_H

#include "names.h"

/* Between two moments (delta.h). */
enum cap_change { CHANGE_NONE, CHANGE_NEW, CHANGE_RIGHTS, CHANGE_GONE };

struct cap {
    uint32_t task;
    uint64_t slot;
    uint32_t object;
    uint32_t rights;
    uint32_t from_task; /* 0: made by the kernel */
    uint64_t from_slot;
    enum cap_change change;
    uint32_t grant; /* that it came by, number + 1; 0: no history */
    /* the list of its task's, and of its object's, capabilities */
    struct cap_link {
        struct cap *next, **back;
    } of_task, of_object;
};

/* One delegation. */
struct grant {
    uint64_t time, ip; /* ip: of the system call, 0: not told */
    uint32_t thread;   /* that ran */
    uint32_t from_task, to_task, object, rights;
    uint64_t from_slot, to_slot;
    uint32_t before; /* number + 1 of the grant of the source, 0: none */
};

struct capgraph {
    struct names objects; /* as they are at this moment */
    struct map caps;      /* task << 32 | slot -> struct cap */
    size_t tasks;         /* alive */
    struct map held;      /* task or object -> struct cap_lists */

    bool history; /* set before the first record */
    struct grant *grants;
    size_t grant_count, grant_room;
    struct map ips; /* thread -> ip of its last system call */
};

/* What capgraph_feed() looks at (reader_only()); with history it is all. */
#define CAPGRAPH_EVENTS                                                        \
    (NAMES_EVENTS | 1ull << VTR_CAP_MAP | 1ull << VTR_CAP_UNMAP)

static inline bool capgraph_looks_at(const struct vtr_record *r)
{
    return r->event < 64 && CAPGRAPH_EVENTS >> r->event & 1;
}

void capgraph_feed(struct capgraph *g, const struct vtr_record *r);
void capgraph_free(struct capgraph *g);

/* NULL: empty slot. */
struct cap *capgraph_get(const struct capgraph *g, uint64_t task,
                         uint64_t slot);
/* All capabilities by task and slot; free() the array (NULL value ends). */
struct map_entry *capgraph_sorted(const struct capgraph *g);

/* The delegation a capability came by, NULL: there is no history. */
const struct grant *capgraph_grant(const struct capgraph *g,
                                   const struct cap *c);

/* Not deleted (so far). */
bool capgraph_alive(const struct capgraph *g, uint64_t object);

#endif
