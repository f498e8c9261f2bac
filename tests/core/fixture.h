/*
 * What the core's unit tests share: a heap, a root quota, plain objects, a
 * reproducible random sequence.
 *
 * Each Criterion test is a process of its own, so fixture_init() always
 * finds the core's static data fresh.
 */
#ifndef TESTS_CORE_FIXTURE_H
#define TESTS_CORE_FIXTURE_H

#include <criterion/criterion.h>

#include <cap.h>
#include <kmem.h>
#include <l4/sys/err.h>
#include <l4/vitrine/trace_events.h>
#include <mspace.h>
#include <object.h>
#include <quota.h>

extern struct quota root; /* large enough for any test */

void fixture_init(void);
/* All memory is back: heap, root quota. */
void fixture_assert_no_leak(void);

/* An object that counts what happens to it. It is static: its free op only
 * counts. */
struct plain {
    struct object object;
    unsigned destroyed, freed;
    unsigned pieces; /* what take_down has to take down */
    void (*on_destroy)(struct plain *p);
};
struct plain *plain_of(struct object *o);
void plain_init(struct plain *p);
void plain_init_in(struct plain *p, struct quota *q);
/* Ends everything that is marked. */
void reap_all(void);

/* Numbers from a seed, the same on every machine. */
uint64_t random_next(uint64_t *state);
/* 0..range-1 */
unsigned random_below(uint64_t *state, unsigned range);

/* Runs trace records into fake_trace_record(). */
void fixture_trace(void);
/* The next drained record of `event` from *at on, NULL: none. */
const struct vtr_record *fixture_event(unsigned event, size_t *at);

#endif
