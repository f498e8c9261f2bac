/*
 * Capability tables: a task's local names for objects.
 *
 * A table is a growing directory of pages, 16 slots each; a slot is also a
 * node of the mapping database:
 *
 *      dir -> [ page | page | 0 | ... ]      dir doubles up to 2^8 pages
 *               |
 *               +-> 16 slots {object, rights, derivation links}
 *
 *      parts -> [ - | part | part | ... ]    the pages behind these, if any:
 *                       |                    2^8 parts like a full dir, so
 *                       +-> [ page | ... ]   that no growth copies much
 *
 * L4 semantics of unmap on objects (ABI.md section 3): OTHER_SPACES does
 * nothing; ALL_SPACES removes the task's own capability or rights only;
 * DELETE_OBJ with the D right destroys the object everywhere. The recursive
 * form (cap_revoke) takes back all that was derived.
 *
 * I1  slot->object == NULL: no rights, no links, weak == false.
 * I2  a counted slot (not weak) is one of object->refs; every slot is in
 *     the tree below object->caps.
 * I3  used == number of slots with an object.
 */
#ifndef CORE_CAP_H
#define CORE_CAP_H

#include "mapdb.h"
#include "object.h"
#include <l4/sys/err.h>

/* Rights of a capability: the flexpage's (R 4, W 1, S 2, D 8) and the send
 * item's attribute (server right 0x20 >> 1). */
enum {
    CAP_W = 1,
    CAP_S = 2,
    CAP_R = 4,
    CAP_D = 8,
    CAP_SERVER = 0x10, /* receive from the gate: bind, labels */
    CAP_ATTR_1 = 0x20, /* the two object-specific attributes */
    CAP_ATTR_2 = 0x40,
    CAP_ALL = 0x7f,
};

enum { CAP_PAGE_SLOTS = 16, CAP_PART_PAGES = 256, CAP_DIR_MAX = 1 << 16 };
enum { CAP_INDEX_MAX = CAP_PAGE_SLOTS * CAP_DIR_MAX };

struct cap_table;

struct cap_slot {
    struct mapping map;    /* derivation */
    struct object *object; /* NULL: empty */
    struct cap_table *table;
    uint32_t index; /* place in the table: the capability's name */
    uint8_t rights; /* CAP_* */
    bool weak;      /* does not keep the object alive */
    bool moving;    /* a grant of it was interrupted */
};

struct cap_table {
    struct quota *quota;   /* constant: charged for pages and directory */
    uint32_t task_id;      /* constant: for traces */
    uint32_t dir_size;     /* pages it can name: a power of two up to a part's,
                              then whole parts */
    uint32_t used;         /* slots with an object */
    uint32_t swept;        /* pages that cap_table_destroy() has behind it */
    struct cap_slot **dir; /* the first dir_size pages, at most a part */
    struct cap_slot ***parts; /* [0] unused; NULL: dir is all */
};

/* 0 or -L4_ENOMEM. */
int cap_table_init(struct cap_table *t, struct quota *q, uint32_t task_id);
/* Removes up to `budget` capabilities; true when the table is empty and its
 * memory given back. Call again until true. */
bool cap_table_destroy(struct cap_table *t, unsigned budget);

/* The part that names page `page`, below dir_size; NULL: not there. */
static inline struct cap_slot **cap_part(const struct cap_table *t, word_t page)
{
    return page < CAP_PART_PAGES ? t->dir : t->parts[page / CAP_PART_PAGES];
}

/* The slot of `index`, or NULL: outside the table, page not there. O(1) */
static inline struct cap_slot *cap_slot(const struct cap_table *t, word_t index)
{
    word_t page = index / CAP_PAGE_SLOTS;
    struct cap_slot **part = page < t->dir_size ? cap_part(t, page) : NULL;
    if (!part || !part[page % CAP_PART_PAGES])
        return NULL;
    return &part[page % CAP_PART_PAGES][index % CAP_PAGE_SLOTS];
}

/* Does the table end before `index`? */
static inline bool cap_is_behind(const struct cap_table *t, word_t index)
{
    return index / CAP_PAGE_SLOTS >= t->dir_size;
}

/* Like cap_slot(), but NULL for an empty slot and for an object that is
 * about to end. */
static inline struct cap_slot *cap_lookup(const struct cap_table *t,
                                          word_t index)
{
    struct cap_slot *s = cap_slot(t, index);
    return s && s->object && !s->object->dying ? s : NULL;
}

/* A slot to be filled, making page and directory as needed; NULL: index too
 * large, no memory, or the table was destroyed (nothing changed). */
struct cap_slot *cap_slot_make(struct cap_table *t, word_t index);

/* Puts a first capability (root) to a fresh object into table at index;
 * what was there is removed. Emits VTR_CAP_MAP from task 0. 0, -L4_ENOMEM. */
int cap_insert_root(struct cap_table *t, word_t index, struct object *o,
                    unsigned rights);
/*
 * Hands the capability in `src` on to `index` of `dst`, with rights masked
 * by `rights` (R always goes along); `grant` moves it. What was at `index`
 * is removed first unless it names the same object: then rights are added to
 * those it has, and a weak one may become counted. Mapping a slot to itself
 * is a no-op, and so is handing on an object that is about to end.
 * src->object must be set. Emits VTR_CAP_MAP. 0,
 * -L4_ENOMEM (index too large or no memory; nothing changed), -L4_EAGAIN
 * (stopped at a preemption point: call again). O(1), but for a grant, or
 * removing what was there, O(children).
 */
int cap_map(struct cap_slot *src, struct cap_table *dst, word_t index,
            unsigned rights, bool grant, bool weak);
/* The capability s was derived from, NULL: it came from the kernel. */
struct cap_slot *cap_parent(const struct cap_slot *s);
/* Takes `rights` away from one slot; removes it when no R is left (all of
 * `rights` of a capability given as CAP_ALL removes it). The children stay
 * as they are (those that may do more than s now go to its parent). Emits
 * VTR_CAP_UNMAP. May destroy the object. False: stopped at a preemption
 * point, call again. */
bool cap_unmap(struct cap_slot *s, unsigned rights);
/* s does not keep its object alive any more: it becomes weak. May destroy
 * the object. Idempotent. */
void cap_weaken(struct cap_slot *s);
/*
 * The recursive form: takes `rights` from everything derived from `s`, and
 * from `s` itself with `self`. Does at most `budget` slots; false: not done,
 * call again (idempotent).
 */
bool cap_revoke(struct cap_slot *s, unsigned rights, bool self,
                unsigned budget);
/*
 * The object is to end, with all its capabilities: marks it, and removes at
 * most `budget` of them at once; false: some are left. Calling again is
 * allowed (pin the object to be sure it is still there), but not needed:
 * nobody finds it any more and object_reap() removes the rest.
 */
bool cap_delete_object(struct object *o, unsigned budget);

void cap_table_check(const struct cap_table *t);
/* Its capabilities: refs, and that all name it. */
void cap_object_check(struct object *o);

#endif
