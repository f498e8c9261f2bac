/*
 * Does the kernel stay as fast when there is a lot of everything? Runs as the
 * root task. At 10, 100, 1,000 and 10,000 of a thing it prints
 *
 *      BENCH scale_THING_N nanoseconds      of a call to another task
 *      BENCH scale_unmap_N nanoseconds      per mapping that is taken back
 *
 * once, BENCH longest_stretch in steps of the kernel, in all of that,
 * and, once, BENCH kmem_thread and kmem_task in bytes: what the kernel's free
 * memory falls by for one of a thousand.
 *
 * A task here has one page of code, one of stack, its UTCB and one thread
 * that has run and waits.
 */
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/ipc_gate.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <l4/sys/utcb.h>
#include <l4/sys/vcon.h>
#include <l4/vitrine/debug.h>
#include <l4/vitrine/trace.h>

enum {
    MOST = 10000,
    CALLS = 4000,
    BATCHES = 7,
    STACK = 1024, /* of a thread that only waits */
    PRIO = 201,   /* one above this thread's */
    FIRST_CAP = 0x100,
};
#define WINDOW  0x4000000000ul
#define UTCBS   0x5000000000ul
#define UTCB_AT 0x5100000000ul
#define SPREAD  0x5200000000ul

extern char bench_tiny[];
extern char __ehdr_start[], _end[];

static char stacks[MOST + 8][STACK] __attribute__((aligned(L4_PAGESIZE)));
static char page[L4_PAGESIZE] __attribute__((aligned(L4_PAGESIZE)));
static l4_umword_t next_cap = FIRST_CAP, utcb_next = UTCBS, utcb_end = UTCBS;
static unsigned stacks_used;
static l4_cap_idx_t server, idle_gate;

/* --- talking ------------------------------------------------------------- */

static void say(const char *text)
{
    unsigned n = 0;
    while (text[n])
        n++;
    l4_vcon_write(L4_BASE_LOG_CAP, text, n);
}

static void say_number(unsigned long u)
{
    char digits[24];
    unsigned i = sizeof digits;
    digits[--i] = 0;
    do
        digits[--i] = (char)('0' + u % 10);
    while (u /= 10);
    say(&digits[i]);
}

static void print(const char *name, unsigned n, unsigned long value)
{
    say("BENCH ");
    say(name);
    if (n) {
        say("_");
        say_number(n);
    }
    say(" ");
    say_number(value);
    say("\n");
}

static void check(const char *what, l4_msgtag_t tag)
{
    long error = l4_error(tag);
    if (error >= 0)
        return;
    say("bench_scale: ");
    say(what);
    say(": error -");
    say_number((unsigned long)-error);
    say("\n");
    l4_vitrine_end(L4_BASE_DEBUGGER_CAP, 1);
}

static int64_t now(void)
{
    int64_t ns = 0;
    check("host clock", l4_vitrine_host_clock(L4_BASE_DEBUGGER_CAP, &ns));
    return ns;
}

static unsigned long kernel_free(void)
{
    l4_utcb_mr()->mr[0] = L4_VITRINE_KMEM_STATS;
    l4_ipc_call(L4_BASE_DEBUGGER_CAP, l4_utcb(),
                l4_msgtag(L4_PROTO_DEBUGGER, 1, 0, 0), L4_IPC_NEVER);
    return l4_utcb_mr()->mr[0];
}

/* --- things --------------------------------------------------------------- */

static l4_cap_idx_t cap_new(void)
{
    return next_cap++ << L4_CAP_SHIFT;
}

static l4_utcb_t *utcb_new(void)
{
    if (utcb_next == utcb_end) {
        l4_fpage_t area = l4_fpage(utcb_end, L4_PAGESHIFT, L4_FPAGE_RW);
        check("utcb", l4_task_add_ku_mem(L4_BASE_TASK_CAP, &area));
        utcb_end += L4_PAGESIZE;
    }
    l4_umword_t u = utcb_next;
    utcb_next += L4_UTCB_OFFSET;
    return (l4_utcb_t *)u;
}

static l4_cap_idx_t thread_new(l4_cap_idx_t task, l4_utcb_t *utcb, void *ip,
                               char *sp)
{
    l4_cap_idx_t t = cap_new();
    l4_sched_param_t p = l4_sched_param(PRIO, 0);
    check("thread", l4_factory_create_thread(L4_BASE_FACTORY_CAP, t));
    l4_thread_control_start();
    l4_thread_control_pager(L4_BASE_PAGER_CAP);
    l4_thread_control_exc_handler(L4_INVALID_CAP);
    l4_thread_control_bind(utcb, task);
    check("bind", l4_thread_control_commit(t));
    check("run", l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, t, &p));
    check("start", l4_thread_ex_regs(t, (l4_addr_t)ip, (l4_addr_t)sp, 0));
    return t;
}

static char *stack_new(void)
{
    char *sp = stacks[++stacks_used];
    sp[-1] = 0; /* sigma0 gives the page to us, not to another task */
    return sp - 8;
}

static void map_to(l4_cap_idx_t task, l4_addr_t from, l4_addr_t to)
{
    check("map", l4_task_map(task, L4_BASE_TASK_CAP,
                             l4_fpage(from, L4_PAGESHIFT, L4_FPAGE_RWX), to));
}

static l4_cap_idx_t task_new(void)
{
    l4_cap_idx_t task = cap_new();
    l4_fpage_t utcb = l4_fpage(UTCB_AT, L4_PAGESHIFT, L4_FPAGE_RW);
    check("task", l4_factory_create_task(L4_BASE_FACTORY_CAP, task, &utcb));
    return task;
}

static void task_tiny(void)
{
    l4_cap_idx_t task = task_new();
    map_to(task, (l4_addr_t)bench_tiny, (l4_addr_t)bench_tiny);
    map_to(task, (l4_addr_t)page, UTCB_AT - L4_PAGESIZE);
    thread_new(task, (l4_utcb_t *)UTCB_AT, bench_tiny, (char *)UTCB_AT - 8);
}

static void thread_tiny(void)
{
    thread_new(L4_BASE_TASK_CAP, utcb_new(), bench_tiny, stack_new());
}

static void cap_copy(void)
{
    check("capability",
          l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
                      l4_obj_fpage(server, 0, L4_CAP_FPAGE_RW),
                      l4_map_obj_control(cap_new(), L4_MAP_ITEM_MAP)));
}

static l4_addr_t depth_at = SPREAD, width_at = WINDOW;

/* From the page mapped last to the next place. */
static void map_deeper(void)
{
    map_to(L4_BASE_TASK_CAP,
           depth_at == SPREAD ? (l4_addr_t)page : depth_at - L4_PAGESIZE,
           depth_at);
    depth_at += L4_PAGESIZE;
}

/* All from one page. */
static void map_wider(void)
{
    map_to(L4_BASE_TASK_CAP, (l4_addr_t)page, width_at);
    width_at += L4_PAGESIZE;
}

static void send_for_ever(void)
{
    l4_ipc_call(idle_gate, l4_utcb(), l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER);
    l4_ipc_sleep(L4_IPC_NEVER);
}

static void sender(void)
{
    thread_new(L4_BASE_TASK_CAP, utcb_new(), send_for_ever, stack_new());
}

/* --- the call ---------------------------------------------------------------
 */

static void serve(void)
{
    l4_umword_t label;
    l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;)
        l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(0, 0, 0, 0), &label,
                              L4_IPC_SEND_TIMEOUT_0);
}

/* A server in a task that has all of this program mapped but the stacks of
 * others. */
static void server_start(void)
{
    l4_cap_idx_t task = task_new(), gate = cap_new();
    for (l4_addr_t a = l4_trunc_page((l4_addr_t)__ehdr_start);
         a < (l4_addr_t)_end; a += L4_PAGESIZE) {
        if (a > (l4_addr_t)stacks && a < (l4_addr_t)stacks[MOST])
            continue;
        (void)*(volatile char *)a;
        map_to(task, a, a);
    }
    char *sp = stack_new();
    l4_cap_idx_t thread = thread_new(task, (l4_utcb_t *)UTCB_AT, serve, sp);
    check("gate", l4_factory_create_gate(L4_BASE_FACTORY_CAP, gate, thread, 0));
    server = gate;
}

static unsigned long call_ns(void)
{
    int64_t best = INT64_MAX;
    for (unsigned b = 0; b < BATCHES; b++) {
        int64_t start = now();
        for (unsigned i = 0; i < CALLS; i++)
            l4_ipc_call(server, l4_utcb(), l4_msgtag(0, 0, 0, 0), L4_IPC_NEVER);
        int64_t took = now() - start;
        best = took < best ? took : best;
    }
    return (unsigned long)(best * 10 / CALLS);
}

/* Tenths of a nanosecond: figures are compared. */
static void grow(const char *name, void (*add)(void))
{
    unsigned have = 0;
    for (unsigned n = 10; n <= MOST; n *= 10) {
        while (have < n) {
            add();
            have++;
        }
        print(name, n, call_ns());
    }
}

/* Everything derived from the page goes at once. */
static void take_back(void)
{
    check("unmap",
          l4_task_unmap(L4_BASE_TASK_CAP,
                        l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_RWX),
                        L4_FP_OTHER_SPACES));
    depth_at = SPREAD;
    width_at = WINDOW;
}

static void measure_unmap(void)
{
    for (unsigned n = 10; n <= MOST; n *= 10) {
        int64_t best = INT64_MAX;
        for (unsigned b = 0; b < BATCHES; b++) {
            for (unsigned i = 0; i < n; i++)
                map_wider();
            int64_t start = now();
            take_back();
            int64_t took = now() - start;
            best = took < best ? took : best;
        }
        print("scale_unmap", n, (unsigned long)(best * 10 / n));
    }
}

static void measure_kmem(const char *name, void (*add)(void), unsigned long off)
{
    enum { SOME = 1000 };
    unsigned long before = kernel_free();
    for (unsigned i = 0; i < SOME; i++)
        add();
    print(name, 0, (before - kernel_free()) / SOME - off);
}

/* A thread without its UTCB, which is user memory. */
static void thread_bare(void)
{
    check("thread", l4_factory_create_thread(L4_BASE_FACTORY_CAP, cap_new()));
}

/* Since boot. */
static unsigned long longest_stretch(void)
{
    l4_utcb_mr()->mr[0] = L4_VITRINE_LONGEST_STRETCH;
    l4_utcb_mr()->mr[1] = 0;
    check("stretch",
          l4_ipc_call(L4_BASE_DEBUGGER_CAP, l4_utcb(),
                      l4_msgtag(L4_PROTO_DEBUGGER, 2, 0, 0), L4_IPC_NEVER));
    return l4_utcb_mr()->mr[0];
}

int main(void)
{
    /* The thread's part and two capabilities (of task and thread) here. */
    enum { CAP_BYTES = 64, THREAD_BYTES = 1024 };
    page[0] = 1;
    (void)*(volatile char *)bench_tiny;
    server_start();
    l4_cap_idx_t idle = cap_new();
    idle_gate = cap_new();
    check("thread", l4_factory_create_thread(L4_BASE_FACTORY_CAP, idle));
    check("gate",
          l4_factory_create_gate(L4_BASE_FACTORY_CAP, idle_gate, idle, 0));

    measure_kmem("kmem_thread", thread_bare, CAP_BYTES);
    measure_kmem("kmem_task", task_tiny, 2 * CAP_BYTES + THREAD_BYTES);
    grow("scale_caps", cap_copy);
    grow("scale_depth", map_deeper);
    take_back();
    grow("scale_width", map_wider);
    take_back();
    measure_unmap();
    grow("scale_threads", thread_tiny);
    stacks_used = 8;
    grow("scale_senders", sender);
    int64_t start = now();
    grow("scale_tasks", task_tiny);
    print("scale_start", 0, (unsigned long)((now() - start) / 1000000));
    print("longest_stretch", 0, longest_stretch());
    l4_vitrine_end(L4_BASE_DEBUGGER_CAP, 0);
    return 0;
}
