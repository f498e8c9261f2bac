/*
 * Objects of moe: what stands behind a gate.
 *
 * Each object has an entry in one table; its gate's label is a handle that
 * names the entry and how often it was used before, so that a message which
 * was on its way when the object went is recognised:
 *
 *      label   63 ......... 18 | 17 ......... 2 | 1 0
 *              generation      | table index    | rights (S, W)
 *
 * The gate's capability lies in slot SLOT_GATES + index of moe's table.
 *
 * I1  table[i] is NULL or an object with index == i.
 * I2  an object is on the `made` list of its allocator, all but the first.
 */
#ifndef MOE_OBJECT_H
#define MOE_OBJECT_H

#include <l4/sys/types.h>
#include <l4/sys/utcb.h>
#include <stdbool.h>

enum {
    OBJECT_MAX = 4096,

    /* moe's capability slots */
    SLOT_RECEIVED = 0x20, /* a capability that came with a request */
    SLOT_CREATED = 0x21,  /* a kernel object made for a client */
    SLOT_BOOT_THREAD = 0x22,
    SLOT_SIGMA0_CLIENT = 0x23, /* sigma0 gate for the first program */
    SLOT_GATES = 0x40,
    SLOT_KEPT = 0x2000,  /* region maps' tasks: + index of the object */
    SLOT_NAMES = 0x4000, /* foreign capabilities in name spaces */
    SLOT_BOOT = 0x8000,  /* the boot thread's own */
};

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
    /* Frees the object's memory; the table entry is gone already. */
    void (*destroy)(struct object *o);
};

struct object {
    const struct object_ops *ops;
    struct allocator *owner;    /* who pays and takes it along */
    struct object *next, *prev; /* owner's list */
    unsigned index;
    l4_umword_t label;
};

/* Enters o (with ops set) into the table, makes its gate and hangs it on
 * owner (may be NULL). 0, -L4_ENOMEM or the kernel's error. */
long object_add(struct object *o, struct allocator *owner);
/* The object goes away: everybody's capability to it is dead. */
void object_destroy(struct object *o);
/* By label, NULL: stale. The i-th or NULL, for walks. */
struct object *object_find(l4_umword_t label);
struct object *object_at(unsigned index);
/* Asserts I1, I2 and each object's own: NULL, or what does not hold. */
const char *object_check_all(void);

static inline l4_cap_idx_t object_gate(const struct object *o)
{
    return slot_cap(SLOT_GATES + o->index);
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
/* Text at word `at` {bytes, packed}, zero-terminated into buf of `size`.
 * 0, -L4_EMSGTOOSHORT, -L4_ENAMETOOLONG, -L4_EINVAL (a zero in it). */
long request_text(const struct request *r, unsigned at, char *buf,
                  unsigned size);

#endif
