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
#include "trace.h"

struct gate {
    struct object object;
    struct thread *thread; /* pinned; NULL: unbound */
    word_t label;          /* low two bits 0 */
    struct heap queue;     /* senders while unbound */
    struct list waiters;   /* all senders, of struct thread.waiting */
};

extern const struct object_ops gate_ops;

static struct gate *gate_of(struct object *o)
{
    return container_of(o, struct gate, object);
}

static void gate_set(struct gate *g, struct thread *t, word_t label)
{
    struct thread *old = g->thread;
    if (t)
        object_pin(&t->object);
    g->thread = t;
    g->label = label;
    trace_event(VTR_GATE_BIND, 0, g->object.id, t ? t->object.id : 0, label, 0,
                0, 0);
    if (old)
        object_unpin(&old->object);
    if (t && !list_is_empty(&g->waiters))
        object_queue_chore(&g->object);
}

/* Those who wait already go on to its new thread. */
static bool gate_chore(struct object *o)
{
    struct gate *g = gate_of(o);
    return !g->thread || ipc_redirect_all(&g->waiters, g->thread, g->label);
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
    struct object *o;
    long error = invoke_object_sent(t, inv, &thread_ops, CAP_S, &o);
    if (error)
        return error;
    gate_set(g, thread_of(o), label);
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
    struct thread *t = g->thread;
    (void)budget;
    if (!ipc_abort_waiters(&g->waiters, L4_IPC_ENOT_EXISTENT))
        return false;
    g->thread = NULL;
    if (t) {
        thread_gate_ended(t);
        object_unpin(&t->object);
    }
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
                           struct thread *thread, word_t label)
{
    struct gate *g = kmem_alloc(q, sizeof(*g));
    if (!g)
        return NULL;
    list_init(&g->waiters);
    object_init(&g->object, &gate_ops, q, factory_id, kmem_charge(sizeof(*g)));
    if (thread)
        gate_set(g, thread, label);
    else
        g->label = label;
    return &g->object;
}

bool gate_target(struct object *o, unsigned rights, struct ipc_op *op)
{
    op->via = o;
    if (o->ops == &thread_ops) {
        op->dest = thread_of(o);
        op->rights = CAP_ALL;
    } else if (o->ops == &gate_ops) {
        op->dest = gate_of(o)->thread;
        op->label = gate_of(o)->label | (rights & 3);
        op->rights = rights;
    } else {
        return false;
    }
    if (op->dest && thread_is_gone(op->dest))
        return false;
    op->queue = op->dest ? &op->dest->senders : &gate_of(o)->queue;
    return true;
}

bool gate_is_bound_to_task(const struct object *o, const struct task *t)
{
    const struct gate *g = container_of(o, struct gate, object);
    return o->ops == &gate_ops && g->thread && g->thread->task == t;
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
    kassert(!g->thread || heap_is_empty(&g->queue)); /* I1 */
    while ((n = heap_next(&g->queue, n))) {
        struct sender *s = container_of(n, struct sender, link);
        kassert(!s->is_irq && sender_thread(s)->ipc.via == o);
    }
}

struct thread *gate_thread(struct object *o)
{
    return gate_of(o)->thread;
}
