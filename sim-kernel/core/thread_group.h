/*
 * Thread groups: several threads behind one gate or IRQ.
 *
 *      gate --\                  a member that waits  <- delivered at once
 *      IRQ  ---> group: queue -> nobody waits: the first member that does
 *      gate --/                  takes the most urgent
 *
 * A member's open wait takes what is most urgent of its own queue and the
 * group's. A thread is in one group at most.
 *
 * I1  a thread on `members` has group == this, and the other way round.
 * I2  members <= GROUP_MEMBERS, so that looking for one is bounded.
 * I3  the queue holds senders through gates, and IRQs, bound to the group.
 */
#ifndef CORE_THREAD_GROUP_H
#define CORE_THREAD_GROUP_H

#include "thread.h"

enum { GROUP_MEMBERS = 32 };

struct thread_group {
    struct object object;
    struct list members; /* of struct thread.in_group */
    unsigned count;
    struct heap queue; /* of struct sender.link */
    bool modifying;    /* a modify_sender of the queue is not done yet */
};

extern const struct object_ops thread_group_ops;

static inline struct thread_group *thread_group_of(struct object *o)
{
    return container_of(o, struct thread_group, object);
}

struct object *thread_group_create(struct quota *q, uint32_t factory_id);
/* A member in an open wait, if there is one on this CPU; NULL: none waits. */
struct thread *thread_group_pick(struct thread_group *g);
/* Members that wait take what is queued. False: stopped at a preemption point,
 * call again; so the other. */
bool thread_group_poll(struct thread_group *g);
/* t is in no group any more. */
void thread_group_leave(struct thread *t);
/* A gate bound to g ends: its members' deletion IRQs are hit. */
bool thread_group_gate_ended(struct thread_group *g, const struct object *gate);
/* I1, I2, where o is a group. */
void thread_group_check(struct object *o);

#endif
