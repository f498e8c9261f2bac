/*
 * IPC gates (see gate.h; ABI.md section 1, IPC gate).
 *
 * A capability with the server right invokes the gate itself (bind, info)
 * when the message's label is the kernel-object protocol; everything else
 * goes through to the bound thread.
 */
#include "gate.h"
#include "abi.h"
#include "invoke.h"
#include "kassert.h"
#include "kmem.h"
#include "task.h"
#include "thread_group.h"
#include "trace.h"

static struct thread_group *gate_group(const struct gate *g)
{
    bool is = g->to && g->to->ops == &thread_group_ops;
    return is ? thread_group_of(g->to) : NULL;
}

static void gate_set(struct gate *g, struct object *to, word_t label)
{
    struct object *old = g->to;
    if (to)
        object_pin(to);
    g->to = to;
    g->label = label;
    trace_event(VTR_GATE_BIND, 0, g->object.id, to ? to->id : 0, label, 0, 0,
                0);
    if (old)
        object_unpin(old);
    if (to && !list_is_empty(&g->waiters))
        object_queue_chore(&g->object);
}

/* Those who wait already go on to its new thread or group. */
static bool gate_chore(struct object *o)
{
    struct gate *g = gate_of(o);
    struct thread_group *group = gate_group(g);
    struct thread *t = gate_bound(g);
    if (t)
        return ipc_redirect_all(&g->waiters, t, &t->senders, g->label);
    if (group && !ipc_redirect_all(&g->waiters, NULL, &group->queue, g->label))
        return false;
    return !group || thread_group_poll(group);
}

long gate_destination(const struct thread *t, const struct invocation *inv,
                      struct object **ret_to)
{
    bool group = invoke_is_sent(t, inv, &thread_group_ops);
    return invoke_object_sent(t, inv, group ? &thread_group_ops : &thread_ops,
                              CAP_S, ret_to);
}

static long gate_bind(struct gate *g, struct thread *t,
                      const struct invocation *inv)
{
    if (!(inv->rights & CAP_S))
        return -L4_EPERM;
    if (inv_words(inv) < 2)
        return -L4_EMSGTOOSHORT;
    word_t label = inv->mr[1];
    if (label & 3)
        return -L4_EINVAL;
    struct object *to;
    long error = gate_destination(t, inv, &to);
    if (error)
        return error;
    gate_set(g, to, label);
    return 0;
}

static void gate_control(struct gate *g, struct thread *t,
                         const struct invocation *inv)
{
    int op = invoke_check(inv, L4_PROTO_KOBJECT, 0);
    if (op == RCV_EP_BIND) {
        ipc_answer(t, gate_bind(g, t, inv), 0, 0);
    } else if (op == GATE_GET_INFO) {
        t->utcb->mr[0] = g->label;
        ipc_answer(t, 0, 1, 0);
    } else {
        ipc_answer(t, op < 0 ? op : -L4_ENOSYS, 0, 0);
    }
}

static void gate_invoke(struct object *o, struct thread *t,
                        const struct invocation *inv)
{
    bool control = (inv->rights & CAP_SERVER) &&
                   tag_label(inv->args.tag) == L4_PROTO_KOBJECT &&
                   (inv_flags(inv) & SYS_SEND);
    if (control) {
        trace_event(VTR_INVOKE, 0, o->id, VTR_T_GATE, inv->mr[0], inv->args.tag,
                    inv->mr[1], inv->mr[2]);
        gate_control(gate_of(o), t, inv);
    } else {
        invoke_ipc(o, t, inv);
    }
}

static void gate_destroy(struct object *o)
{
    (void)o; /* see take_down */
}

static bool gate_take_down(struct object *o, unsigned budget)
{
    struct gate *g = gate_of(o);
    struct thread *t = gate_bound(g);
    struct thread_group *group = gate_group(g);
    struct object *to = g->to;
    (void)budget;
    if (!ipc_abort_waiters(&g->waiters, L4_IPC_ENOT_EXISTENT))
        return false;
    if (group && !thread_group_gate_ended(group, o))
        return false;
    g->to = NULL;
    if (t)
        thread_gate_ended(t);
    if (to)
        object_unpin(to);
    return true;
}

static void gate_free(struct object *o)
{
    kmem_free(o->quota, gate_of(o), sizeof(struct gate));
}

const struct object_ops gate_ops = {
    .type = VTR_T_GATE,
    .invoke = gate_invoke,
    .chore = gate_chore,
    .destroy = gate_destroy,
    .take_down = gate_take_down,
    .free = gate_free,
};

struct object *gate_create(struct quota *q, uint32_t factory_id,
                           struct object *to, word_t label)
{
    struct gate *g = kmem_alloc(q, sizeof(*g));
    if (!g)
        return NULL;
    list_init(&g->waiters);
    object_init(&g->object, &gate_ops, q, factory_id, kmem_charge(sizeof(*g)));
    if (to)
        gate_set(g, to, label);
    else
        g->label = label;
    return &g->object;
}

/* Who gets a message now; NULL: nobody yet. */
static struct thread *gate_receiver(const struct gate *g)
{
    struct thread_group *group = gate_group(g);
    return group ? thread_group_pick(group) : gate_bound(g);
}

/* Where senders wait that go to no thread now. */
static struct heap *gate_queue(struct gate *g)
{
    struct thread_group *group = gate_group(g);
    return group ? &group->queue : &g->queue;
}

bool gate_target(struct object *o, unsigned rights, struct ipc_op *op)
{
    op->via = o;
    if (o->ops == &thread_ops) {
        op->dest = thread_of(o);
        op->rights = CAP_ALL;
    } else if (o->ops == &gate_ops) {
        op->dest = gate_receiver(gate_of(o));
        op->label = gate_of(o)->label | (rights & 3);
        op->rights = rights;
    } else {
        return false;
    }
    bool gone = o->ops == &gate_ops && gate_of(o)->to && gate_of(o)->to->dying;
    if (gone || (op->dest && thread_is_gone(op->dest)))
        return false;
    op->queue = op->dest ? &op->dest->senders : gate_queue(gate_of(o));
    return true;
}

bool gate_is_bound_to_task(const struct object *o, const struct task *t)
{
    const struct gate *g = container_of(o, struct gate, object);
    return o->ops == &gate_ops && gate_bound(g) && gate_bound(g)->task == t;
}

struct list *gate_waiters(struct object *o)
{
    return o->ops == &gate_ops ? &gate_of(o)->waiters : NULL;
}

word_t gate_label(const struct object *o)
{
    return container_of(o, struct gate, object)->label;
}

void gate_check(struct object *o)
{
    if (o->ops != &gate_ops)
        return;
    const struct gate *g = gate_of(o);
    struct heap_node *n = NULL;
    heap_check(&g->queue);
    bool has_chore = !list_is_empty(&o->ending);
    kassert(!g->to || has_chore || heap_is_empty(&g->queue)); /* I1 */
    while ((n = heap_next(&g->queue, n))) {
        struct sender *s = container_of(n, struct sender, link);
        kassert(!s->is_irq && sender_thread(s)->ipc.via == o);
    }
}

struct thread *gate_thread(struct object *o)
{
    return gate_bound(gate_of(o));
}
