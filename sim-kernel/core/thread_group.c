/*
 * Thread groups: see thread_group.h; ABI.md section 1, Thread group.
 *
 * The only policy is L4_THREAD_GROUP_POLICY_CORE_LOCAL: a member on the
 * sender's CPU is preferred.
 */
#include "thread_group.h"
#include "abi.h"
#include "invoke.h"
#include "ipc.h"
#include "kassert.h"
#include "kmem.h"
#include "trace.h"
#include "work.h"

static struct thread *group_member(struct list *n)
{
    return container_of(n, struct thread, in_group);
}

struct thread *thread_group_pick(struct thread_group *g)
{
    struct thread *other = NULL;
    for (struct list *n = g->members.next; n != &g->members; n = n->next) {
        struct thread *t = group_member(n);
        work_done(1);
        if (t->ipc.phase != PHASE_RECEIVE || !t->ipc.open)
            continue;
        if (t->cpu == port_cpu())
            return t;
        other = other ? other : t;
    }
    return other;
}

bool thread_group_poll(struct thread_group *g)
{
    struct thread *t = NULL;
    while (!heap_is_empty(&g->queue) && (t = thread_group_pick(g))) {
        ipc_poll(t); /* takes one, and waits no more */
        if (work_should_stop())
            return false;
    }
    return true;
}

void thread_group_leave(struct thread *t)
{
    if (!t->group)
        return;
    list_remove(&t->in_group);
    t->group->count--;
    t->group = NULL;
}

/* Ids grow: who was told of a later gate after this one began to end was told
 * of this one. */
bool thread_group_gate_ended(struct thread_group *g, const struct object *gate)
{
    for (struct list *n = g->members.next; n != &g->members; n = n->next) {
        struct thread *t = group_member(n);
        work_done(1);
        if (t->told_of >= gate->id)
            continue;
        t->told_of = gate->id;
        thread_gate_ended(t);
        if (work_should_stop())
            return false;
    }
    return true;
}

static long group_add(struct thread_group *g, struct thread *t)
{
    if (thread_is_gone(t))
        return -L4_EINVAL;
    if (t->group)
        return t->group == g ? -L4_EEXIST : -L4_EBUSY;
    if (g->count == GROUP_MEMBERS) /* keeps I2 */
        return -L4_ENOMEM;
    t->group = g;
    g->count++;
    list_add_last(&g->members, &t->in_group);
    ipc_poll(t); /* it may wait, and others for it */
    return 0;
}

static long group_remove(struct thread_group *g, struct thread *t)
{
    if (t->group != g)
        return -L4_ENOENT;
    thread_group_leave(t);
    return 0;
}

static void group_invoke(struct object *o, struct thread *by,
                         const struct invocation *inv)
{
    struct object *thread;
    long error = 0;
    int op = invoke_check(inv, L4_PROTO_THREAD_GROUP, CAP_S);
    if (op == GROUP_ADD || op == GROUP_REMOVE)
        error = invoke_object_sent(by, inv, &thread_ops, CAP_S, &thread);
    else
        error = op < 0 ? op : -L4_ENOSYS;
    if (!error && op == GROUP_ADD)
        error = group_add(thread_group_of(o), thread_of(thread));
    else if (!error)
        error = group_remove(thread_group_of(o), thread_of(thread));
    ipc_answer(by, error, 0, 0);
}

static void group_destroy(struct object *o)
{
    struct thread_group *g = thread_group_of(o);
    work_done(g->count);
    while (!list_is_empty(&g->members))
        thread_group_leave(group_member(g->members.next));
}

static bool group_take_down(struct object *o, unsigned budget)
{
    (void)budget;
    return ipc_abort_senders(&thread_group_of(o)->queue, L4_IPC_ENOT_EXISTENT);
}

static void group_free(struct object *o)
{
    kmem_free(o->quota, thread_group_of(o), sizeof(struct thread_group));
}

const struct object_ops thread_group_ops = {
    .type = VTR_T_THREAD_GROUP,
    .protocols = {L4_PROTO_THREAD_GROUP},
    .invoke = group_invoke,
    .destroy = group_destroy,
    .take_down = group_take_down,
    .free = group_free,
};

struct object *thread_group_create(struct quota *q, uint32_t factory_id)
{
    struct thread_group *g = kmem_alloc(q, sizeof(*g));
    if (!g)
        return NULL;
    list_init(&g->members);
    object_init(&g->object, &thread_group_ops, q, factory_id,
                kmem_charge(sizeof(*g)));
    return &g->object;
}

void thread_group_check(struct object *o)
{
    if (o->ops != &thread_group_ops)
        return;
    const struct thread_group *g = thread_group_of(o);
    unsigned count = 0;
    heap_check(&g->queue); /* I3 is seen by gate_check(), irq_check() */
    for (struct list *n = g->members.next; n != &g->members; n = n->next) {
        kassert(group_member(n)->group == g); /* I1 */
        count++;
    }
    kassert(count == g->count && count <= GROUP_MEMBERS); /* I2 */
}
