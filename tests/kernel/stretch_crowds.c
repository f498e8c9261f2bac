/*
 * Bounded latency (stretch.c): one message with very much in it, areas and
 * superpages, a slot from which much was derived, and crowds of threads that
 * wait for the same thing, which happens to all at once.
 */
#include "stretch.h"
#include <l4/sigma0/sigma0.h>
#include <l4/sys/semaphore.h>
#include <l4/sys/vcpu.h>
#include <l4/vitrine/debug.h>

enum {
    CROWD = 40,
    VCPUS = 12,
    VCPU_STACK = 256, /* words */
    PAGES_ORDER = 12,
    CAPS_ORDER = 11,
    SUPER_ORDER = L4_SUPERPAGESHIFT,
    SUPER_PAGES = 1 << (L4_SUPERPAGESHIFT - L4_PAGESHIFT),
    BIG = 8192, /* a slot number */
};
#define KU_AREA 0x1a00000000ul

static struct worker crowd[CROWD];

/* --- the other task's memory and capabilities ------------------------------
 */

static l4_fpage_t window(l4_addr_t at, unsigned order)
{
    return l4_fpage(at, (unsigned char)(order + L4_PAGESHIFT), L4_FPAGE_RWX);
}

static void map_page(l4_cap_idx_t from, l4_addr_t at, unsigned order,
                     l4_addr_t to)
{
    CHECK_EQ(result(l4_task_map(space.task, from, window(at, order), to)), 0);
}

/* 2^PAGES_ORDER times the same page, then as many capabilities. */
static void fill(void *page, l4_cap_idx_t cap)
{
    map_page(L4_BASE_TASK_CAP, (l4_addr_t)page, 0, PAGES);
    for (unsigned i = 0; i < PAGES_ORDER; i++)
        map_page(space.task, PAGES, i, PAGES + (L4_PAGESIZE << i));
    l4_cap_idx_t from = L4_BASE_TASK_CAP;
    for (unsigned i = 0; i <= CAPS_ORDER; i++) {
        unsigned order = i ? i - 1 : 0, to = BIG + (i ? 1u << (i - 1) : 0);
        l4_fpage_t caps = l4_obj_fpage(i ? SLOT(BIG) : cap,
                                       (unsigned char)order, L4_CAP_FPAGE_RWSD);
        l4_umword_t base = l4_map_obj_control(SLOT(to), L4_MAP_ITEM_MAP);
        CHECK_EQ(result(l4_task_map(space.task, from, caps, base)), 0);
        from = space.task;
    }
}

static l4_cap_idx_t irq_new(void)
{
    l4_cap_idx_t irq = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    return irq;
}

/* --- one message -----------------------------------------------------------
 */

/* Runs in the other task: sends all of it to whom slot 3 names. */
static void send_all(void *arg)
{
    (void)arg;
    l4_utcb_mr()->mr[0] = L4_ITEM_MAP;
    l4_utcb_mr()->mr[1] = window(PAGES, PAGES_ORDER).raw;
    l4_utcb_mr()->mr[2] = L4_ITEM_MAP;
    l4_utcb_mr()->mr[3] =
        l4_obj_fpage(SLOT(BIG), CAPS_ORDER, L4_CAP_FPAGE_RWSD).raw;
    l4_ipc_send(MAIN_CAP, l4_utcb(), l4_msgtag(0, 0, 2, 0), L4_IPC_NEVER);
    l4_ipc_sleep(L4_IPC_NEVER);
}

static void a_message_with_everything(void)
{
    struct worker w;
    l4_umword_t label;
    l4_addr_t to = window_new();
    l4_cap_idx_t irq = irq_new(), into = SLOT(4 * BIG);
    stretch_begin();
    fill(page_new(), irq);
    space_give(&space, MAIN_CAP, L4_CAP_FPAGE_RWS);
    worker_make_in(&w, &space);
    worker_run(&w, send_all, 0, 0);
    l4_buf_regs_t *b = l4_utcb_br();
    b->br[0] = L4_ITEM_MAP;
    b->br[1] = window(to, PAGES_ORDER).raw;
    b->br[2] = L4_ITEM_MAP;
    b->br[3] = l4_obj_fpage(into, CAPS_ORDER, L4_CAP_FPAGE_RWSD).raw;
    b->bdr = 2 << 10;
    stretch_forget();
    CHECK_EQ(ipc_code(l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER)), 0);
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0;
    stretch_check();
    CHECK(cap_is_there(into + SLOT((1 << CAPS_ORDER) - 1)));
    CHECK_EQ(*(volatile char *)(to + (L4_PAGESIZE << PAGES_ORDER) - 1), 0);
    worker_delete(&w);
    stretch_end();
    cap_delete(irq);
    CHECK(!cap_is_there(into));
}

/* --- areas ------------------------------------------------------------------
 */

/* A superpage of this task, once. */
static l4_addr_t superpage(void)
{
    static l4_addr_t at;
    if (at)
        return at;
    at = window_new();
    l4_utcb_mr()->mr[0] = SIGMA0_REQ_FPAGE_ANY;
    l4_utcb_mr()->mr[1] = l4_fpage(0, SUPER_ORDER, L4_FPAGE_RWX).raw;
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = L4_ITEM_MAP;
    l4_utcb_br()->br[1] = l4_fpage(at, SUPER_ORDER, L4_FPAGE_RWX).raw;
    CHECK_EQ(request(L4_BASE_PAGER_CAP, L4_PROTO_SIGMA0, 2, 0), 0);
    l4_utcb_br()->br[0] = 0;
    return at;
}

/* The other task's, and what was derived from it, lose one page. */
static void a_page_of_a_superpage(void)
{
    l4_addr_t from = superpage();
    stretch_begin();
    map_page(L4_BASE_TASK_CAP, from, SUPER_ORDER - L4_PAGESHIFT, PAGES);
    map_page(space.task, PAGES, SUPER_ORDER - L4_PAGESHIFT, DEEP_PAGES);
    for (unsigned i = 0; i < SUPER_PAGES; i++) /* the pages, one by one, too */
        map_page(space.task, PAGES + i * L4_PAGESIZE, 0,
                 2 * DEEP_PAGES + i * L4_PAGESIZE);
    stretch_check();
    l4_fpage_t one = window(PAGES + 17 * L4_PAGESIZE, 0);
    CHECK_EQ(result(l4_task_unmap(space.task, one, L4_FP_ALL_SPACES)), 0);
    stretch_end();
}

static void kernel_user_memory_of_16_pages(void)
{
    stretch_begin();
    l4_fpage_t area = window(KU_AREA, 4);
    CHECK_EQ(result(l4_task_add_ku_mem(space.task, &area)), 0);
    stretch_check();
    map_page(L4_BASE_TASK_CAP, (l4_addr_t)page_new(), 0,
             2 * KU_AREA + 15 * L4_PAGESIZE);
    area = window(2 * KU_AREA, 4); /* comes to the last page, and goes again */
    CHECK_EQ(result(l4_task_add_ku_mem(space.task, &area)), -L4_EEXIST);
    stretch_end();
}

/* An object comes where a capability was from which all others came. */
static void a_slot_from_which_much_was_derived(void)
{
    l4_cap_idx_t irq = irq_new();
    stretch_begin();
    fill(page_new(), irq);
    for (unsigned i = 0; i < 1u << CAPS_ORDER; i++) {
        l4_umword_t base =
            l4_map_obj_control(SLOT(2 * BIG + i), L4_MAP_ITEM_MAP);
        l4_fpage_t one = l4_obj_fpage(irq, 0, L4_CAP_FPAGE_RWSD);
        l4_task_map(space.task, L4_BASE_TASK_CAP, one, base);
    }
    stretch_forget();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    stretch_end();
    cap_delete(irq);
}

/* --- crowds -----------------------------------------------------------------
 */

static l4_cap_idx_t target;
static l4_kernel_clock_t when;

static void crowd_start(void (*fn)(void *))
{
    for (unsigned i = 0; i < CROWD; i++)
        worker_start(&crowd[i], fn, 0, 0);
    stretch_forget();
}

static void crowd_delete(void)
{
    for (unsigned i = 0; i < CROWD; i++)
        worker_delete(&crowd[i]);
    l4_ipc_sleep_us(1);
    stretch_check();
}

static void sleep_for_ever(void *arg)
{
    (void)arg;
    l4_ipc_sleep(L4_IPC_NEVER);
}

static void sleep_until(void *arg)
{
    l4_timeout_t to = L4_IPC_NEVER;
    to.p.rcv = l4_timeout_abs(when, 4);
    l4_ipc_sleep(to);
    sleep_for_ever(arg);
}

static void timeouts_at_once(void)
{
    when = l4_kip_clock(l4_kip()) + 20000;
    crowd_start(sleep_until);
    l4_ipc_sleep_us(40000);
    stretch_check();
    crowd_delete();
}

static void call_target(void *arg)
{
    l4_ipc_call(target, l4_utcb(), l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER);
    sleep_for_ever(arg);
}

/* Through a gate that ends, then at the thread itself, which ends. */
static void callers_of_what_ends(void)
{
    struct worker w;
    worker_start(&w, sleep_for_ever, 0, 0);
    target = gate_to(w.cap, 0);
    crowd_start(call_target);
    cap_delete(target);
    l4_ipc_sleep_us(1);
    stretch_check();
    crowd_delete();
    target = w.cap;
    crowd_start(call_target);
    worker_delete(&w);
    l4_ipc_sleep_us(1);
    stretch_check();
    crowd_delete();
}

static void down(void *arg)
{
    l4_semaphore_down(target, L4_IPC_NEVER);
    sleep_for_ever(arg);
}

static void waiters_at_a_semaphore(void)
{
    target = cap_new();
    CHECK_EQ(result(l4_factory_create(L4_BASE_FACTORY_CAP, L4_PROTO_SEMAPHORE,
                                      target)),
             0);
    crowd_start(down);
    l4_semaphore_up(target);
    stretch_check();
    cap_delete(target);
    l4_ipc_sleep_us(1);
    stretch_check();
    crowd_delete();
}

/* --- vCPUs ------------------------------------------------------------------
 */

static l4_umword_t vcpu_stack[VCPUS][VCPU_STACK] __attribute__((aligned(16)));

static volatile l4_umword_t spins;

static void spin(void)
{
    for (;;)
        spins++;
}

static void resume(void *arg)
{
    l4_thread_vcpu_resume_commit(L4_INVALID_CAP, l4_thread_vcpu_resume_start());
    sleep_for_ever(arg);
}

/* A vCPU that computes in the other task. */
static void vcpu_start(struct worker *w, unsigned n)
{
    l4_addr_t at = KU_AREA + n * L4_VCPU_STATE_SIZE;
    l4_vcpu_state_t *s = (l4_vcpu_state_t *)at;
    worker_make(w);
    CHECK_EQ(result(l4_thread_vcpu_control(w->cap, at)), 0);
    __builtin_memset(&s->r, 0, sizeof(s->r));
    l4_utcb_exc_pc_set(&s->r, (l4_addr_t)spin);
    s->r.sp = (l4_addr_t)&vcpu_stack[n][VCPU_STACK - 2];
    s->saved_state = L4_VCPU_F_USER_MODE;
    s->user_task = space.task;
    s->entry_ip = (l4_addr_t)sleep_for_ever;
    s->entry_sp = s->r.sp;
    worker_run(w, resume, 0, 2);
}

static void vcpus_of_a_task_that_ends(void)
{
    struct worker w[VCPUS];
    l4_fpage_t area = window(KU_AREA, 1);
    long error = result(l4_task_add_ku_mem(L4_BASE_TASK_CAP, &area));
    CHECK(error == 0 || error == -L4_EEXIST); /* from the first run */
    stretch_begin();
    for (unsigned i = 0; i < VCPUS; i++)
        vcpu_start(&w[i], i);
    l4_ipc_sleep_us(200000); /* each comes to its user mode */
    stretch_end();
    for (unsigned i = 0; i < VCPUS; i++)
        worker_delete(&w[i]);
}

/* --- lists ------------------------------------------------------------------
 */

static void objects_of_the_debugger(void)
{
    enum { IRQS = 200, POINTER_TO_ID = 0x102, NAME_OF_ID = 0x105 };
    static l4_cap_idx_t irqs[IRQS];
    for (unsigned i = 0; i < IRQS; i++) {
        irqs[i] = irqs[i] ? irqs[i] : cap_new();
        CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irqs[i])),
                 0);
    }
    stretch_forget();
    l4_utcb_mr()->mr[0] = POINTER_TO_ID;
    l4_utcb_mr()->mr[1] = 1;
    CHECK_EQ(request(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 2, 0),
             -L4_ENOENT);
    l4_utcb_mr()->mr[0] = NAME_OF_ID;
    l4_utcb_mr()->mr[1] = ~0u;
    CHECK_EQ(request(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 2, 0),
             -L4_ENOENT);
    stretch_check();
    for (unsigned i = 0; i < IRQS; i++)
        cap_delete(irqs[i]);
}

const struct kernel_test crowd_tests[] = {
    {"bounded latency: one message with 4,096 pages, 2,048 capabilities",
     a_message_with_everything},
    {"bounded latency: a page is taken out of superpages",
     a_page_of_a_superpage},
    {"bounded latency: kernel-user memory of 16 pages",
     kernel_user_memory_of_16_pages},
    {"bounded latency: an object comes into a slot with 4,096 children",
     a_slot_from_which_much_was_derived},
    {"bounded latency: 40 timeouts at once", timeouts_at_once},
    {"bounded latency: 40 callers of what ends", callers_of_what_ends},
    {"bounded latency: 40 waiters at a semaphore", waiters_at_a_semaphore},
    {"bounded latency: a task ends that 12 vCPUs run in",
     vcpus_of_a_task_that_ends},
    {"bounded latency: an object is looked for in vain",
     objects_of_the_debugger},
    {0, 0},
};
