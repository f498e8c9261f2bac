/*
 * Tasks: an address space for memory and one for capabilities.
 *
 * I1  every thread on `threads` has task == this.
 * I2  a thread of a task that is held has WATCH_HELD, and no other has.
 */
#ifndef CORE_TASK_H
#define CORE_TASK_H

#include "cap.h"
#include "ku_mem.h"
#include "mspace.h"
#include "object.h"
#include "reply.h"

struct task {
    struct object object;
    struct mspace mem;
    struct mspace *io; /* I/O ports (io_space.h); NULL: none */
    struct cap_table caps;
    struct list threads;
    uint64_t ended_ns;        /* CPU time of threads that have ended */
    bool is_held;             /* I2 */
    struct tree_node *ku_mem; /* areas (ku_mem.h) */
    struct list ku_going;
    struct reply_table replies;
    struct list vcpus;      /* of struct vcpu: it is their user task */
    bool has_mem, has_caps; /* which of the spaces were made */
};

static inline struct task *task_of(struct object *o)
{
    return container_of(o, struct task, object);
}

extern const struct object_ops task_ops;

/* A DMA space: a task of memory only, for a device. */
extern const struct object_ops dma_space_ops;

/* An empty task charged to q; NULL: no memory. */
struct task *task_create(struct quota *q, uint32_t factory_id);
struct task *dma_space_create(struct quota *q, uint32_t factory_id);
/* Unmap of one capability with an L4 unmap mask (UNMAP_*); false:
 * stopped at a preemption point. */
bool task_unmap_cap(struct cap_slot *c, unsigned rights, word_t mask);
/* CPU time of all its threads, of those that have ended, too, ns. Cost: O(its
 * threads); so of task_hold(). */
uint64_t task_time(const struct task *t);
/* With `on` none of its threads runs any more, from the end of the system call
 * or message it is in: partners are served as always. Else they go on. */
void task_hold(struct task *t, bool on);
void task_check(struct task *t);

#endif
