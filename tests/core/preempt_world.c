/* The world of test_preempt.c: see preempt.h. */
#include "preempt.h"

static _Alignas(PAGE_SIZE << ORDER) char frames[PAGE_SIZE << ORDER];
struct thread *a, *b, *in_task, *caller[2], *vcpu[VCPUS];
struct task *src, *dst;
uint32_t count;
word_t src_slot, dst_slot, a_slot, in_task_slot;

/* Two tasks; memory and capabilities of src; if `given`, derived in dst, and
 * the memory from there back in src. */
static void tasks_make(bool given)
{
    unsigned n;
    src = task_new();
    dst = task_new();
    src_slot = slot_of(&src->object);
    dst_slot = slot_of(&dst->object);
    for (unsigned i = 0; i < PIECES; i++) {
        paddr_t pa = port_virt_to_phys(frames) + i * PAGE_SIZE;
        mspace_map_root(&src->mem, PAGES + i * PAGE_SIZE, pa, PAGE_ORDER,
                        RIGHT_RWX, MEM_NORMAL);
        cap_insert_root(&src->caps, FIRST + i, &kernel.task->object, CAP_ALL);
        if (given)
            cap_map(cap_slot(&src->caps, FIRST + i), &dst->caps, FIRST + i,
                    CAP_ALL, false, false);
    }
    if (!given)
        return;
    mspace_map(&src->mem, PAGES, &dst->mem, PAGES, PAGE_ORDER + ORDER,
               RIGHT_RWX, 0, false, ~0u, &n);
    mspace_map(&dst->mem, PAGES, &src->mem, BACK, PAGE_ORDER + ORDER, RIGHT_RWX,
               0, false, ~0u, &n);
}

static void slot_fill(void)
{
    irq_new(kernel.task, SLOT);
    for (unsigned i = 0; i < PIECES; i++)
        cap_map(cap_slot(&kernel.task->caps, SLOT), &dst->caps, FIRST + i,
                CAP_ALL, false, false);
}

/* A superpage of src; dst has it, whole and a page of it twice, too. */
static void superpage_make(void)
{
    unsigned n;
    mspace_map_root(&src->mem, SUPER, FRAME, SUPERPAGE_ORDER, RIGHT_RWX,
                    MEM_NORMAL);
    mspace_map(&src->mem, SUPER, &dst->mem, SUPER, SUPERPAGE_ORDER, RIGHT_RWX,
               0, false, ~0u, &n);
    for (unsigned i = 0; i < 2; i++)
        mspace_map(&src->mem, SUPER + (TAKEN + i) * PAGE_SIZE, &dst->mem,
                   BACK + i * PAGE_SIZE, PAGE_ORDER, RIGHT_RWX, 0, false, ~0u,
                   &n);
    count = mspace_count(&src->mem) - 1;
}

/* A thread of a task; two threads wait for it, one through a gate. */
static void waiters_make(struct task *in)
{
    in_task = thread_running(in, 5);
    in_task_slot = slot_of_thread(in_task);
    gate_new(kernel.task, GATE, in_task, 0);
    for (unsigned i = 0; i < 2; i++)
        caller[i] = thread_running(kernel.task, 6 + i);
    sys(caller[0], GATE, CALL, 0, NEVER);
    sys(caller[1], in_task_slot, RECEIVE, 0, NEVER);
}

/* a and its partner, of which one sends to the other through a gate. */
static void partners_make(enum op op)
{
    bool urgent = op == OP_SEND_TO_URGENT || op == OP_RECEIVE_FROM_URGENT;
    a = thread_running(a_sends(op) ? src : dst, 10);
    in_task = thread_running(a_sends(op) ? dst : src, urgent ? 15 : 5);
    in_task_slot = slot_of_thread(in_task);
    gate_new(src, GATE, a_sends(op) ? in_task : a, 0);
    if (a_sends(op))
        wait_for_items(in_task);
    else
        send_items(in_task);
}

/* in_task's pager is a, which has its fault. */
static void fault_make(void)
{
    a = thread_running(src, 10);
    in_task = thread_running(dst, 5);
    in_task_slot = slot_of_thread(in_task);
    gate_new(dst, GATE, a, 0);
    in_task->pager = (word_t)GATE << SEL_SHIFT;
    sys_wait(a);
    make_current(in_task);
    core_page_fault(PAGES, RIGHT_R);
    kernel_exit();
}

/* t becomes a vCPU, which is to run in dst. */
static void vcpu_make(struct thread *t)
{
    word_t mr[2] = {THREAD_VCPU_CONTROL, t->utcb_user + VCPU_STATE};
    struct invocation inv = {.mr = mr, .args.tag = tag_make(0, 2, 0, 0)};
    cr_assert_eq(vcpu_control(t, &inv), 0);
    cap_map(cap_lookup(&kernel.task->caps, dst_slot), &t->task->caps, SLOT,
            CAP_ALL, false, false);
    t->vcpu->state->user_task = (word_t)SLOT << SEL_SHIFT;
}

/* Two of them, each of a task of its own, in user mode. */
static void vcpus_make(void)
{
    for (unsigned i = 0; i < VCPUS; i++) {
        vcpu[i] = thread_running(task_new(), 3);
        vcpu_make(vcpu[i]);
        vcpu[i]->vcpu->state->saved_state = L4_VCPU_F_USER_MODE;
        vcpu[i]->utcb->mr[0] = THREAD_VCPU_RESUME;
        sys_raw(vcpu[i], SEL_INVALID | CALL, tag_make(L4_PROTO_THREAD, 1, 0, 0),
                NEVER);
        cr_assert(vcpu[i]->vcpu->user_mode);
    }
}

static void actors_make(enum op op)
{
    if (is_message(op)) {
        partners_make(op);
        return;
    }
    if (op == OP_ANSWER) {
        fault_make();
        return;
    }
    waiters_make(op == OP_SPLIT ? src : dst);
    a = thread_running(op == OP_RESUME ? src : kernel.task, 10);
    if (op == OP_RESUME)
        vcpu_make(a);
    if (op == OP_END_TASK)
        vcpus_make();
}

void world_make(enum op op)
{
    bool given = op == OP_UNMAP_PAGES || op == OP_UNMAP_CAPS ||
                 op == OP_REVOKE_CAPS || op == OP_DELETE_TASK ||
                 op == OP_END_TASK;
    fake.console_used = 0;
    tasks_make(given);
    actors_make(op);
    if (op == OP_SPLIT)
        superpage_make();
    if (op == OP_CREATE)
        slot_fill();
    a_slot = slot_of_thread(a);
    b = thread_running(kernel.task, 20);
    sys_sleep(b, PERIOD);
}
