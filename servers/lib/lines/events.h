/*
 * A client's events: the ring he reads (<l4/re/c/event_buffer.h>) and the line
 * that says some have come. For servers that answer event.iface.
 *
 *      events_put() --> | event | event | free | ... --> the client, who frees
 *      events_tell() -> line 0
 *
 * A ring that is full loses what comes.
 *
 * I1  what is written of a client's ring is the slot `next`, and only while its
 *     time is 0; the time is written last.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include "lines.h"
#include <l4/re/c/event_buffer.h>

struct events {
    struct lines lines;
    l4re_ds_t ds; /* 0: no ring yet */
    l4re_event_t *ring;
    unsigned next;
};

void events_init(struct events *e);
/* Lets ring and interrupts go. */
void events_end(struct events *e);
/* The ring, made when first asked for. -L4_ENOMEM. */
long events_buffer(struct events *e, l4_cap_idx_t *ret_buffer);
/* Has the client a ring? */
bool events_are_wanted(const struct events *e);
/* Writes an event into the ring, if there is one and it has a free slot. */
void events_put(struct events *e, const l4re_event_t *what);
/* Some have come. */
void events_tell(const struct events *e);

#endif
