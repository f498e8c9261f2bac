/*
 * Semaphores (see semaphore.h; ABI.md section 1, Semaphore).
 *
 * The waiters stand in a queue like senders', the highest priority first.
 */
#include "semaphore.h"
#include "abi.h"
#include "invoke.h"
#include "kassert.h"
#include "kmem.h"
#include "trace.h"

struct semaphore {
    struct object object;
    struct trigger trigger;
    uint64_t count;
    struct heap queue; /* waiters, of struct sender.link */
};

static struct semaphore *semaphore_of(struct object *o)
{
    return container_of(o, struct semaphore, object);
}

struct trigger *semaphore_trigger(struct object *o)
{
    return o->ops == &semaphore_ops ? &semaphore_of(o)->trigger : NULL;
}

struct heap *semaphore_queue(struct object *o)
{
    return o->ops == &semaphore_ops ? &semaphore_of(o)->queue : NULL;
}

static void semaphore_up(struct semaphore *s)
{
    struct heap_node *n = heap_first(&s->queue);
    if (n)
        ipc_wake(sender_thread(container_of(n, struct sender, link)));
    else
        s->count++;
}

static bool semaphore_hit(struct trigger *g, struct line *from)
{
    trace_event(VTR_IRQ, 0, from ? (long)from->number : -1, g->object->id, 0, 0,
                0, 0);
    semaphore_up(semaphore_of(g->object));
    return true;
}

/* The messages an IRQ object takes as well: up, end of interrupt (of the
 * line bound to it).
 * A plain receive would be a down without the right to it: the receive phase
 * of an up is left out. */
static void semaphore_triggered(struct semaphore *s, struct thread *t,
                                const struct invocation *inv)
{
    bool up = inv_words(inv) == 0;
    bool eoi = !up && (inv->mr[0] & 0xffff) == IRQ_EOI;
    ipc_answer(t, up || eoi ? 0 : -L4_ENOSYS, 0, 0);
    if (up)
        semaphore_up(s);
    else if (eoi && s->trigger.line)
        line_unmask(s->trigger.line);
}

static void semaphore_down(struct semaphore *s, struct thread *t,
                           const struct invocation *inv)
{
    struct ipc_op op = {
        .recv = true,
        .via = &s->object,
        .timeouts = inv->args.timeouts,
    };
    if (s->count) {
        s->count--;
        ipc_answer(t, 0, 0, 0);
    } else if (inv_flags(inv) & SYS_RECV) {
        ipc_start(t, &op);
    } else {
        ipc_error(t, L4_IPC_RETIMEOUT); /* no phase to wait in */
    }
}

static void semaphore_invoke(struct object *o, struct thread *t,
                             const struct invocation *inv)
{
    struct semaphore *s = semaphore_of(o);
    if (!(inv_flags(inv) & SYS_SEND)) {
        ipc_error(t, L4_IPC_ENOT_EXISTENT | 1); /* it sends nothing */
        return;
    }
    if (tag_label(inv->args.tag) == L4_PROTO_IRQ) {
        semaphore_triggered(s, t, inv);
        return;
    }
    int op = invoke_check(inv, L4_PROTO_SEMAPHORE, CAP_S);
    if (op == SEMAPHORE_DOWN)
        semaphore_down(s, t, inv);
    else
        ipc_answer(t, op < 0 ? op : -L4_ENOSYS, 0, 0);
}

static void semaphore_destroy(struct object *o)
{
    line_unbind(&semaphore_of(o)->trigger);
}

static bool semaphore_take_down(struct object *o, unsigned budget)
{
    (void)budget;
    return ipc_abort_senders(&semaphore_of(o)->queue, L4_IPC_ENOT_EXISTENT);
}

static void semaphore_free(struct object *o)
{
    kmem_free(o->quota, semaphore_of(o), sizeof(struct semaphore));
}

const struct object_ops semaphore_ops = {
    .type = VTR_T_SEMAPHORE,
    .protocols = {L4_PROTO_SEMAPHORE, L4_PROTO_IRQ},
    .invoke = semaphore_invoke,
    .destroy = semaphore_destroy,
    .take_down = semaphore_take_down,
    .free = semaphore_free,
};

struct object *semaphore_create(struct quota *q, uint32_t factory_id)
{
    struct semaphore *s = kmem_alloc(q, sizeof(*s));
    if (!s)
        return NULL;
    s->trigger = (struct trigger){.object = &s->object, .hit = semaphore_hit};
    object_init(&s->object, &semaphore_ops, q, factory_id,
                kmem_charge(sizeof(*s)));
    return &s->object;
}

void semaphore_check(struct object *o)
{
    const struct semaphore *s = semaphore_of(o);
    kassert(!s->count || heap_is_empty(&s->queue)); /* I1 */
    heap_check(&s->queue);
}
