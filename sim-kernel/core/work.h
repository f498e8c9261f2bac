/*
 * How long the kernel works without looking up.
 *
 * The core counts its elementary steps (a list element, a level of a tree, a
 * page-table entry, 32 bytes copied, 256 bytes cleared) and passes a
 * preemption point at least every WORK_LIMIT of them:
 *
 *      enter --steps--> point --steps--> point --steps--> leave
 *               \___ a stretch: at most 100 ___/
 *
 * At a point an operation asks whether an interrupt waits. If so it stops
 * with its progress kept (in the data, or in the thread's continuation) and
 * core_next() tells the port to serve it. docs/design/06-bounded-latency.md
 * has the whole idea.
 *
 * The counters belong to the machine and stand under the kernel lock.
 *
 * I1  longest <= WORK_LIMIT, whatever threads ask for. It starts with what a
 *     fast message may take, so that this need not be looked at each time.
 */
#ifndef CORE_WORK_H
#define CORE_WORK_H

#include "port.h"

enum {
    WORK_LIMIT = 100,
    WORK_PIECE = 16,  /* steps after which it is worth asking */
    WORK_CLEAR = 256, /* bytes cleared in a step */
    WORK_COPY = 32,   /* bytes copied in a step */
    TRAP_STEPS = 16,  /* what a trap costs besides what it does */
    WORK_FAST = 36,   /* what a message by ipc_fast.c takes, at most */
};

struct work {
    unsigned stretch; /* steps since the last point */
    unsigned piece;   /* WORK_PIECE; tests ask after every step */
    unsigned longest; /* since the start or work_reset() */
    uint64_t points, stops;
    const char *where; /* function whose point ended the longest */
};
extern struct work work;

/* `steps` elementary steps were done. */
static inline void work_done(unsigned steps)
{
    work.stretch += steps;
    port_work(steps);
}

/* A point: the stretch ends. True: an interrupt waits. */
bool work_point(const char *where);
/* The stretch that ends at `where` is the longest so far. */
void work_note(const char *where);
/* The kernel is left: the stretch ends. */
static inline void work_leave(const char *where)
{
    if (__builtin_expect(work.stretch > work.longest, 0))
        work_note(where);
    work.stretch = 0;
}
/* The longest stretch is looked for anew. */
void work_reset(void);

/* To be asked between two pieces of a long operation; true: stop, keep what
 * is done, and have core_next() called again. */
#define work_should_stop() (work.stretch >= work.piece && work_point(__func__))

#endif
