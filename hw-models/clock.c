/*
 * Clock: virtual time and the queue of things due.
 *
 * The queue is a binary heap of pointers, earliest first; each event knows
 * its place so that it can be replaced or cancelled in O(log n):
 *
 *             [0]                heap[i] is not later than its children
 *           /     \              heap[2i+1] and heap[2i+2]
 *        [1]       [2]
 *       /   \     /   \
 *     [3]   [4] [5]   [6]
 *
 * Invariants:
 * I1  a parent is not later than its children, by (when, order).
 * I2  heap[e->place] == e for every event queued; place is -1 otherwise.
 * I3  `now` never goes back and changes in hw_clock_advance() only.
 *
 * Source: Cormen et al., Introduction to Algorithms, chapter 6.
 */
#include "clock.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

enum { ROOM_AT_FIRST = 16 };

static bool event_is_before(const struct hw_event *a, const struct hw_event *b)
{
    return a->when != b->when ? a->when < b->when : a->order < b->order;
}

static void put(struct hw_clock *c, struct hw_event *e, int place)
{
    c->heap[place] = e;
    e->place = place;
}

static void sift_up(struct hw_clock *c, struct hw_event *e, int place)
{
    while (place > 0) {
        int parent = (place - 1) / 2;

        if (!event_is_before(e, c->heap[parent]))
            break;
        put(c, c->heap[parent], place);
        place = parent;
    }
    put(c, e, place);
}

static void sift_down(struct hw_clock *c, struct hw_event *e, int place)
{
    for (;;) {
        int child = 2 * place + 1;

        if (child + 1 < c->count &&
            event_is_before(c->heap[child + 1], c->heap[child]))
            child++;
        if (child >= c->count || !event_is_before(c->heap[child], e))
            break;
        put(c, c->heap[child], place);
        place = child;
    }
    put(c, e, place);
}

static int room_for_one(struct hw_clock *c)
{
    int room = c->room ? 2 * c->room : ROOM_AT_FIRST;
    struct hw_event **heap;

    if (c->count < c->room)
        return 0;
    heap = realloc(c->heap, (size_t)room * sizeof(*heap));
    if (!heap)
        return -ENOMEM;
    c->heap = heap;
    c->room = room;
    return 0;
}

void hw_clock_init(struct hw_clock *c)
{
    *c = (struct hw_clock){0};
}

void hw_clock_destroy(struct hw_clock *c)
{
    while (c->count)
        hw_clock_cancel(c, c->heap[0]);
    free(c->heap);
    hw_clock_init(c);
}

void hw_event_init(struct hw_event *e, void (*fire)(void *), void *data)
{
    *e = (struct hw_event){
        .when = HW_NEVER, .fire = fire, .data = data, .place = -1};
}

int hw_clock_set(struct hw_clock *c, struct hw_event *e, uint64_t when)
{
    int error = e->place < 0 ? room_for_one(c) : 0;

    if (error)
        return error;
    hw_clock_cancel(c, e);
    if (when == HW_NEVER)
        return 0;
    e->when = when;
    e->order = c->next_order++;
    sift_up(c, e, c->count++);
    return 0;
}

void hw_clock_cancel(struct hw_clock *c, struct hw_event *e)
{
    struct hw_event *last;
    int place = e->place;

    e->when = HW_NEVER;
    e->place = -1;
    if (place < 0)
        return;
    last = c->heap[--c->count];
    if (last == e)
        return;
    /* The last one fills the gap, then moves to where it belongs. */
    if (place > 0 && event_is_before(last, c->heap[(place - 1) / 2]))
        sift_up(c, last, place);
    else
        sift_down(c, last, place);
}

void hw_clock_advance(struct hw_clock *c, uint64_t to)
{
    while (c->count && c->heap[0]->when <= to) {
        struct hw_event *e = c->heap[0];

        if (e->when > c->now)
            c->now = e->when;
        hw_clock_cancel(c, e);
        e->fire(e->data);
    }
    if (to > c->now)
        c->now = to;
}
