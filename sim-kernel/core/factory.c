/*
 * Factories (see factory.h; ABI.md section 1, Factory).
 *
 * create: MR0 protocol of what is wanted, then arguments as pairs of
 * {type | size << 16, value}, items for capabilities; buffer register: where
 * the capability goes. The answer is one typed item that says it was mapped;
 * a task's has the flexpage of its kernel-user memory before it.
 *
 * Known protocols are one table; the others answer -L4_ENODEV.
 */
#include "factory.h"
#include "abi.h"
#include "cap.h"
#include "gate.h"
#include "invoke.h"
#include "irq.h"
#include "kassert.h"
#include "kmem.h"
#include "semaphore.h"
#include "task.h"
#include "thread_group.h"
#include "trace.h"
#include "work.h"

struct factory {
    struct object object;
    struct quota quota; /* what its creations may take */
};

static struct quota factory_root_quota;

static struct factory *factory_of(struct object *o)
{
    return container_of(o, struct factory, object);
}

struct quota *factory_quota(struct object *o)
{
    return &factory_of(o)->quota;
}

/* --- one maker per protocol: 0 and *ret_object, or -L4_E* -------------- */

struct maker_args {
    struct factory *factory;
    struct thread *by;
    const struct invocation *inv;
    struct ku_mem *ku_mem; /* set by make_task(): to be made, too */
};

static int make_thread(struct maker_args *a, struct object **ret_object)
{
    struct thread *t = thread_create(&a->factory->quota, a->factory->object.id);
    if (!t)
        return -L4_ENOMEM;
    t->unplaced = true;
    *ret_object = &t->object;
    return 0;
}

/* Argument: the flexpage of the first kernel-user memory, optional. */
static int make_task(struct maker_args *a, struct object **ret_object)
{
    struct task *t = task_create(&a->factory->quota, a->factory->object.id);
    if (!t)
        return -L4_ENOMEM;
    *ret_object = &t->object;
    if (inv_words(a->inv) < 3 || !(a->inv->mr[2] >> PAGE_ORDER))
        return 0;
    unsigned order = a->inv->mr[2] >> 6 & 0x3f;
    if (order < PAGE_ORDER || order > 20)
        return -L4_EINVAL;
    return ku_mem_begin(t, a->inv->mr[2] & ~0xffful, 1ul << order, &a->ku_mem);
}

/* Arguments: label; item: the thread (or none: unbound). */
static int make_gate(struct maker_args *a, struct object **ret_object)
{
    struct object *to = NULL;
    word_t label = inv_words(a->inv) >= 3 ? a->inv->mr[2] : 0;
    if (tag_items(a->inv->args.tag)) {
        long error = gate_destination(a->by, a->inv, &to);
        if (error)
            return (int)error;
        if (inv_words(a->inv) < 3)
            return -L4_EMSGTOOSHORT;
    }
    if (label & 3)
        return -L4_EINVAL;
    *ret_object =
        gate_create(&a->factory->quota, a->factory->object.id, to, label);
    return *ret_object ? 0 : -L4_ENOMEM;
}

/* Argument: the policy, of which there is one. */
static int make_thread_group(struct maker_args *a, struct object **ret_object)
{
    if (inv_words(a->inv) < 3)
        return -L4_EMSGTOOSHORT;
    if (a->inv->mr[2] != GROUP_POLICY_CORE_LOCAL)
        return -L4_EINVAL;
    *ret_object =
        thread_group_create(&a->factory->quota, a->factory->object.id);
    return *ret_object ? 0 : -L4_ENOMEM;
}

static int make_dma_space(struct maker_args *a, struct object **ret_object)
{
    struct task *t =
        dma_space_create(&a->factory->quota, a->factory->object.id);
    if (!t)
        return -L4_ENOMEM;
    *ret_object = &t->object;
    return 0;
}

static int make_irq(struct maker_args *a, struct object **ret_object)
{
    *ret_object = irq_create(&a->factory->quota, a->factory->object.id);
    return *ret_object ? 0 : -L4_ENOMEM;
}

static int make_semaphore(struct maker_args *a, struct object **ret_object)
{
    *ret_object = semaphore_create(&a->factory->quota, a->factory->object.id);
    return *ret_object ? 0 : -L4_ENOMEM;
}

/* Argument: the limit in bytes. */
static int make_factory(struct maker_args *a, struct object **ret_object)
{
    if (inv_words(a->inv) < 3)
        return -L4_EMSGTOOSHORT;
    if (inv_words(a->inv) > 3 || tag_items(a->inv->args.tag))
        return -L4_EMSGTOOLONG;
    *ret_object = factory_create(&a->factory->quota, a->factory->object.id,
                                 a->inv->mr[2]);
    return *ret_object ? 0 : -L4_ENOMEM;
}

static const struct maker {
    long protocol;
    int (*make)(struct maker_args *a, struct object **ret_object);
} factory_makers[] = {
    {L4_PROTO_NONE, make_gate},
    {L4_PROTO_KOBJECT, make_gate},
    {L4_PROTO_TASK, make_task},
    {L4_PROTO_THREAD, make_thread},
    {L4_PROTO_FACTORY, make_factory},
    {L4_PROTO_IRQ_SENDER, make_irq},
    {L4_PROTO_SEMAPHORE, make_semaphore},
    {L4_PROTO_DMA_SPACE, make_dma_space},
    {L4_PROTO_THREAD_GROUP, make_thread_group},
};

static int factory_make(struct maker_args *a, long protocol,
                        struct object **ret_object)
{
    unsigned count = sizeof(factory_makers) / sizeof(factory_makers[0]);
    for (unsigned i = 0; i < count; i++)
        if (factory_makers[i].protocol == protocol)
            return factory_makers[i].make(a, ret_object);
    return -L4_ENODEV;
}

/* Success: an item that was mapped (RESULT bits 0), with what precedes it. */
static void factory_answer(struct thread *by, int error, bool with_mr2,
                           word_t mr2)
{
    enum { ITEM_MAP = 8 };
    unsigned words = with_mr2 ? 1 : 0;
    if (error) {
        ipc_answer(by, error, 0, 0);
        return;
    }
    by->utcb->mr[0] = mr2; /* overwritten below if there is none */
    by->utcb->mr[words] = ITEM_MAP;
    by->utcb->mr[words + 1] = 0;
    ipc_answer(by, 0, words, 1);
}

/* The object goes again. */
static void factory_give_up(struct thread *by)
{
    struct object *o = by->continuation.create.o;
    object_destroy(o); /* with kernel-user memory that is not complete */
    object_unpin(o);
}

/* The new object's first capability goes to the invoker's buffer. 0,
 * -L4_EAGAIN, an error: without it the object is nobody's. */
static int factory_hand_over(struct thread *by)
{
    struct continuation *c = &by->continuation;
    struct cap_table *table = &by->task->caps;
    if (c->create.ku_mem) {
        int error = ku_mem_go_on(c->create.ku_mem);
        if (error)
            return error;
        c->create.ku_mem = NULL;
        if (work_should_stop())
            return -L4_EAGAIN;
    }
    struct cap_slot *slot = cap_slot(table, c->create.index);
    if (slot && !cap_unmap(slot, CAP_ALL))
        return -L4_EAGAIN;
    return cap_insert_root(table, c->create.index, c->create.o, CAP_ALL);
}

static bool factory_create_on(struct thread *by)
{
    struct continuation *c = &by->continuation;
    int error = factory_hand_over(by);
    if (error == -L4_EAGAIN)
        return false;
    factory_answer(by, error, c->create.with_mr2, c->create.mr2);
    if (error)
        object_destroy(c->create.o);
    object_unpin(c->create.o);
    return true;
}

static void factory_create_op(struct factory *f, struct thread *by,
                              const struct invocation *inv)
{
    struct maker_args a = {f, by, inv, NULL};
    struct object *o = NULL;
    word_t index;
    if (!(inv_flags(inv) & SYS_RECV)) {
        ipc_answer(by, 0, 0, 0); /* nowhere to put it */
        return;
    }
    if (!ipc_cap_buffer(by, &index)) {
        ipc_error(by, L4_IPC_REMSGCUT);
        return;
    }
    work_done(16);
    int error = factory_make(&a, (long)inv->mr[0], &o);
    if (error) {
        if (o)
            object_destroy(o);
        ipc_answer(by, error, 0, 0);
        return;
    }
    object_pin(o);
    by->continuation = (struct continuation){
        .go_on = factory_create_on,
        .give_up = factory_give_up,
        .create = {.o = o,
                   .index = index,
                   .mr2 = inv->mr[2],
                   .with_mr2 = o->ops == &task_ops && inv_words(inv) >= 3,
                   .ku_mem = a.ku_mem},
    };
    if (!work_should_stop())
        thread_go_on(by);
}

static void factory_invoke(struct object *o, struct thread *by,
                           const struct invocation *inv)
{
    int op = invoke_check(inv, L4_PROTO_FACTORY, CAP_S);
    if (op == -L4_EBADPROTO || op == -L4_EPERM || op == -L4_EMSGTOOSHORT)
        ipc_answer(by, op, 0, 0);
    else
        factory_create_op(factory_of(o), by, inv);
}

/* The quota lives until everything charged to it is gone: each creation
 * pins the factory, the quota's owner (object.c). What it has left goes now. */
static void factory_destroy(struct object *o)
{
    quota_close(&factory_of(o)->quota);
}

static void factory_free(struct object *o)
{
    struct factory *f = factory_of(o);
    kassert(f->quota.used == 0);
    struct quota *own = o->quota;
    quota_destroy(&f->quota);
    kmem_free(own, f, sizeof(*f));
}

static const struct object_ops factory_ops = {
    .type = VTR_T_FACTORY,
    .protocols = {L4_PROTO_FACTORY},
    .invoke = factory_invoke,
    .destroy = factory_destroy,
    .free = factory_free,
};

struct object *factory_create(struct quota *parent, uint32_t factory_id,
                              size_t limit)
{
    struct factory *f = kmem_alloc(parent, sizeof(*f));
    if (!f)
        return NULL;
    if (!quota_init_child(&f->quota, parent, limit)) {
        kmem_free(parent, f, sizeof(*f));
        return NULL;
    }
    object_init(&f->object, &factory_ops, parent, factory_id,
                kmem_charge(sizeof(*f)));
    f->quota.owner = &f->object;
    return &f->object;
}

struct object *factory_create_root(size_t limit)
{
    quota_init_root(&factory_root_quota, limit);
    struct quota *q = &factory_root_quota;
    return factory_create(q, 0, limit - kmem_charge(sizeof(struct factory)));
}
