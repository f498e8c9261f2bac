/*
 * Objects of moe: what stands behind a gate.
 *
 * Each object has an entry in one table; its gates' label is a handle that
 * names the entry and how often it was used before, so that a message which
 * was on its way when the object went is recognised:
 *
 *      label   63 ......... 18 | 17 ......... 2 | 1 0
 *              generation      | table index    | rights (S, W)
 *
 * An object lives as long as somebody holds it or something uses it: a client
 * by a gate (gate.h), or moe itself: a region where it is attached, a name it
 * has, what an allocator made. With the last of these it goes. What moe made
 * for itself (`rom`, boot modules, the first allocator) is never handed out by
 * object_hand_out(), so moe's own capability keeps it.
 *
 * What is large ends in pieces, because everybody else waits for moe: its
 * destroyer asks again and again (MOE_OBJECT_DESTROY), and what nobody holds
 * any more is on a list of which a piece goes with each message.
 *
 * I1  entry i of the table is free or an object's with index == i.
 * I2  an object is on the `made` list of its allocator, all but the first.
 * I3  an object has a gate or a use (gates_sweep() may be due), or is ending.
 */
#ifndef MOE_OBJECT_H
#define MOE_OBJECT_H

#include "gate.h"
#include <l4/sys/types.h>
#include <l4/sys/utcb.h>
#include <stdbool.h>

enum {
    OBJECT_MAX = 1 << 16,
    FOREIGN_MAX = OBJECT_MAX, /* foreign capabilities that are kept */
    /* Entries of the first allocator, and so of all (factory.h); the rest of
     * the table is for what moe makes for itself: boot modules. */
    ENTRIES_MAX = OBJECT_MAX - 1024,

    /* moe's capability slots */
    SLOT_RECEIVED = 0x20, /* a capability that came with a request */
    SLOT_CREATED = 0x21,  /* a kernel object made for a client */
    SLOT_BOOT_THREAD = 0x22,
    SLOT_SIGMA0_CLIENT = 0x23, /* sigma0 gate for the first program */
    SLOT_DELETED = 0x24,       /* the deletion IRQ */
    SLOT_CPUS = 0x26,          /* the interrupt of CPUs that come and go */
    SLOT_PAGER_DONE = 0x25,    /* pagers: their interrupt, */
    SLOT_PAGERS = 0x40,        /* and two of each */
    SLOT_GATES = 0x1000,       /* + number of the gate */
    SLOT_KEPT = 0x11000,       /* region maps' tasks, allocators' factories,
                                  schedulers' IRQs: + index of the object */
    SLOT_NAMES = 0x21000,      /* foreign capabilities that are kept */
    SLOT_BOOT = 0x31000,       /* the boot thread's own */
};

_Static_assert(SLOT_GATES + GATE_MAX <= SLOT_KEPT &&
                   SLOT_KEPT + OBJECT_MAX <= SLOT_NAMES &&
                   SLOT_NAMES + FOREIGN_MAX <= SLOT_BOOT,
               "areas of slots do not overlap");

static inline l4_cap_idx_t slot_cap(unsigned slot)
{
    return (l4_cap_idx_t)slot << L4_CAP_SHIFT;
}

/* A request as its handler sees it: a copy, because handlers make system
 * calls of their own, which use the UTCB. */
struct request {
    long protocol;
    l4_umword_t rights; /* of the client's capability: W 1, S 2 */
    unsigned words, items;
    l4_umword_t mr[L4_UTCB_GENERIC_DATA_SIZE];
};

struct allocator;
struct object;

struct object_ops {
    const char *name;
    long protocol;
    /* Answers; message registers of the answer go to the UTCB. */
    l4_msgtag_t (*request)(struct object *o, const struct request *r);
    /* Tells its state on the console (L4RE_PROTO_DEBUG); NULL: cannot. */
    void (*show)(const struct object *o);
    /* Asserts its invariants: NULL, or what does not hold. May be NULL. */
    const char *(*check)(const struct object *o);
    /* Frees a piece of what it has; false: what is left is no more than a
     * piece. NULL: it never is. */
    bool (*shrink)(struct object *o);
    /* Frees the object's memory; the table entry is gone already. */
    void (*destroy)(struct object *o);
};

struct object {
    const struct object_ops *ops;
    struct allocator *owner;    /* who pays and takes it along */
    struct object *next, *prev; /* owner's list */
    struct object *next_ending, *prev_ending;
    l4_umword_t label;
    struct gate *gates, *current;
    unsigned index;
    unsigned uses;      /* by moe: regions, names, what it made */
    unsigned names;     /* of these, names */
    bool is_handed_out; /* clients decide how long it lives */
    bool is_ending;     /* object_destroy() or object_end() is at work */
    bool is_listed;     /* of those that end in pieces */
};

/* Enters o (with ops set) into the table, makes its gate and hangs it on
 * owner (may be NULL), who pays for the entry. 0, -L4_ENOMEM or the kernel's
 * error. */
long object_add(struct object *o, struct allocator *owner);
/* The answer to the request that made o: its capability. Once that is sent,
 * object_handed_out() gives up moe's own reference. */
l4_msgtag_t object_hand_out(struct object *o);
bool object_must_tidy(void);
void object_handed_out(void);
/* moe itself uses o, or does not any more: then it may go at once. */
void object_use(struct object *o);
void object_unuse(struct object *o);
/* The same for a name, for which o has a gate to hand out. -L4_ENOMEM. */
long object_name(struct object *o);
void object_unname(struct object *o);
/* Ends o if nobody holds or uses it. */
void object_tidy(struct object *o);
/* The object goes away: everybody's capability to it is dead. */
void object_destroy(struct object *o);
/* A piece of what its end takes; false: the rest is no more than a piece. */
bool object_shrink(struct object *o);
/* Like object_destroy(), but a large one goes in pieces. */
void object_end(struct object *o);
/* The same, with the next piece; nobody holds or uses it. */
void object_end_later(struct object *o);
/* Is there such a one? A piece of the last one goes. */
bool object_is_any_ending(void);
void object_end_piece(void);
/* By label, NULL: stale. The i-th or NULL, for walks. */
struct object *object_find(l4_umword_t label);
struct object *object_at(unsigned index);
/* Asserts I1 to I3 and each object's own: NULL, or what does not hold. */
const char *object_check_all(void);

static inline l4_cap_idx_t object_gate(const struct object *o)
{
    return slot_cap(gate_slot(o));
}

/* Answers. */
static inline l4_msgtag_t answer(long result)
{
    return l4_msgtag(result, 0, 0, 0);
}
l4_msgtag_t answer_words(long result, unsigned words, const l4_umword_t *w);
/* The first `words` registers are set already; a capability follows. */
l4_msgtag_t answer_cap(long result, unsigned words, l4_cap_idx_t cap,
                       unsigned rights);
/* A message nobody waits for an answer to. */
l4_msgtag_t answer_none(void);
bool answer_is_none(l4_msgtag_t tag);

/* The object behind the request's first item, if moe serves it and it is of
 * this kind (NULL: any); its rights (W 1, S 2) in *ret_rights. NULL: it is not.
 */
struct object *request_object(const struct request *r,
                              const struct object_ops *ops,
                              l4_umword_t *ret_rights);
/* The request's first item is a foreign capability: it is put into `slot`.
 * 0, -L4_EINVAL: there is none. */
long request_keep_cap(const struct request *r, unsigned slot);
/* The same, but it keeps nothing alive: the slot is empty when others let go.
 */
long request_keep_weak(const struct request *r, unsigned slot);
/* Text at word `at` {bytes, packed}, zero-terminated into buf of `size`.
 * 0, -L4_EMSGTOOSHORT, -L4_ENAMETOOLONG, -L4_EINVAL (a zero in it). */
long request_text(const struct request *r, unsigned at, char *buf,
                  unsigned size);

#endif
