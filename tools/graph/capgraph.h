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
 * I1  A capability's object and task are alive, unless the trace never
 *     told of their creation (its beginning is lost).
 */
#ifndef TOOLS_CAPGRAPH_H
#define TOOLS_CAPGRAPH_H

#include "names.h"

struct cap {
    uint32_t task;
    uint64_t slot;
    uint32_t object;
    uint32_t rights;
    uint32_t from_task; /* 0: made by the kernel */
    uint64_t from_slot;
};

struct capgraph {
    struct names objects; /* as they are at this moment */
    struct map caps;      /* task << 32 | slot -> struct cap */
    size_t tasks;         /* alive */
};

void capgraph_feed(struct capgraph *g, const struct vtr_record *r);
void capgraph_free(struct capgraph *g);

/* NULL: empty slot. */
struct cap *capgraph_get(const struct capgraph *g, uint64_t task,
                         uint64_t slot);
/* All capabilities by task and slot; free() the array (NULL value ends). */
struct map_entry *capgraph_sorted(const struct capgraph *g);

/* Not deleted (so far). */
bool capgraph_alive(const struct capgraph *g, uint64_t object);

#endif
