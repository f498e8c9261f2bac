/*
 * Paths and capabilities in words: what leads where, and where it came from.
 *
 *      client a holds calc at slot 16 (rw)
 *        <- ned slot 31, at 60.970 us, ned.c:120
 *        <- kernel, made at 55.120 us
 *
 * Source lines come from addr2line, with the programs' ELF files of a
 * folder; without one only the instruction pointer stands there.
 */
#ifndef TOOLS_EXPLAIN_H
#define TOOLS_EXPLAIN_H

#include "reach.h"

#include <stdio.h>

struct explain {
    FILE *out;
    const struct capgraph *graph; /* with history */
    const struct names *names;
    const char *programs; /* folder, NULL: none */
};

/* The capability, and the chain of delegations that led to it. */
void explain_cap(const struct explain *e, const struct cap *c);
/* A path of reach_now(), one line per step, with the chains. */
void explain_now(const struct explain *e, const struct witness *w);
/* A path of reach_ever(). */
void explain_ever(const struct explain *e, const struct witness *w);

#endif
