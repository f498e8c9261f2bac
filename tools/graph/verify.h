/*
 * Is the replay right? The kernel's snapshot at the end of a trace lists
 * what there really was; the capability graph made from the events before
 * must say the same, or one of the two lies.
 */
#ifndef TOOLS_VERIFY_H
#define TOOLS_VERIFY_H

#include "capgraph.h"

#include <stdio.h>

struct verify {
    struct map objects; /* of the snapshot: id -> struct vtr_record */
    struct map caps;    /* task << 32 | slot -> struct vtr_record */
};

/* Keeps the records of the snapshot. */
void verify_feed(struct verify *s, const struct vtr_record *r);
void verify_free(struct verify *s);
/* Was there a snapshot? */
bool verify_any(const struct verify *s);
/* Prints each difference as a line; returns how many. */
size_t verify_compare(const struct verify *s, const struct capgraph *g,
                      const struct names *names, FILE *out);

#endif
