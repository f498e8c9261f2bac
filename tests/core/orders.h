/*
 * Every order of what a few threads may do, up to a depth. A world is made of
 * events; a sequence of them is a number in base `events`, one digit a step,
 * counted up like an odometer. A step that is not possible (its thread is
 * blocked or gone) turns its own digit: what follows it is not tried in vain.
 * After each step all invariants are checked, after each sequence that nothing
 * is left over.
 */
#ifndef TESTS_CORE_ORDERS_H
#define TESTS_CORE_ORDERS_H

#include "kernel.h"

struct orders {
    unsigned events;
    void (*make)(void);           /* the world, on a fresh kernel */
    bool (*step)(unsigned event); /* false: not possible now */
};

/* All sequences of `depth` steps, one more for VITRINE_ORDERS=1 in the
 * environment, and so on. How many there were. */
unsigned orders_run(const struct orders *o, unsigned depth, unsigned cpus);
/* Each CPU leaves the kernel, CPU 0 last. */
void orders_exit(void);
/* 100 us pass on each CPU, and its timer strikes. */
void orders_time(void);
unsigned orders_cpus(void);

/* --- what a step is made of ---------------------------------------------- */

enum { ORDERS_US = 1000 };

/* Is it there, and can it trap? Then its CPU is the one that acts. */
bool orders_can_trap(const struct thread *t, word_t slot);
/* A request of `t` with the words in its UTCB and, if item != 0, the
 * capability of slot `item`. */
void orders_request(struct thread *t, word_t slot, long proto, unsigned words,
                    word_t item);
/* Does the root task's slot hold a capability? */
bool orders_is_there(word_t slot);
/* Deletes what the slot names; false: nothing. */
bool orders_delete(word_t slot);

#endif
