/*
 * What the monitor shows, as lines of text:
 *
 *      demo   5.001 ms   event 7978   running
 *      thread        doing     cpu %  ipc   waits for
 *      client-a      wait       12.0    8   server (for a reply), calc
 *      ...
 *      last events
 *
 * One record at a time goes in; a break is a set of words that a record's
 * line must all have.
 */
#ifndef TOOLS_SCREEN_H
#define TOOLS_SCREEN_H

#include "states.h"
#include "view.h"

enum { LAST_EVENTS = 10, EVENT_TEXT = 200 };

struct screen {
    struct view *view;
    struct states states;
    struct map ipc; /* thread -> messages sent + 1 */
    uint64_t events, time;
    char last[LAST_EVENTS][EVENT_TEXT]; /* a ring, events % LAST_EVENTS */
    const char *stop_at;                /* words, NULL: never */
    bool ended;
};

/* The next record; false: there is none (now). `*ret_hit`: the break. */
bool screen_step(struct screen *s, bool *ret_hit);
/* Everything, at most `rows` lines. */
void screen_draw(struct screen *s, FILE *out, unsigned rows,
                 const char *status);
void screen_free(struct screen *s);

#endif
