/*
 * What the monitor shows, as lines of text:
 *
 *      demo   5.001 ms   event 7978   running
 *      task          threads  caps
 *      client-a            1     9
 *      thread        doing  prio  cpu %  messages  per ms  call us (most)
 *      client-a      waits     2   12.0         8     0.4      1.2    3.0  for
 * a reply: server factories: 1: 812 KiB circle: ann -> bob -> cid -> ann last
 * events
 *
 * One record at a time goes in; stop.h says when one is to be looked at.
 */
#ifndef TOOLS_SCREEN_H
#define TOOLS_SCREEN_H

#include "calls.h"
#include "capgraph.h"
#include "states.h"
#include "stop.h"
#include "view.h"

enum { LAST_EVENTS = 10 };

struct screen {
    struct view *view;
    const struct stop *stop;
    struct states states;
    struct capgraph graph;
    struct calls calls;
    struct map talk;    /* thread -> struct talk */
    struct map charges; /* object -> struct charge */
    struct map charged; /* factory -> bytes + 1 */
    uint64_t window;    /* ns: messages are counted from there on */
    uint64_t events, time;
    uint64_t worked; /* events up to the last that is no final picture */
    struct vtr_record last[LAST_EVENTS]; /* a ring, events % LAST_EVENTS */
    bool ended;
};

/* The next record; false: there is none (now). `*ret_hit`: the one to stop
 * at. */
bool screen_step(struct screen *s, bool *ret_hit);
/* Everything, at most `rows` lines. */
void screen_draw(struct screen *s, FILE *out, unsigned rows,
                 const char *status);
/* As before the first record. */
void screen_clear(struct screen *s);

#endif
