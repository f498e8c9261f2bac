/*
 * IRQ objects (see irq.h; ABI.md section 1, IRQ sender, and section 3).
 */
#include "irq.h"
#include "abi.h"
#include "invoke.h"
#include "kassert.h"
#include "kmem.h"
#include "thread_group.h"
#include "trace.h"
#include "vcpu.h"

static struct irq *irq_of_sender(const struct sender *s)
{
    kassert(s->is_irq);
    return container_of(s, struct irq, sender);
}

struct sender *irq_sender(struct object *o)
{
    return o->ops == &irq_ops ? &irq_of(o)->sender : NULL;
}

struct list *irq_waiters(struct object *o)
{
    return o->ops == &irq_ops ? &irq_of(o)->waiters : NULL;
}

word_t irq_taken(struct sender *s, struct object **ret_object)
{
    struct irq *i = irq_of_sender(s);
    *ret_object = &i->object;
    if (i->trigger.line)
        line_release(i->trigger.line);
    return i->label;
}

word_t *irq_label(struct sender *s)
{
    return &irq_of_sender(s)->label;
}

static bool irq_is_queued(const struct irq *i)
{
    return heap_is_in(&i->sender.link);
}

/* A message for the thread, or for the group's first that will take it. */
static void irq_deliver(struct irq *i)
{
    struct thread *t = i->group ? thread_group_pick(i->group) : i->thread;
    if (t)
        ipc_irq_deliver(&i->sender, &i->object, t);
    else
        ipc_enqueue(&i->group->queue, &i->sender);
}

static bool irq_trigger_hit(struct trigger *g, struct line *from)
{
    struct irq *i = irq_of(g->object);
    trace_event(VTR_IRQ, 0, from ? (long)from->number : -1, i->object.id, 0, 0,
                0, 0);
    bool edge = from && !from->level;
    if (!i->thread && !i->group) {
        i->pending |= !edge;
        return !edge;
    }
    if (!irq_is_queued(i))
        irq_deliver(i);
    else if (edge)
        line_hold(from);
    return true;
}

void irq_hit(struct irq *i)
{
    trigger_hit(&i->trigger);
}

static void irq_unbind(struct irq *i)
{
    struct thread *t = i->thread;
    struct thread_group *g = i->group;
    heap_remove(&i->sender.link);
    i->thread = NULL;
    i->group = NULL;
    if (g)
        object_unpin(&g->object);
    if (!t)
        return;
    if (t->vcpu)
        vcpu_note_senders(t);
    object_unpin(&t->object);
}

static long irq_bind(struct irq *i, struct thread *t,
                     const struct invocation *inv)
{
    if (!(inv->rights & CAP_S))
        return -L4_EPERM;
    if (inv_words(inv) < 2)
        return -L4_EMSGTOOSHORT;
    struct object *to;
    bool group = invoke_is_sent(t, inv, &thread_group_ops);
    long error = invoke_object_sent(
        t, inv, group ? &thread_group_ops : &thread_ops, CAP_S, &to);
    if (error)
        return error;
    bool queued = irq_is_queued(i) || i->pending;
    object_pin(to);
    irq_unbind(i);
    i->group = group ? thread_group_of(to) : NULL;
    i->thread = group ? NULL : thread_of(to);
    i->label = inv->mr[1];
    i->pending = false;
    trace_event(VTR_GATE_BIND, 0, i->object.id, to->id, i->label, 0, 0, 0);
    if (queued)
        irq_deliver(i);
    else if (i->trigger.line)
        line_release(i->trigger.line); /* its message went with a thread */
    return 0;
}

/* Direct delivery to a vCPU needs an interrupt controller that does it. */
static long irq_bind_vcpu(struct thread *t, const struct invocation *inv)
{
    struct object *o;
    if (!(inv->rights & CAP_S))
        return -L4_EPERM;
    if (inv_words(inv) < 2)
        return -L4_EMSGTOOSHORT;
    long error = invoke_object_sent(t, inv, &thread_ops, CAP_S, &o);
    return error ? error : -L4_ENOSYS;
}

/* 0: was idle, 1: a message was pending. */
static long irq_detach(struct irq *i)
{
    if (!i->thread && !i->group)
        return -L4_ENOENT;
    long was = irq_is_queued(i);
    irq_unbind(i);
    if (i->trigger.line)
        line_release(i->trigger.line); /* no message is left to wait for */
    return was;
}

/* Messages with the IRQ protocol: trigger, end of interrupt. They carry no
 * answer; a receive phase may follow. */
static void irq_triggered(struct irq *i, struct thread *t,
                          const struct invocation *inv)
{
    unsigned op = inv_words(inv) ? inv->mr[0] & 0xffff : 0;
    if (inv_words(inv) == 0) {
        irq_hit(i);
    } else if (op == IRQ_EOI) {
        if (i->trigger.line)
            line_unmask(i->trigger.line);
    } else {
        ipc_answer(t, -L4_ENOSYS, 0, 0);
        return;
    }
    invoke_then_receive(&i->object, t, inv);
}

static void irq_invoke(struct object *o, struct thread *t,
                       const struct invocation *inv)
{
    struct irq *i = irq_of(o);
    long label = tag_label(inv->args.tag);
    if (!(inv_flags(inv) & SYS_SEND)) {
        invoke_then_receive(o, t, inv);
    } else if (label == L4_PROTO_IRQ) {
        irq_triggered(i, t, inv);
    } else if (label == L4_PROTO_KOBJECT) {
        int op = invoke_check(inv, L4_PROTO_KOBJECT, 0);
        ipc_answer(t,
                   op == RCV_EP_BIND ? irq_bind(i, t, inv)
                   : op < 0          ? op
                                     : -L4_ENOSYS,
                   0, 0);
    } else {
        int op = invoke_check(inv, L4_PROTO_IRQ_SENDER, 0);
        ipc_answer(t,
                   op == IRQ_DETACH      ? irq_detach(i)
                   : op == IRQ_BIND_VCPU ? irq_bind_vcpu(t, inv)
                   : op < 0              ? op
                                         : -L4_ENOSYS,
                   0, 0);
    }
}

static void irq_destroy(struct object *o)
{
    struct irq *i = irq_of(o);
    line_unbind(&i->trigger);
    irq_unbind(i);
}

static bool irq_take_down(struct object *o, unsigned budget)
{
    (void)budget;
    return ipc_abort_waiters(&irq_of(o)->waiters, L4_IPC_ENOT_EXISTENT);
}

static void irq_free(struct object *o)
{
    kmem_free(o->quota, irq_of(o), sizeof(struct irq));
}

const struct object_ops irq_ops = {
    .type = VTR_T_IRQ,
    .protocols = {L4_PROTO_IRQ_SENDER, L4_PROTO_IRQ},
    .invoke = irq_invoke,
    .destroy = irq_destroy,
    .take_down = irq_take_down,
    .free = irq_free,
};

struct object *irq_create(struct quota *q, uint32_t factory_id)
{
    struct irq *i = kmem_alloc(q, sizeof(*i));
    if (!i)
        return NULL;
    i->trigger = (struct trigger){.object = &i->object, .hit = irq_trigger_hit};
    i->sender.is_irq = true;
    i->sender.prio = 255;
    list_init(&i->waiters);
    object_init(&i->object, &irq_ops, q, factory_id, kmem_charge(sizeof(*i)));
    return &i->object;
}

void irq_check(struct object *o)
{
    if (o->ops != &irq_ops)
        return;
    const struct irq *i = irq_of(o);
    const struct heap *queue = i->thread  ? &i->thread->senders
                               : i->group ? &i->group->queue
                                          : NULL;
    kassert(!irq_is_queued(i) || i->sender.link.in == queue); /* I1 */
    kassert(!i->thread || i->thread->object.pins > 0);
}
