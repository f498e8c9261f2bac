/*
 * What changed between two moments: capabilities that came, went, or have
 * other rights.
 *
 *      + client a slot 16: calc rw
 *      - client b slot 16: calc rw
 *      ~ server slot 20: nic rws -> r
 */
#ifndef TOOLS_DELTA_H
#define TOOLS_DELTA_H

#include "capgraph.h"

#include <stdio.h>

struct delta {
    struct map before; /* key -> struct cap, as it was */
};

/* Remembers the graph as it is now. */
void delta_remember(struct delta *d, const struct capgraph *g);

/* Lists the changes since then and marks them in the graph (cap.change); what
 * is gone comes back in as CHANGE_GONE if its task and object are alive, so
 * that it can be drawn. Returns how many changes there are. */
size_t delta_compare(struct delta *d, struct capgraph *g,
                     const struct names *names, FILE *out);
void delta_free(struct delta *d);

#endif
