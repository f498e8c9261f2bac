/*
 * Line 0 of a scheduler proxy: a CPU of its own has come or gone.
 */
#ifndef MOE_SCHED_LINE_H
#define MOE_SCHED_LINE_H

#include "sched.h"

/* The label of moe's interrupt on the kernel's line. */
#define LABEL_CPUS (1ul << 60)

/* A request of the ICU's protocol. */
l4_msgtag_t sched_line_request(struct sched *s, const struct request *r);
/* LABEL_CPUS came. */
void sched_line_hit(void);
/* s ends. */
void sched_line_end(struct sched *s);

#endif
