/*
 * Kernel-user memory: areas of a task that the kernel reads and writes as
 * well, for UTCBs and vCPU states.
 *
 *      MAKING --page by page--> READY ------------------+--> (task ends)
 *         |                                             |
 *         +--given up--> GOING --page by page--> freed  +
 *
 * An area has up to 16 pages, so it is made in steps, and so it goes again
 * where that fails or is given up: what was mapped of it may have been handed
 * on.
 *
 * I1  areas of a task do not overlap.
 * I2  kernel-user memory that was ready stays until the task goes.
 */
#ifndef CORE_KU_MEM_H
#define CORE_KU_MEM_H

#include "list.h"
#include "port.h"
#include "tree.h"

struct task;

enum { KU_MEM_MAX = 16 * PAGE_SIZE };

enum ku_state { KU_MAKING, KU_READY, KU_GOING };

struct ku_mem {
    struct tree_node place; /* in task->ku_mem, by user address */
    struct list going;      /* on task->ku_going */
    struct task *task;
    char *kernel;
    size_t size, cleared, made; /* bytes; made: cleared and mapped */
    enum ku_state state;
};

/* An area at [user, + size), both page aligned, at most KU_MEM_MAX, begins.
 * 0, -L4_EINVAL, -L4_ENOMEM, -L4_EEXIST. O(log areas) */
int ku_mem_begin(struct task *t, uaddr_t user, size_t size,
                 struct ku_mem **ret_area);
/* Goes on with it. 0: it is ready; -L4_EAGAIN: stopped at a preemption point,
 * call again; -L4_ENOMEM, -L4_EEXIST: given up. */
int ku_mem_go_on(struct ku_mem *k);
/* An area that is not ready is not to be. */
void ku_mem_give_up(struct ku_mem *k);
/* All that is going, as far as it goes: the task's chore. True: done. */
bool ku_mem_chore(struct task *t);
/* The task is at its end: all of it. False: call again. */
bool ku_mem_free_all(struct task *t);

/* All at once: for boot, and tests. Errors as above. */
int task_add_ku_mem(struct task *t, uaddr_t user, size_t size);
/* Kernel address of [user, + size) if that is kernel-user memory, or NULL. */
void *task_ku_mem(struct task *t, uaddr_t user, size_t size);
/* Is any of [user, + 2^order), aligned, kernel-user memory? */
bool task_has_ku_mem(const struct task *t, uaddr_t user, unsigned order);
void ku_mem_check(struct task *t);

#endif
