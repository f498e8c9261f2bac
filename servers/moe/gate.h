/*
 * Gates: how clients hold an object of moe, and how moe learns that none does.
 *
 *      moe's slot          clients
 *      counted  ---------> (none yet)          made, about to be handed out
 *      weak     ---------> a, b, c             gate_weaken(): they alone count
 *      (empty)                                 the last one went: the kernel
 *                                              hits moe's deletion IRQ
 *
 * What is derived from a weak capability is weak. So a weak gate is never
 * handed out again: an object with a name (names.c) gets a second gate with
 * the same label, which moe holds counted as long as there is the name.
 *
 *      object --- gate 1 (weak)     whoever made it, and whom it was given to
 *             '-- gate 2 (counted)  the name space's; who asks gets this one
 *
 * I1  a gate in use is on its object's list; `current` is one of them or NULL.
 * I2  a counted gate is its object's current one.
 * I3  an object's gates beyond the first are entries of its allocator's: with
 *     a name and patience a client makes as many as it likes.
 *
 * The kernel charges a gate to the factory of the object's allocator.
 */
#ifndef MOE_GATE_H
#define MOE_GATE_H

#include <stdbool.h>

struct object;

struct gate {
    struct object *of; /* NULL: free */
    struct gate *next; /* of the same object */
    unsigned index;    /* in the table */
    bool is_weak;
};

enum { GATE_MAX = 1 << 16 };

/* A counted gate, current from now on. 0, -L4_ENOMEM, the kernel's error. */
long gate_make(struct object *o);
/* moe gives up its own reference to o's current gate, if it has one. */
void gate_weaken(struct object *o);
/* All gates of o go, and with them every capability to it. */
void gates_delete(struct object *o);
/* The deletion IRQ came: some gate has ended. */
void gates_deleted(void);
/* Is there a gate that was not looked at since? */
bool gates_pending(void);
/* Looks at some of them: forgets gates that have ended, and destroys the
 * objects nobody holds or uses any more. A few at a time, because everybody
 * else waits for moe. */
void gates_sweep(void);
/* Forgets o's gates that have ended. A system call for each. */
void gates_forget(struct object *o);
/* How often the deletion IRQ has come. */
unsigned gates_deletions(void);
/* The slot of o's current gate. */
unsigned gate_slot(const struct object *o);
/* Asserts I1 and I2 of o: NULL, or what does not hold. */
const char *gates_check(const struct object *o);

#endif
