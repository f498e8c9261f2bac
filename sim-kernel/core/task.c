/*
 * Tasks: creation, end, and the operations a capability to a
 * task offers (ABI.md section 1, Task).
 *
 * map and unmap are in task_ops.c. A task ends in steps (object.c's reaper
 * calls task_take_down() until it is done): threads, capabilities, memory.
 */
#include "task.h"
#include "task_ops.h"
#include "abi.h"
#include "boot.h"
#include "invoke.h"
#include "io_space.h"
#include "ipc.h"
#include "kassert.h"
#include "kmem.h"
#include "sched.h"
#include "thread.h"
#include "trace.h"
#include "vcpu.h"
#include "work.h"

/* What task and DMA space have in common. */
static struct task *task_new(struct quota *q, const struct object_ops *ops,
                             uint32_t factory_id)
{
    struct task *t = kmem_alloc(q, sizeof(*t));
    if (!t)
        return NULL;
    object_init(&t->object, ops, q, factory_id, kmem_charge(sizeof(*t)));
    list_init(&t->threads);
    list_init(&t->ku_going);
    list_init(&t->vcpus);
    t->has_mem = !mspace_init(&t->mem, q, t->object.id, boot_user_end);
    return t;
}

struct task *task_create(struct quota *q, uint32_t factory_id)
{
    struct task *t = task_new(q, &task_ops, factory_id);
    if (!t)
        return NULL;
    t->has_caps = !cap_table_init(&t->caps, q, t->object.id);
    if (t->has_mem && t->has_caps)
        return t;
    object_destroy(&t->object);
    return NULL;
}

struct task *dma_space_create(struct quota *q, uint32_t factory_id)
{
    struct task *t = task_new(q, &dma_space_ops, factory_id);
    if (!t || t->has_mem)
        return t;
    object_destroy(&t->object);
    return NULL;
}

/* --- all threads --------------------------------------------------------- */

uint64_t task_time(const struct task *t)
{
    uint64_t ns = t->ended_ns;
    for (struct list *n = t->threads.next; n != &t->threads; n = n->next) {
        ns += sched_thread_time(container_of(n, struct thread, in_task));
        work_done(1);
    }
    return ns;
}

void task_hold(struct task *t, bool on)
{
    t->is_held = on;
    for (struct list *n = t->threads.next; n != &t->threads; n = n->next) {
        thread_hold(container_of(n, struct thread, in_task), on);
        work_done(1);
    }
}

/* --- operations ------------------------------------------------------- */

/* cap_valid (one capability) and cap_equal (two). */
static long task_op_cap_info(struct task *t, const struct invocation *inv)
{
    struct cap_slot *a = cap_lookup(&t->caps, inv->mr[1] >> SEL_SHIFT);
    if (inv_words(inv) == 2)
        return a != NULL;
    if (inv_words(inv) != 3)
        return -L4_EINVAL;
    struct cap_slot *b = cap_lookup(&t->caps, inv->mr[2] >> SEL_SHIFT);
    return a == b ||
           (a && b && a->object == b->object && a->rights == b->rights);
}

static void task_ku_mem_give_up(struct thread *by)
{
    struct ku_mem *k = by->continuation.ku_mem;
    struct object *task = &k->task->object;
    ku_mem_give_up(k);
    object_unpin(task);
}

static bool task_ku_mem_on(struct thread *by)
{
    struct ku_mem *k = by->continuation.ku_mem;
    struct object *task = &k->task->object;
    int error = ku_mem_go_on(k);
    if (error == -L4_EAGAIN)
        return false;
    ipc_answer(by, error, 1, 0);
    object_unpin(task);
    return true;
}

/* MR1: flexpage; it comes back. */
static void task_op_ku_mem(struct task *t, struct thread *by,
                           const struct invocation *inv)
{
    struct ku_mem *k;
    unsigned order = inv->mr[1] >> 6 & 0x3f;
    int error = order < PAGE_ORDER || order > 20 ? -L4_EINVAL : 0;
    if (inv_words(inv) < 2)
        error = -L4_EMSGTOOSHORT;
    if (!error)
        error = ku_mem_begin(t, inv->mr[1] & ~0xffful, 1ul << order, &k);
    by->utcb->mr[0] = inv->mr[1];
    if (error) {
        ipc_answer(by, error, 1, 0);
        return;
    }
    object_pin(&t->object);
    by->continuation = (struct continuation){
        .go_on = task_ku_mem_on, .give_up = task_ku_mem_give_up, .ku_mem = k};
    thread_go_on(by);
}

static void task_invoke(struct object *o, struct thread *by,
                        const struct invocation *inv)
{
    struct task *t = task_of(o);
    int op = invoke_check(inv, L4_PROTO_TASK, 0);
    switch (op) {
    case TASK_MAP:
        task_op_map(t, by, inv);
        break;
    case TASK_UNMAP:
        task_op_unmap(t, by, inv);
        break;
    case TASK_CAP_INFO:
        ipc_answer(by, task_op_cap_info(t, inv), 0, 0);
        break;
    case TASK_ADD_KU_MEM:
        task_op_ku_mem(t, by, inv);
        break;
    default:
        ipc_answer(by, op < 0 ? op : -L4_ENOSYS, 0, 0);
    }
}

/* What a device may reach: mapped and unmapped like a task's memory, and
 * nothing else. Its table of capabilities has no slots. */
static void dma_space_invoke(struct object *o, struct thread *by,
                             const struct invocation *inv)
{
    int op = invoke_check(inv, L4_PROTO_TASK, 0);
    bool words = inv_words(inv) >= 3;
    unsigned type = words ? inv->mr[2] >> 4 & 3 : FPAGE_MEM;
    bool memory = type == FPAGE_MEM || type == FPAGE_SPECIAL;
    if (op == TASK_UNMAP || (op == TASK_MAP && memory))
        task_invoke(o, by, inv);
    else if (op == TASK_MAP)
        ipc_answer(by, inv->rights & CAP_W ? -L4_EINVAL : -L4_EPERM, 0, 0);
    else
        ipc_answer(by, op < 0 ? op : -L4_ENOSYS, 0, 0);
}

static void task_destroy(struct object *o)
{
    (void)o; /* all of it takes long */
}

static bool task_chore(struct object *o)
{
    return ku_mem_chore(task_of(o));
}

static bool task_kill_threads(struct task *t)
{
    while (!list_is_empty(&t->threads)) {
        thread_kill(container_of(t->threads.next, struct thread, in_task));
        work_done(4);
        if (work_should_stop())
            return false;
    }
    return true;
}

static bool task_take_down(struct object *o, unsigned budget)
{
    struct task *t = task_of(o);
    if (!vcpu_evict(&t->vcpus) || !task_kill_threads(t))
        return false;
    if (t->has_caps) {
        t->has_caps = !cap_table_destroy(&t->caps, budget);
        return false;
    }
    if (t->has_mem && !mspace_clear(&t->mem, budget))
        return false;
    if (!io_space_clear(t, budget))
        return false;
    if (t->has_mem)
        sched_leave_space(t); /* CPUs still in it keep a pin until they left */
    return true;
}

static bool task_wind_up(struct object *o)
{
    struct task *t = task_of(o);
    if (!reply_table_destroy(t))
        return false;
    if (t->has_mem && !mspace_free_tables(&t->mem))
        return false;
    t->has_mem = false;
    if (!io_space_free(t))
        return false;
    return ku_mem_free_all(t);
}

static void task_free(struct object *o)
{
    kmem_free(o->quota, task_of(o), sizeof(struct task));
}

const struct object_ops task_ops = {
    .type = VTR_T_TASK,
    .protocols = {L4_PROTO_TASK},
    .invoke = task_invoke,
    .destroy = task_destroy,
    .chore = task_chore,
    .take_down = task_take_down,
    .wind_up = task_wind_up,
    .free = task_free,
};

const struct object_ops dma_space_ops = {
    .type = VTR_T_DMA_SPACE,
    .protocols = {L4_PROTO_DMA_SPACE, L4_PROTO_TASK},
    .invoke = dma_space_invoke,
    .destroy = task_destroy,
    .chore = task_chore,
    .take_down = task_take_down,
    .wind_up = task_wind_up,
    .free = task_free,
};

void task_check(struct task *t)
{
    if (t->object.dying)
        return;
    for (struct list *n = t->threads.next; n != &t->threads; n = n->next) {
        const struct thread *th = container_of(n, struct thread, in_task);
        kassert(th->task == t);                            /* I1 */
        kassert(t->is_held == !!(th->watch & WATCH_HELD)); /* I2 */
        thread_check(th);
    }
    reply_check(t);
    cap_table_check(&t->caps);
    mspace_check(&t->mem);
    ku_mem_check(t);
    io_space_check(t);
}

void *core_node_alloc(struct port_space *s, size_t size)
{
    return kmem_alloc(container_of(s, struct mspace, port)->quota, size);
}

void core_node_free(struct port_space *s, void *node, size_t size)
{
    kmem_free(container_of(s, struct mspace, port)->quota, node, size);
}

void *core_table_alloc(struct port_space *s)
{
    return core_node_alloc(s, PAGE_SIZE);
}

void core_table_free(struct port_space *s, void *table)
{
    core_node_free(s, table, PAGE_SIZE);
}
