/*
 * Waiting until a file is ready, without asking again and again. See ready.c.
 *
 *   int seen = ready_seen();
 *   if (nothing can be done yet)
 *       ready_wait(seen, deadline);        and look again
 */
#ifndef GLUE_READY_H
#define GLUE_READY_H

#include "calls.h"

#include <l4/sys/types.h>

#define READY_FOR_EVER (~0ull)

/* How often something changed so far: taken before looking at files. */
GLUE_HIDDEN int ready_seen(void);

/* Until something changed after `seen`, or the KIP's clock shows `deadline`
 * (us). 0, -ETIMEDOUT, or -EINTR: a signal came. */
GLUE_HIDDEN long ready_wait(int seen, l4_uint64_t deadline);

/* Something changed inside the program: whoever waits looks again. */
GLUE_HIDDEN void ready_tell(void);

/* The interrupt that servers are given to tell of changes; L4_INVALID_CAP:
 * there is no memory for it. */
GLUE_HIDDEN l4_cap_idx_t ready_irq(void);

/* What an interrupt tells of: files, or children (their ends are signalled,
 * too). */
enum ready_what { READY_FILES = 0, READY_CHILDREN = 8 };

/* From now on `irq` tells of changes, too. 0 or a negative errno. */
GLUE_HIDDEN long ready_listen(l4_cap_idx_t irq, enum ready_what what);

/* A new interrupt that does; L4_INVALID_CAP: there is no memory. */
GLUE_HIDDEN l4_cap_idx_t ready_new_irq(enum ready_what what);

#endif
