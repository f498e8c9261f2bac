/*
 * Long operations, stopped wherever they can be stopped.
 *
 * Thread a begins an operation that takes pieces (map, unmap, grant, revoke,
 * the end of an object, a message with items). The kernel asks for interrupts
 * after each elementary step (work.piece); at the n-th question one comes, for
 * each n there is. It wakes b, which is above a and does something to a, to
 * what a works on, or to both, and may be stopped itself; then a goes on:
 *
 *      a: begin ---- stop            go on ---- stop        go on ---- done
 *                      b: act, sleep              b: act, sleep
 *
 * All invariants are checked at each stop and each exit; at the end the
 * operation has done its work, unless b took it from a, and nothing is left
 * over. Source of the method: bounded exhaustive exploration of preemptions
 * (Musuvathi and Qadeer, "Iterative context bounding", 2007): here with one
 * preemption for each operation and act, and with two for some.
 */
#include "kernel.h"

#include <factory.h>
#include <object.h>
#include <work.h>

enum {
    PIECES = 8, /* pages, and capabilities */
    ORDER = 3,
    FIRST = 8, /* slot of the first capability in src and dst */
    PERIOD = 100,
    GATE = 0x1c0,
    SLOT = 0x1d0, /* OP_CREATE's */
    KU_ORDER = 16,
};
#define PAGES ((uaddr_t)0x40000000)
#define BACK  ((uaddr_t)0x48000000)
#define KU    ((uaddr_t)0x4c000000)
#define SUPER ((uaddr_t)0x50000000)
#define FRAME ((paddr_t)0x40000000) /* of it; nobody looks there */
enum { SUPER_PAGES = 512, TAKEN = 5 };

enum op {
    OP_MAP_PAGES,
    OP_GRANT_PAGES,
    OP_UNMAP_PAGES,
    OP_MAP_CAPS,
    OP_GRANT_CAPS,
    OP_UNMAP_CAPS,
    OP_REVOKE_CAPS,
    OP_DELETE_TASK,
    OP_DELETE_THREAD,
    OP_SEND, /* a message with items, to one who waits for it; */
    OP_SEND_TO_URGENT,
    OP_RECEIVE, /* from one who waits to send */
    OP_RECEIVE_FROM_URGENT,
    OP_KU_MEM,
    OP_CREATE, /* into a slot from which much was derived */
    OP_SPLIT,  /* a page is taken out of a superpage */
    OPS
};

enum act {
    ACT_NOTHING,
    ACT_SAME,   /* the same operation: the walk changes hands */
    ACT_UNMAP,  /* what a hands on or takes back */
    ACT_MAP,    /* pages, once more */
    ACT_CANCEL, /* a */
    ACT_CANCEL_OTHER,
    ACT_MOVE, /* a, to the other CPU */
    ACT_DELETE_TASK,
    ACT_DELETE_SOURCE,
    ACT_DELETE, /* a */
    ACT_DELETE_OTHER,
    ACT_TOUCH, /* in_task, the superpage */
    ACTS
};

static _Alignas(PAGE_SIZE << ORDER) char frames[PAGE_SIZE << ORDER];
/* in_task: what callers wait for; a's partner. */
static struct thread *a, *b, *in_task, *caller[2];
static struct task *src, *dst;
static uint32_t count; /* of src's mappings, at first */
static word_t src_slot, dst_slot, a_slot, in_task_slot;
static bool disturbed; /* b did what may keep a's work from being done */
static unsigned orders;

static word_t slot_of(const struct object *o)
{
    for (word_t i = 0x100; i < 0x200; i++) {
        struct cap_slot *c = cap_slot(&kernel.task->caps, i);
        if (c && c->object == o)
            return i;
    }
    cr_assert(false, "no capability to the object");
    return 0;
}

static bool is_there(word_t slot)
{
    return cap_lookup(&kernel.task->caps, slot) != NULL;
}

/* --- what threads ask for ------------------------------------------------- */

static word_t pages(uaddr_t at)
{
    return at | (PAGE_ORDER + ORDER) << 6 | FPAGE_MEM << 4 | RIGHT_RWX;
}

static word_t caps(void)
{
    return (word_t)FIRST << SEL_SHIFT | ORDER << 6 | FPAGE_OBJ << 4 | 0xf;
}

static void map(struct thread *t, uaddr_t base, word_t fpage, bool grant)
{
    if (!is_there(src_slot) || !is_there(dst_slot))
        return;
    t->utcb->mr[0] = TASK_MAP;
    t->utcb->mr[1] = base | (grant ? 2 : 0);
    t->utcb->mr[2] = fpage;
    t->utcb->mr[3] = 8; /* a map item: the source task */
    t->utcb->mr[4] = src_slot << SEL_SHIFT | FPAGE_OBJ << 4 | 0xf;
    sys(t, dst_slot, CALL, tag_make(L4_PROTO_TASK, 3, 1, 0), NEVER);
}

static void unmap(struct thread *t, word_t slot, word_t mask, word_t fpage)
{
    if (!is_there(slot))
        return;
    t->utcb->mr[0] = TASK_UNMAP;
    t->utcb->mr[1] = mask;
    t->utcb->mr[2] = fpage;
    sys(t, slot, CALL, tag_make(L4_PROTO_TASK, 3, 0, 0), NEVER);
}

static void delete (struct thread *t, word_t slot)
{
    if (is_there(slot))
        unmap(t, 1, UNMAP_SELF | UNMAP_DELETE,
              slot << SEL_SHIFT | FPAGE_OBJ << 4 | 0xf);
}

static void add_ku_mem(struct thread *t)
{
    if (!is_there(src_slot))
        return;
    t->utcb->mr[0] = TASK_ADD_KU_MEM;
    t->utcb->mr[1] = KU | KU_ORDER << 6 | FPAGE_MEM << 4 | RIGHT_RWX;
    sys(t, src_slot, CALL, tag_make(L4_PROTO_TASK, 2, 0, 0), NEVER);
}

static void create(struct thread *t)
{
    enum { FACTORY = 2, ONE_CAP = 8 | 2 };
    t->utcb->mr[0] = (word_t)L4_PROTO_IRQ_SENDER;
    t->utcb->bdr = 0;
    t->utcb->br[0] = (word_t)SLOT << SEL_SHIFT | ONE_CAP;
    sys(t, FACTORY, CALL, tag_make(L4_PROTO_FACTORY, 1, 0, 0), NEVER);
}

static bool is_message(enum op op)
{
    return op >= OP_SEND && op <= OP_RECEIVE_FROM_URGENT;
}

static word_t taken_page(void)
{
    uaddr_t at = SUPER + TAKEN * PAGE_SIZE;
    return at | PAGE_ORDER << 6 | FPAGE_MEM << 4 | RIGHT_RWX;
}

static bool a_sends(enum op op)
{
    return op == OP_SEND || op == OP_SEND_TO_URGENT;
}

/* The pages and capabilities of src, through a gate there. */
static void send_items(struct thread *t)
{
    t->utcb->mr[0] = PAGES | 8;
    t->utcb->mr[1] = pages(PAGES);
    t->utcb->mr[2] = 8;
    t->utcb->mr[3] = caps();
    sys(t, GATE, SEND, tag_make(0, 0, 2, 0), NEVER);
}

static void wait_for_items(struct thread *t)
{
    t->utcb->br[0] = 8;
    t->utcb->br[1] = pages(PAGES);
    t->utcb->br[2] = 8;
    t->utcb->br[3] = caps();
    t->utcb->bdr = 2 << 10;
    sys_wait(t);
}

static void operate(struct thread *t, enum op op)
{
    if (is_message(op) && t == a) {
        a_sends(op) ? send_items(t) : wait_for_items(t);
        return;
    }
    switch (op) {
    case OP_SEND:
    case OP_SEND_TO_URGENT:
    case OP_MAP_PAGES:
    case OP_GRANT_PAGES:
        map(t, PAGES, pages(PAGES), op == OP_GRANT_PAGES);
        break;
    case OP_RECEIVE:
    case OP_RECEIVE_FROM_URGENT:
    case OP_MAP_CAPS:
    case OP_GRANT_CAPS:
        map(t, (word_t)FIRST << SEL_SHIFT, caps(), op == OP_GRANT_CAPS);
        break;
    case OP_UNMAP_PAGES:
        unmap(t, src_slot, UNMAP_SELF, pages(PAGES));
        break;
    case OP_UNMAP_CAPS:
        unmap(t, src_slot, UNMAP_SELF, caps());
        break;
    case OP_REVOKE_CAPS:
        unmap(t, src_slot, UNMAP_SELF | UNMAP_RECURSIVE, caps());
        break;
    case OP_DELETE_TASK:
        delete (t, dst_slot);
        break;
    case OP_KU_MEM:
        add_ku_mem(t);
        break;
    case OP_CREATE:
        create(t);
        break;
    case OP_SPLIT:
        unmap(t, src_slot, UNMAP_SELF, taken_page());
        break;
    default:
        delete (t, in_task_slot);
    }
}

static unsigned pages_in(struct task *t, uaddr_t at)
{
    unsigned n = 0;
    for (unsigned i = 0; i < PIECES; i++)
        n += mspace_find(&t->mem, at + i * PAGE_SIZE) != NULL;
    return n;
}

static unsigned caps_in(struct task *t)
{
    unsigned n = 0;
    for (word_t i = FIRST; i < FIRST + PIECES; i++)
        n += cap_lookup(&t->caps, i) != NULL;
    return n;
}

/* Whatever was done to one of them, both partners of a message know. */
static void check_told(enum op op)
{
    const struct thread *s = a_sends(op) ? a : in_task;
    const struct thread *r = a_sends(op) ? in_task : a;
    if (!is_there(a_slot) || !is_there(in_task_slot))
        return;
    int sent = outcome(s), received = outcome(r);
    bool done = !sent && !received;
    bool sender_went = (sent == L4_IPC_SECANCELED || sent == NOT_BEGUN) &&
                       received == L4_IPC_REABORTED;
    bool receiver_went =
        (received == L4_IPC_RECANCELED || received == NOT_BEGUN) &&
        sent == L4_IPC_SEABORTED;
    cr_assert(done || sender_went || receiver_went, "op %u: %d, %d", op, sent,
              received);
}

/* Each page but one is where it was. */
static void check_superpage(struct mspace *m)
{
    for (unsigned i = 0; i < SUPER_PAGES; i++) {
        const struct mem_node *n = mspace_find(m, SUPER + i * PAGE_SIZE);
        struct fake_entry e;
        bool there = fake_space_lookup(&m->port, SUPER + i * PAGE_SIZE, &e);
        cr_assert_eq(n != NULL, i != TAKEN);
        cr_assert_eq(there, n != NULL);
        cr_assert(!n || (n->order == PAGE_ORDER && e.order == PAGE_ORDER &&
                         e.pa == n->pa && n->pa == i * PAGE_SIZE + FRAME));
    }
}

/* What op, left in peace, has done. */
static void check_done(enum op op)
{
    cr_assert_eq(outcome(a), 0);
    long done_before = op == OP_KU_MEM ? -L4_EEXIST : 0; /* by b */
    cr_assert(answer(a) == 0 || answer(a) == done_before, "op %u: %ld", op,
              answer(a));
    if (is_message(op)) {
        cr_assert_eq(outcome(in_task), 0);
        cr_assert_eq(pages_in(src, PAGES) + pages_in(dst, PAGES), 2 * PIECES);
        cr_assert_eq(caps_in(src) + caps_in(dst), 2 * PIECES);
        return;
    }
    switch (op) {
    case OP_MAP_PAGES:
        cr_assert_eq(pages_in(src, PAGES), PIECES);
        cr_assert_eq(pages_in(dst, PAGES), PIECES);
        break;
    case OP_GRANT_PAGES:
        cr_assert_eq(pages_in(src, PAGES), 0);
        cr_assert_eq(pages_in(dst, PAGES), PIECES);
        break;
    case OP_UNMAP_PAGES:
        cr_assert_eq(pages_in(src, PAGES) + pages_in(src, BACK), 0);
        cr_assert_eq(pages_in(dst, PAGES), 0);
        break;
    case OP_MAP_CAPS:
        cr_assert_eq(caps_in(src), PIECES);
        cr_assert_eq(caps_in(dst), PIECES);
        break;
    case OP_GRANT_CAPS:
        cr_assert_eq(caps_in(src), 0);
        cr_assert_eq(caps_in(dst), PIECES);
        break;
    case OP_UNMAP_CAPS:
        cr_assert_eq(caps_in(src), 0);
        cr_assert_eq(caps_in(dst), PIECES);
        break;
    case OP_REVOKE_CAPS:
        cr_assert_eq(caps_in(src) + caps_in(dst), 0);
        break;
    case OP_KU_MEM:
        cr_assert_not_null(task_ku_mem(src, KU, 1ul << KU_ORDER));
        break;
    case OP_CREATE:
        cr_assert_eq(cap_lookup(&kernel.task->caps, SLOT)->object->ops->type,
                     VTR_T_IRQ);
        cr_assert_eq(caps_in(dst), PIECES);
        break;
    case OP_SPLIT:
        cr_assert_eq(mspace_count(&src->mem) - count, SUPER_PAGES - 1);
        check_superpage(&src->mem);
        check_superpage(&dst->mem);
        break;
    default: /* all who waited for what ended are told */
        for (unsigned i = 0; i < 2; i++)
            cr_assert_gt(outcome(caller[i]), 0);
    }
}

/* --- who comes in between ------------------------------------------------- */

static void cancel(word_t slot, struct thread *t)
{
    if (is_there(slot))
        thread_ex_regs(t, 0x1000, 0x2000, true, false);
    kernel_exit();
}

/* If the page table lacks the page that t accesses, that is no fault of its;
 * the kernel mends it before t runs on. */
static void touch(struct thread *t, enum op op)
{
    struct fake_entry e;
    uaddr_t at = SUPER + (SUPER_PAGES - 1) * PAGE_SIZE;
    if (op != OP_SPLIT)
        return;
    fake.points = 0;
    if (!fake_space_lookup(&src->mem.port, at, &e)) {
        make_current(t);
        core_page_fault(at, RIGHT_R);
        kernel_exit();
        cr_assert(fake_space_lookup(&src->mem.port, at, &e));
        cr_assert_eq(t->state, THREAD_READY);
    }
}

static void act(enum act what, enum op op)
{
    disturbed |= what > ACT_SAME && what != ACT_MOVE && what != ACT_TOUCH;
    switch (what) {
    case ACT_NOTHING:
        break;
    case ACT_SAME:
        operate(b, op);
        break;
    case ACT_UNMAP:
        unmap(b, src_slot, UNMAP_SELF, pages(PAGES));
        unmap(b, src_slot, UNMAP_SELF | UNMAP_RECURSIVE, caps());
        break;
    case ACT_MAP:
        map(b, PAGES, pages(PAGES), false);
        map(b, (word_t)FIRST << SEL_SHIFT, caps(), false);
        map(b, KU, pages(KU), false);
        break;
    case ACT_CANCEL:
        cancel(a_slot, a);
        break;
    case ACT_CANCEL_OTHER:
        cancel(in_task_slot, in_task);
        break;
    case ACT_MOVE:
        if (is_there(a_slot))
            sched_move(a, !a->next_cpu);
        kernel_exit();
        break;
    case ACT_DELETE_TASK:
        delete (b, dst_slot);
        break;
    case ACT_DELETE_SOURCE:
        delete (b, src_slot);
        break;
    case ACT_DELETE_OTHER:
        delete (b, in_task_slot);
        break;
    case ACT_TOUCH:
        touch(in_task, op);
        break;
    default:
        delete (b, a_slot);
    }
}

/* The interrupt: the timer, for which b waits. */
static void strike(void)
{
    fake.time += PERIOD * 1000;
    core_timer();
}

/* --- worlds --------------------------------------------------------------- */

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

static void world_make(enum op op)
{
    bool given = op == OP_UNMAP_PAGES || op == OP_UNMAP_CAPS ||
                 op == OP_REVOKE_CAPS || op == OP_DELETE_TASK;
    fake.console_used = 0;
    disturbed = false;
    tasks_make(given);
    if (is_message(op)) {
        partners_make(op);
    } else {
        waiters_make(op == OP_SPLIT ? src : dst);
        a = thread_running(kernel.task, 10);
    }
    if (op == OP_SPLIT)
        superpage_make();
    if (op == OP_CREATE)
        slot_fill();
    a_slot = slot_of_thread(a);
    b = thread_running(kernel.task, 20);
    sys_sleep(b, PERIOD);
}

/* Both CPUs, until nobody has anything to do in the kernel. */
static void settle(void)
{
    for (unsigned i = 0; i < 4; i++) {
        on_cpu(1 - i % 2);
        kernel_exit();
    }
    on_cpu(0);
}

/* One order: the first interrupt at question at[0], the second at[1] after.
 * Returns how many came. */
static unsigned run(enum op op, const enum act *acts, const unsigned *at)
{
    unsigned came = 0;
    world_make(op);
    work.piece = op == OP_SPLIT ? WORK_PIECE : 1; /* it has thousands */
    fake.points = at[0];
    operate(a, op);
    while (b->state == THREAD_READY && came < 2) {
        bool last = came == 1;
        fake.points = last ? 0 : at[1];
        act(acts[came++], op);
        sys_sleep(b, PERIOD); /* and a goes on */
    }
    bool second = came && at[1] && !fake.points;
    fake.points = 0;
    settle();
    if (!disturbed)
        check_done(op);
    if (is_message(op))
        check_told(op);
    if (op == OP_KU_MEM && is_there(src_slot)) /* all of it or nothing */
        cr_assert_eq(task_ku_mem(src, KU, PAGE_SIZE) != NULL,
                     task_has_ku_mem(src, KU, KU_ORDER));
    work.piece = WORK_PIECE;
    if (is_there(GATE))
        slot_delete(kernel.task, GATE);
    kernel_rewind();
    orders++;
    return came + (came == 1 && second);
}

/* Every place for one interrupt; of a split, which has hundreds, every
 * seventh, others for each act. Returns how many there were. */
static unsigned run_places(enum op op, enum act what)
{
    unsigned step = op == OP_SPLIT ? 7 : 1, n = 0;
    unsigned at[2] = {1 + what % step, 0};
    enum act acts[2] = {what, ACT_NOTHING};
    while (run(op, acts, at) > 0) {
        at[0] += step;
        n++;
    }
    return n;
}

/* Every two places. */
static void run_pairs(enum op op, enum act first, enum act second)
{
    unsigned at[2] = {1, 1};
    enum act acts[2] = {first, second};
    for (;;) {
        unsigned came = run(op, acts, at);
        if (came == 0)
            return;
        at[1]++;
        if (came == 1) {
            at[0]++;
            at[1] = 1;
        }
    }
}

static void start(void)
{
    kernel_boot_cpus(2);
    fake.on_irq = strike;
}

Test(preempt, one_interrupt_at_every_point)
{
    start();
    for (enum op op = 0; op < OPS; op++)
        for (enum act what = 0; what < ACTS; what++)
            cr_assert_gt(run_places(op, what), 3, "op %u, act %u", op, what);
    cr_log_info("%u orders", orders);
}

Test(preempt, two_interrupts_at_every_two_points)
{
    static const enum act acts[] = {ACT_SAME, ACT_CANCEL, ACT_MOVE};
    start();
    for (enum op op = 0; op < OP_SPLIT; op++)
        for (unsigned i = 0; i < 3; i++)
            run_pairs(op, acts[i], acts[(i + 1) % 3]);
    cr_log_info("%u orders", orders);
}

/* Left in peace, each asks often enough, with some room. */
Test(preempt, no_stretch_is_long)
{
    enum { LIMIT = 80 };
    start();
    for (enum op op = 0; op < OPS; op++) {
        world_make(op);
        work_reset();
        operate(a, op);
        settle();
        cr_assert_leq(work.longest, LIMIT, "op %u: %u steps, to %s", op,
                      work.longest, work.where);
        check_done(op);
        if (is_there(GATE))
            slot_delete(kernel.task, GATE);
        kernel_rewind();
    }
}
