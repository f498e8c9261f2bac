/*
 * A trace as a timeline, for every viewer that shows tracks with slices:
 * this module decides what the slices are, a sink writes them down.
 *
 *      client   ___[ calc: 0x2 ............. ]____     calls
 *                   \ flow 1        flow 2 /
 *      server   ____[ calc: 0x2 ........ ]________
 *
 * A thread has two tracks: when it ran on a CPU, and what it was asked or
 * asked others (slices from call to reply, from request to answer). Call and
 * reply are one flow each. A CPU has a track of who ran. A task has a track of
 * the capabilities it was given, with a flow from who gave them, and counters.
 *
 * I1  Slices of one track nest: a thread makes one call at a time, inside
 *     whatever it serves; a server that takes a second request before it has
 *     answered the first ends the first slice there.
 */
#ifndef TOOLS_TIMELINE_H
#define TOOLS_TIMELINE_H

#include "messages.h"

struct timeline_flow {
    uint64_t out; /* an arrow that starts at this event, 0: none */
    uint64_t in;  /* one that ends here, 0: none */
};

enum timeline_counter { COUNTER_CAPS, COUNTER_MEMORY, COUNTERS };

/* Where the events go. `self` is the sink's own; times are in ns. */
struct timeline_sink {
    void *self;
    void (*begin)(void *self, uint32_t thread, uint64_t time, const char *name,
                  const char *category, struct timeline_flow flow);
    /* `result` may be NULL. */
    void (*end)(void *self, uint32_t thread, uint64_t time, const char *result,
                struct timeline_flow flow);
    void (*instant)(void *self, uint32_t thread, uint64_t time,
                    const char *name);
    void (*ran)(void *self, uint32_t thread, unsigned cpu, uint64_t since,
                uint64_t until);
    /* The rest may be NULL. A capability came to `task`, or left it. */
    void (*delegate)(void *self, uint32_t task, uint64_t time, const char *name,
                     struct timeline_flow flow);
    void (*counter)(void *self, uint32_t task, enum timeline_counter which,
                    uint64_t time, int64_t value);
};

/* Reads the trace from where the reader is and tells the sink. */
void timeline_run(struct view *v, const struct timeline_sink *sink);

#endif
