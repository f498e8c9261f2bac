/*
 * The event table of <l4/vitrine/trace_events.h> as data: name, argument
 * names, meaning. Exporters print any event with it, also one they know
 * nothing about.
 */
#ifndef TOOLS_EVENTS_H
#define TOOLS_EVENTS_H

#include <l4/vitrine/trace_events.h>

#include <stddef.h>
#include <stdio.h>

enum { EVENT_ARGS = 6, EVENT_NUMBERS = 256 };

struct event_info {
    const char *name; /* "IPC" */
    const char *args; /* "to,via,label" */
    const char *text; /* what it means */
};

/* NULL: a number that is not in the table. */
const struct event_info *event_info(unsigned number);
/* The number of event `name` in any case, 0: none. */
unsigned event_number(const char *name);
/* The name of argument `index`, in `buffer`; NULL: the event has none. */
const char *event_arg_name(const struct event_info *e, unsigned index,
                           char *buffer, size_t size);

/* docs/trace-events.md: all events with their arguments, in Markdown. */
void events_page(FILE *f);

/* "task", "gate", ... for enum vtr_type; "object" for what is unknown. */
const char *type_name(uint64_t type);
/* "waits for a reply", ... for enum vtr_why. */
const char *why_name(uint64_t why);
/* "dead-lock", ... for enum vtr_end. */
const char *end_name(uint64_t reason);

#endif
