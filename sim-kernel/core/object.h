/*
 * What all kernel objects have in common.
 *
 * An object is named by capabilities (cap.h) and lives while a counted one
 * exists; with the last it is destroyed. Weak capabilities (L4 NO_REF_CNT)
 * name it without keeping it. Where the kernel itself keeps a pointer it
 * pins the object: that keeps its memory, not its life.
 *
 * I1  refs == number of counted capabilities in all tables.
 * I2  an object on object_all has an id nobody else has or had.
 */
#ifndef CORE_OBJECT_H
#define CORE_OBJECT_H

#include "kassert.h"
#include "mapdb.h"
#include "port.h"
#include "quota.h"
#include "tree.h"

struct cap_slot;
struct object;
struct thread;

/* What a thread's invocation carries (trap.c fills it). */
struct invocation {
    struct ipc_args args;
    unsigned rights;       /* of the capability used: CAP_* */
    struct cap_slot *slot; /* that capability; NULL: the invoker itself */
    const word_t *mr;      /* message registers of the invoker */
};

struct object_ops {
    unsigned type; /* enum vtr_type */
    /* Labels it answers besides L4_PROTO_KOBJECT and _META, 0: no more. */
    long protocols[3];
    /*
     * A thread invokes a capability to the object. Answers by
     * ipc_answer() or by making the thread wait.
     */
    void (*invoke)(struct object *o, struct thread *t,
                   const struct invocation *inv);
    /*
     * Last counted capability is gone or somebody with the right deleted the
     * object: stop being used (wake waiters, unbind). All capabilities are
     * gone when this is called. Memory goes with `free`.
     */
    void (*destroy)(struct object *o);
    /* Optional: work that object_queue_chore() asked for, in pieces, while the
     * object lives; true when done. */
    bool (*chore)(struct object *o);
    /* Optional, after destroy: takes down what the object holds, at most
     * about `budget` pieces of it; true when all is gone. Called until it
     * returns true. */
    bool (*take_down)(struct object *o, unsigned budget);
    /* Optional, before free: what must wait until nobody pins the object, in
     * pieces; true when done. */
    bool (*wind_up)(struct object *o);
    /* No kernel reference is left either: give the memory back. */
    void (*free)(struct object *o);
};

enum object_stage { /* how far its end is, see object.c */
                    OBJECT_LIVE,
                    OBJECT_DYING,
                    OBJECT_FALLING,
                    OBJECT_DEAD,
};

struct object {
    const struct object_ops *ops; /* constant */
    struct quota *quota;          /* charged for it; constant */
    uint32_t id;                  /* debugger id; constant */
    uint32_t refs;                /* counted capabilities, kernel lock */
    uint32_t pins;                /* references by kernel pointers */
    bool dying;                   /* object_destroy() was called */
    uint8_t stage;                /* enum object_stage */
    struct list all;              /* on object_all */
    struct tree_node by_id;       /* the same, to be found */
    struct list ending;           /* on object.c's queue */
    struct mapping caps;          /* top of the capabilities' tree: the
                                     first ones are its children */
    char name[32];                /* debugger name, zero-ended */
};

/* All live objects, oldest first. */
extern struct list object_all;
/* How many these are. O(1) */
uint32_t object_count(void);
/* The lists of this file start empty (core_boot(), and each unit test). */
void object_init_all(void);

/* Puts a fresh object (zeroed memory) on object_all with a new id; emits
 * VTR_CREATE. `bytes` is what its memory charged. */
void object_init(struct object *o, const struct object_ops *ops,
                 struct quota *quota, uint32_t factory_id, size_t bytes);
/* The kernel keeps a pointer to it / keeps it no longer (may free it). */
static inline void object_pin(struct object *o)
{
    o->pins++;
}
void object_unpin(struct object *o);
/* The same where it is known that this does not free it: it has not ended. */
static inline bool object_is_live(const struct object *o)
{
    return o->stage == OBJECT_LIVE;
}
static inline void object_unpin_live(struct object *o)
{
    o->pins--;
}
/*
 * The last counted capability went, or DELETE: the object is to end. Only
 * marks and queues it (harmless if it is already): from now on cap_lookup()
 * does not find it. object_reap() does the rest. O(1)
 */
void object_destroy(struct object *o);
/* The kernel has something to do for o that takes long: object_reap() calls
 * its `chore` until it is done. No effect on a dying object, which has a
 * take_down for that. O(1) */
void object_queue_chore(struct object *o);
/*
 * Ends what was marked, in at most `budget` short steps: removes the
 * capabilities that are left, calls destroy, take_down, free, each at its
 * time. To be called when the kernel is about to leave: nothing of it runs
 * inside the call that marked the object. Stops at preemption points, too.
 * False: more to do, call again (now or at the next kernel entry).
 */
bool object_reap(unsigned budget);
/* Nothing is marked. */
extern struct list object_ending; /* object.c's own */
static inline bool object_reap_is_idle(void)
{
    return list_is_empty(&object_ending);
}

/* Was something marked since the last question? */
bool object_reap_is_new(void);
/* `destroy` and `free` of the objects the machine has one of, which the kernel
 * pins for ever: without a capability nobody can name them, that is all. */
void object_rest(struct object *o);
void object_never_free(struct object *o);
/* The n-th of object_all, or its end. O(log n) */
struct list *object_nth(uint64_t n);
/* By debugger id; NULL: none. O(log n) */
struct object *object_find(uint32_t id);
/* The first with this id or a larger one; NULL: none. O(log n) */
struct object *object_from(uint32_t id);
/* I1, I2 of every live object. */
void object_check_all(void);

#endif
