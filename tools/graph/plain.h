/*
 * The capability graph as data: JSON for programs, and text in the manner of
 * capDL, the capability distribution language of seL4's tools.
 *
 * Simplified: capDL knows seL4's objects. A task is written as a cnode (its
 * capability space), a thread as a tcb with its cspace, an IPC gate as an ep,
 * an IRQ or semaphore as a notification, a factory as ut; what seL4 does not
 * have stands in a comment.
 */
#ifndef TOOLS_PLAIN_H
#define TOOLS_PLAIN_H

#include "capgraph.h"

#include <stdio.h>

void plain_json(FILE *f, const struct capgraph *g, const struct names *names,
                uint64_t time);
void plain_capdl(FILE *f, const struct capgraph *g, const struct names *names);

#endif
