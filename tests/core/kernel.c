/* See kernel.h. */
#include "kernel.h"

#include <boot.h>
#include <factory.h>

enum {
    HEAP = 8 << 20,
    SLOTS = 0x100,
    SLOTS_END = 0x200,
    UTCB_BASE = 0x5000000000 >> 12
};

static _Alignas(1 << 22) char heap[HEAP];
struct kernel kernel;
static uaddr_t utcb_next;
static word_t slot_next;

unsigned kernel_objects(void)
{
    unsigned n = 0;
    for (struct list *l = object_all.next; l != &object_all; l = l->next)
        n++;
    return n;
}

static struct task *task_by_id(uint32_t id)
{
    return task_of(object_find(id));
}

static void task_stop(struct task *t)
{
    thread_kill(container_of(t->threads.next, struct thread, in_task));
}

void on_cpu(unsigned cpu)
{
    port_fake_cpu = cpu;
}

void kernel_boot(void)
{
    kernel_boot_cpus(1);
}

void kernel_boot_cpus(unsigned cpus)
{
    struct boot_info info = {
        .region_count = 1,
        .region[0] = {port_virt_to_phys(heap), port_virt_to_phys(heap) + HEAP,
                      BOOT_KERNEL},
        .heap_start = port_virt_to_phys(heap),
        .heap_end = port_virt_to_phys(heap) + HEAP,
        .root = {.ip = PAGE_SIZE}, /* never runs; 0: there is none */
        .user_end = 0x9000000000,
        .cpu_count = cpus,
        .irq_count = FAKE_IRQS,
        .slice_ns = KERNEL_SLICE,
    };
    core_boot(&info);
    kernel.task = task_by_id(core_root_task(1));
    task_stop(task_by_id(core_root_task(0)));
    task_stop(kernel.task);
    kernel.quota = factory_quota(cap_lookup(&kernel.task->caps, 2)->object);
    utcb_next = (uaddr_t)UTCB_BASE << 12;
    slot_next = SLOTS;
    /* What grows once and stays: tables. */
    for (word_t i = 0; i < SLOTS_END; i += CAP_PAGE_SLOTS)
        cap_slot_make(&kernel.task->caps, i);
    for (unsigned i = 0; i < 4; i++)
        task_add_ku_mem(kernel.task, utcb_next + i * PAGE_SIZE, PAGE_SIZE);
    kernel_exit();
    kernel.free = kmem_free_bytes();
    kernel.objects = kernel_objects();
}

struct thread *kernel_exit(void)
{
    struct port_frame *f = core_next();
    while (!f && fake.irq_waits) {
        fake.irq_waits = false;
        if (fake.on_irq)
            fake.on_irq();
        report_check_all();
        f = core_next();
    }
    report_check_all();
    return f ? container_of(f, struct thread, frame) : NULL;
}

void kernel_end(void)
{
    on_cpu(0);
    for (word_t i = SLOTS; i < SLOTS_END; i++) {
        struct cap_slot *c = cap_lookup(&kernel.task->caps, i);
        if (c)
            cap_delete_object(c->object, 1000);
    }
    reap_all();
    for (unsigned i = sched_cpu_count; i-- > 0;) { /* out of spaces that end */
        on_cpu(i);
        kernel_exit();
    }
    reap_all();
    cr_assert_eq(kernel_objects(), kernel.objects);
    cr_assert_eq(kmem_free_bytes(), kernel.free);
    cr_assert_null(sched_cpu()->timeouts.heap.root);
}

void kernel_rewind(void)
{
    kernel_end();
    utcb_next = (uaddr_t)UTCB_BASE << 12;
    slot_next = SLOTS;
}

static word_t slot_put(struct task *in, word_t slot, struct object *o)
{
    cr_assert_eq(cap_insert_root(&in->caps, slot, o, CAP_ALL), 0);
    return slot;
}

struct task *task_new(void)
{
    struct task *t = task_create(kernel.quota, 0);
    cr_assert_not_null(t);
    slot_put(kernel.task, slot_next++, &t->object);
    cr_assert_eq(task_add_ku_mem(t, (uaddr_t)UTCB_BASE << 12, PAGE_SIZE), 0);
    return t;
}

struct thread *thread_new(struct task *task, unsigned prio)
{
    struct thread *t = thread_create(kernel.quota, 0);
    cr_assert_not_null(t);
    slot_put(kernel.task, slot_next++, &t->object);
    if (task == kernel.task) {
        cr_assert_eq(thread_bind(t, task, utcb_next), 0);
        utcb_next += UTCB_SIZE;
    } else {
        cr_assert_eq(thread_bind(t, task, (uaddr_t)UTCB_BASE << 12), 0);
    }
    t->frame.result_tag = ~0ul;
    sched_set_params(t, prio, KERNEL_SLICE);
    return t;
}

struct thread *thread_running(struct task *task, unsigned prio)
{
    struct thread *t = thread_new(task, prio);
    thread_ex_regs(t, 0x1000, 0x2000, false, false);
    return t;
}

word_t slot_of(const struct object *o)
{
    for (word_t i = SLOTS; i < SLOTS_END; i++) {
        struct cap_slot *c = cap_slot(&kernel.task->caps, i);
        if (c && c->object == o)
            return i;
    }
    cr_assert(false, "no capability to the object");
    return 0;
}

word_t slot_of_thread(const struct thread *t)
{
    return slot_of(&t->object);
}

struct object *gate_new(struct task *in, word_t slot, struct thread *to,
                        word_t label)
{
    struct object *g =
        gate_create(kernel.quota, 0, to ? &to->object : NULL, label);
    slot_put(in, slot, g);
    return g;
}

struct object *irq_new(struct task *in, word_t slot)
{
    struct object *i = irq_create(kernel.quota, 0);
    slot_put(in, slot, i);
    return i;
}

void slot_delete(struct task *task, word_t slot)
{
    cap_delete_object(cap_lookup(&task->caps, slot)->object, 1000);
    reap_all();
    kernel_exit();
}

void make_current(struct thread *t)
{
    struct cpu *c = sched_cpu();
    cr_assert_eq(t->state, THREAD_READY, "a blocked thread cannot trap");
    c->current = t;
    c->current_prio = t->prio;
    c->donated = false;
    c->slice_owner = t;
    c->slice_end = fake.time + t->slice_left;
    c->switched_at = fake.time;
}

void sys_raw(struct thread *t, word_t dest, word_t tag, word_t timeouts)
{
    make_current(t);
    t->frame.result_tag = ~0ul;
    t->frame.args =
        (struct ipc_args){.tag = tag, .dest = dest, .timeouts = timeouts};
    core_syscall();
    kernel_exit();
}

void sys(struct thread *t, word_t slot, unsigned flags, word_t tag,
         word_t timeouts)
{
    sys_raw(t, slot << SEL_SHIFT | flags, tag, timeouts);
}

void sys_sleep(struct thread *t, word_t timeouts)
{
    sys_raw(t, SEL_INVALID | RECEIVE, 0, timeouts);
}

void sys_wait(struct thread *t)
{
    sys_raw(t, SEL_INVALID | WAIT, 0, NEVER);
}

void sys_reply(struct thread *t, word_t tag)
{
    sys_raw(t, SEL_INVALID | REPLY_WAIT, tag, SEND_AT_ONCE);
}

void time_passes(uint64_t ns)
{
    fake.time += ns;
    if (fake.timer <= fake.time) {
        fake.timer = ~0ul;
        core_timer();
    }
    kernel_exit();
}

int outcome(const struct thread *t)
{
    if (t->ipc.phase != PHASE_NONE)
        return WAITS;
    if (t->frame.result_tag == ~0ul)
        return NOT_BEGUN;
    if (!(t->frame.result_tag & TAG_ERROR))
        return 0;
    return t->utcb ? (int)t->utcb->error : NOT_BEGUN;
}

long answer(const struct thread *t)
{
    return tag_label(t->frame.result_tag);
}
