/*
 * Clock: virtual time and the queue of things due.
 *
 * Virtual time moves in one place only: hw_clock_advance(). Events at equal
 * times fire in the order they were set.
 */
#ifndef HW_CLOCK_H
#define HW_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define HW_NEVER (~0ull)

struct hw_event {
    uint64_t when;            /* ns; HW_NEVER: not set */
    uint64_t order;           /* among equals */
    void (*fire)(void *data); /* may set events, this one too */
    void *data;
    int place; /* in the heap, -1: none */
};

struct hw_clock {
    uint64_t now; /* ns since start */
    uint64_t next_order;
    struct hw_event **heap;
    int count, room;
};

void hw_clock_init(struct hw_clock *c);
void hw_clock_destroy(struct hw_clock *c);
void hw_event_init(struct hw_event *e, void (*fire)(void *), void *data);
/* At `when` (a time in the past: as soon as time moves, within a running
 * advance too). HW_NEVER cancels. Replaces. 0, or -ENOMEM: unchanged. */
int hw_clock_set(struct hw_clock *c, struct hw_event *e, uint64_t when);
void hw_clock_cancel(struct hw_clock *c, struct hw_event *e);
/* Time of the earliest event, not before `now`; HW_NEVER: none. */
static inline uint64_t hw_clock_next(const struct hw_clock *c)
{
    if (!c->count)
        return HW_NEVER;
    return c->heap[0]->when > c->now ? c->heap[0]->when : c->now;
}
/* Moves to `to` (never back), firing what is due on the way in order, with
 * `now` at each event's time. */
void hw_clock_advance(struct hw_clock *c, uint64_t to);

#endif
