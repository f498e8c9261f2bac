/*
 * A graph too large to read, folded: what looks alike is drawn once.
 *
 *      client0 --> gate 12 -.                  client* (100) --> gate (100)
 *      client1 --> gate 13 --> server    =>         |
 *      ...                  '                       v      server
 *
 * Two objects look alike when they have the same type and the same name but
 * for its digits, and their neighbours look alike, two rounds deep (colour
 * refinement, cut short: a full one would tell apart what a person would
 * not). O(capabilities) whatever the size.
 */
#ifndef TOOLS_FOLD_H
#define TOOLS_FOLD_H

#include "dot.h"

void fold_write(FILE *f, const struct drawing *d,
                struct drawing_size *ret_size);

#endif
