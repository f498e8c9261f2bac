/*
 * Tasks: creation, kernel-user memory, and the operations a capability to a
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

enum { KU_MEM_MAX = 16 * PAGE_SIZE };

/* What task and DMA space have in common. */
static struct task *task_new(struct quota *q, const struct object_ops *ops,
                             uint32_t factory_id)
{
    struct task *t = kmem_alloc(q, sizeof(*t));
    if (!t)
        return NULL;
    object_init(&t->object, ops, q, factory_id, kmem_charge(sizeof(*t)));
    list_init(&t->threads);
    list_init(&t->ku_mem);
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

/* --- kernel-user memory ----------------------------------------------- */

static int ku_mem_map(struct task *t, struct ku_mem *k)
{
    for (size_t at = 0; at < k->size; at += PAGE_SIZE) {
        paddr_t pa = port_virt_to_phys((char *)k->kernel + at);
        int error = mspace_map_root(&t->mem, k->user + at, pa, PAGE_ORDER,
                                    RIGHT_R | RIGHT_W, MEM_NORMAL);
        if (error)
            return error;
    }
    return 0;
}

static void ku_mem_unmap(struct task *t, struct ku_mem *k)
{
    unsigned flushed = 0;
    for (size_t at = 0; at < k->size; at += PAGE_SIZE)
        mspace_unmap_all(&t->mem, k->user + at, &flushed);
}

int task_add_ku_mem(struct task *t, uaddr_t user, size_t size)
{
    if (user % PAGE_SIZE || size % PAGE_SIZE || !size || size > KU_MEM_MAX ||
        user + size > t->mem.end)
        return -L4_EINVAL;
    for (size_t at = 0; at < size; at += PAGE_SIZE)
        if (mspace_find(&t->mem, user + at))
            return -L4_EEXIST;
    struct ku_mem *k = kmem_alloc(t->object.quota, sizeof(*k));
    void *kernel = k ? kmem_alloc(t->object.quota, size) : NULL;
    if (!kernel) {
        kmem_free(t->object.quota, k, sizeof(*k));
        return -L4_ENOMEM;
    }
    *k = (struct ku_mem){.user = user, .kernel = kernel, .size = size};
    int error = ku_mem_map(t, k);
    if (error) {
        ku_mem_unmap(t, k);
        kmem_free(t->object.quota, kernel, size);
        kmem_free(t->object.quota, k, sizeof(*k));
        return error;
    }
    list_add_last(&t->ku_mem, &k->link);
    return 0;
}

void *task_ku_mem(struct task *t, uaddr_t user, size_t size)
{
    for (struct list *n = t->ku_mem.next; n != &t->ku_mem; n = n->next) {
        struct ku_mem *k = container_of(n, struct ku_mem, link);
        if (user >= k->user && size <= k->size &&
            user - k->user <= k->size - size) /* no sum that could wrap */
            return (char *)k->kernel + (user - k->user);
    }
    return NULL;
}

bool task_has_ku_mem(const struct task *t, uaddr_t user, unsigned order)
{
    uaddr_t last = user + (order < 64 ? (1ul << order) - 1 : ~0ul);
    for (struct list *n = t->ku_mem.next; n != &t->ku_mem; n = n->next) {
        struct ku_mem *k = container_of(n, struct ku_mem, link);
        if (k->user <= last && user < k->user + k->size)
            return true;
    }
    return false;
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

static long task_op_ku_mem(struct task *t, struct thread *by,
                           const struct invocation *inv)
{
    if (inv_words(inv) < 2)
        return -L4_EMSGTOOSHORT;
    unsigned order = inv->mr[1] >> 6 & 0x3f;
    if (order < PAGE_ORDER || order > 20)
        return -L4_EINVAL;
    int error = task_add_ku_mem(t, inv->mr[1] & ~0xffful, 1ul << order);
    by->utcb->mr[0] = inv->mr[1];
    return error;
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
        ipc_answer(by, task_op_ku_mem(t, by, inv), 1, 0);
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
    struct task *t = task_of(o);
    vcpu_evict(&t->vcpus);
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
    if (!task_kill_threads(t))
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
    while (!list_is_empty(&t->ku_mem)) {
        struct ku_mem *k = container_of(t->ku_mem.next, struct ku_mem, link);
        list_remove(&k->link);
        kmem_free(o->quota, k->kernel, k->size);
        kmem_free(o->quota, k, sizeof(*k));
        work_done(2);
        if (work_should_stop())
            return false;
    }
    return true;
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
    .take_down = task_take_down,
    .wind_up = task_wind_up,
    .free = task_free,
};

const struct object_ops dma_space_ops = {
    .type = VTR_T_DMA_SPACE,
    .protocols = {L4_PROTO_DMA_SPACE, L4_PROTO_TASK},
    .invoke = dma_space_invoke,
    .destroy = task_destroy,
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
        kassert(th->task == t); /* I1 */
        thread_check(th);
    }
    reply_check(t);
    cap_table_check(&t->caps);
    mspace_check(&t->mem);
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
