/*
 * "Stop when ...": an event in a person's words.
 *
 *      ned maps to server         a capability or memory is handed on
 *      client calls server        sends to, answers
 *      server unmaps              takes something back
 *      anybody faults             page faults and exceptions
 *      CAP_MAP calc               an event's name and words of its line
 *      client ENOSYS              words of a line
 *
 * Names are of tasks or threads; `anybody` is any. What a run needs to know of
 * it is which kinds of events may be it: it stops there, and this looks.
 */
#ifndef TOOLS_STOP_H
#define TOOLS_STOP_H

#include "view.h"

enum { STOP_TEXT = 128 };

struct stop {
    const struct stop_verb *verb; /* NULL: words */
    char who[STOP_TEXT], whom[STOP_TEXT];
    char words[STOP_TEXT]; /* "": never, if there is no verb */
    uint64_t events;       /* that may be it, a bit each */
};

void stop_parse(struct stop *s, const char *text);
bool stop_is_set(const struct stop *s);
bool stop_matches(const struct stop *s, const struct view *v,
                  const struct vtr_record *r);

#endif
