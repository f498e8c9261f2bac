/*
 * The harness (harness.h). main.c runs the tests.
 *
 * Freestanding (profile `minimal`): memory comes from sigma0 by page faults
 * of the root task, capabilities from a counter.
 */
#include "harness.h"
#include <l4/vitrine/debug.h>

enum {
    STACK_SIZE = 16384,
    WORKERS_MAX = 64,
    PAGES_MAX = 64,
    PROOFS_MAX = 64,
    TIGHT = 16384,
    FIRST_FREE = 0x100,
};
/* Addresses nothing else uses. */
#define UTCB_AREA   0x3000000000ul
#define SPACE_UTCB  0x3100000000ul
#define WINDOW_AREA 0x2000000000ul
#define WINDOW_SIZE 0x1000000ul

static unsigned next_cap = FIRST_FREE, caps_end = FIRST_FREE;
unsigned check_failures;

static char stacks[WORKERS_MAX][STACK_SIZE]
    __attribute__((aligned(STACK_SIZE)));
static struct start {
    void (*fn)(void *);
    void *arg;
} starts[WORKERS_MAX];
static unsigned workers;
static char pages[PAGES_MAX][L4_PAGESIZE] __attribute__((aligned(4096)));
static unsigned pages_used, windows_used;
static l4_addr_t utcb_next = UTCB_AREA;
static l4_addr_t utcb_end = UTCB_AREA;

/* The linker's marks around this program. */
extern char __ehdr_start[], _end[];

void say(const char *text)
{
    unsigned n = 0;
    while (text[n])
        n++;
    l4_vcon_write(L4_BASE_LOG_CAP, text, n);
}

void say_number(long n)
{
    char digits[24];
    unsigned i = sizeof digits;
    unsigned long u = n < 0 ? -(unsigned long)n : (unsigned long)n;
    digits[--i] = 0;
    do
        digits[--i] = (char)('0' + u % 10);
    while (u /= 10);
    if (n < 0)
        digits[--i] = '-';
    say(&digits[i]);
}

void check_failed(const char *file, int line, const char *text, long is)
{
    check_failures++;
    say("# ");
    say(file);
    say(":");
    say_number(line);
    say(": not true: ");
    say(text);
    say(" (is ");
    say_number(is);
    say(")\n");
}

/* --- proofs ------------------------------------------------------------ */

/* Kept until the test is over: saying them uses the UTCB. */
static struct proof {
    const char *page, *code, *when;
} proofs[PROOFS_MAX];
static unsigned proof_count;

void proved(const char *page, const char *code, const char *when)
{
    CHECK(proof_count < PROOFS_MAX);
    proofs[proof_count++ % PROOFS_MAX] = (struct proof){page, code, when};
}

void say_proofs(int holds)
{
    for (unsigned i = 0; holds && i < proof_count; i++) {
        say("# proves ");
        say(proofs[i].page);
        say(": ");
        say(proofs[i].code);
        say(": ");
        say(proofs[i].when);
        say("\n");
    }
    proof_count = 0;
}

/* The capability table has room for all the tests use: what it takes is not
 * to be seen as a leak of one of them. */
void caps_make_room(void)
{
    enum { STEP = 8, LAST = 0x1000 };
    l4_fpage_t log = l4_obj_fpage(L4_BASE_LOG_CAP, 0, L4_CAP_FPAGE_RO);
    for (l4_umword_t i = FIRST_FREE; i < LAST; i += STEP) {
        l4_cap_idx_t to = i << L4_CAP_SHIFT;
        CHECK_EQ(result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP, log,
                                    l4_map_obj_control(to, L4_MAP_ITEM_MAP))),
                 0);
        l4_task_release_cap(L4_BASE_TASK_CAP, to);
    }
}

l4_cap_idx_t cap_new(void)
{
    if (next_cap == caps_end)
        caps_end++;
    return (l4_cap_idx_t)next_cap++ << L4_CAP_SHIFT;
}

void *page_new(void)
{
    volatile char *p = pages[pages_used++ % PAGES_MAX];
    for (unsigned i = 0; i < L4_PAGESIZE; i++)
        p[i] = 0;
    return (void *)p;
}

l4_addr_t window_new(void)
{
    return WINDOW_AREA + WINDOW_SIZE * (windows_used++ % 1024);
}

long result(l4_msgtag_t tag)
{
    return l4_error(tag);
}

long ipc_code(l4_msgtag_t tag)
{
    return l4_msgtag_has_error(tag) ? (long)l4_ipc_error(tag, l4_utcb()) : 0;
}

long request(l4_cap_idx_t to, long proto, unsigned words, unsigned items)
{
    return l4_error(l4_ipc_call(
        to, l4_utcb(), l4_msgtag(proto, words, items, 0), L4_IPC_NEVER));
}

long request_op(l4_cap_idx_t to, long proto, l4_umword_t op)
{
    l4_utcb_mr()->mr[0] = op;
    return request(to, proto, 1, 0);
}

l4_cap_idx_t gate_to(l4_cap_idx_t thread, l4_umword_t label)
{
    l4_cap_idx_t gate = cap_new();
    CHECK_EQ(result(l4_factory_create_gate(L4_BASE_FACTORY_CAP, gate, thread,
                                           label)),
             0);
    return gate;
}

l4_cap_idx_t cap_copy(l4_cap_idx_t cap, unsigned rights)
{
    l4_cap_idx_t to = cap_new();
    l4_fpage_t page = l4_obj_fpage(cap, 0, (unsigned char)rights);
    CHECK_EQ(result(l4_task_map(L4_BASE_TASK_CAP, L4_BASE_TASK_CAP, page,
                                l4_map_obj_control(to, L4_MAP_ITEM_MAP))),
             0);
    return to;
}

int cap_is_there(l4_cap_idx_t cap)
{
    return l4_error(l4_task_cap_valid(L4_BASE_TASK_CAP, cap)) > 0;
}

void cap_delete(l4_cap_idx_t cap)
{
    l4_task_delete_obj(L4_BASE_TASK_CAP, cap);
}

/* --- spaces ------------------------------------------------------------ */

void space_make(struct space *s)
{
    l4_addr_t at = l4_trunc_page((l4_addr_t)__ehdr_start);
    l4_addr_t end = l4_round_page((l4_addr_t)_end);
    l4_fpage_t utcbs = l4_fpage(SPACE_UTCB, L4_PAGESHIFT, L4_FPAGE_RW);
    *s = (struct space){.task = cap_new()};
    CHECK_EQ(
        result(l4_factory_create_task(L4_BASE_FACTORY_CAP, s->task, &utcbs)),
        0);
    for (; at < end; at += L4_PAGESIZE) {
        (void)*(volatile char *)at; /* sigma0 gives it to this task first */
        l4_fpage_t page = l4_fpage(at, L4_PAGESHIFT, L4_FPAGE_RWX);
        CHECK_EQ(result(l4_task_map(s->task, L4_BASE_TASK_CAP, page, at)), 0);
    }
}

void space_give(const struct space *s, l4_cap_idx_t cap, unsigned rights)
{
    l4_fpage_t page = l4_obj_fpage(cap, 0, (unsigned char)rights);
    CHECK_EQ(result(l4_task_map(s->task, L4_BASE_TASK_CAP, page,
                                l4_map_obj_control(cap, L4_MAP_ITEM_MAP))),
             0);
}

void space_delete(struct space *s)
{
    cap_delete(s->task);
}

l4_cap_idx_t full_task(l4_cap_idx_t *ret_factory, l4_umword_t *ret_next)
{
    l4_cap_idx_t f = *ret_factory = cap_new(), task = cap_new();
    l4_fpage_t none = l4_fpage_invalid();
    l4_fpage_t log = l4_obj_fpage(L4_BASE_LOG_CAP, 0, L4_CAP_FPAGE_RO);
    CHECK_EQ(result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, f, TIGHT)),
             0);
    CHECK_EQ(result(l4_factory_create_task(f, task, &none)), 0);
    long error = 0;
    l4_umword_t i = 0;
    while (!error && (i += 512) < 0x10000) /* new tables each time */
        error = result(l4_task_map(
            task, L4_BASE_TASK_CAP, log,
            l4_map_obj_control(i << L4_CAP_SHIFT, L4_MAP_ITEM_MAP)));
    CHECK_EQ(error, -L4_ENOMEM);
    *ret_next = (i + 512) << L4_CAP_SHIFT;
    return task;
}

/* --- workers ----------------------------------------------------------- */

static l4_utcb_t *utcb_new(void)
{
    if (utcb_next == utcb_end) {
        l4_fpage_t area = l4_fpage(utcb_end, L4_PAGESHIFT, L4_FPAGE_RW);
        CHECK_EQ(result(l4_task_add_ku_mem(L4_BASE_TASK_CAP, &area)), 0);
        utcb_end += L4_PAGESIZE;
    }
    l4_utcb_t *u = (l4_utcb_t *)utcb_next;
    utcb_next += L4_UTCB_OFFSET;
    return u;
}

static void worker_bind(struct worker *w, l4_cap_idx_t task, l4_cap_idx_t pager)
{
    w->cap = cap_new();
    CHECK_EQ(result(l4_factory_create_thread(L4_BASE_FACTORY_CAP, w->cap)), 0);
    l4_thread_control_start();
    l4_thread_control_pager(pager);
    l4_thread_control_exc_handler(L4_INVALID_CAP);
    l4_thread_control_bind(w->utcb, task);
    CHECK_EQ(result(l4_thread_control_commit(w->cap)), 0);
}

void worker_make(struct worker *w)
{
    w->utcb = utcb_new();
    worker_bind(w, L4_BASE_TASK_CAP, L4_BASE_PAGER_CAP);
}

void worker_make_in(struct worker *w, struct space *s)
{
    w->utcb = (l4_utcb_t *)(SPACE_UTCB + s->utcbs++ * L4_UTCB_OFFSET);
    worker_bind(w, s->task, L4_INVALID_CAP);
}

void worker_handlers(const struct worker *w, l4_cap_idx_t pager,
                     l4_cap_idx_t exc_handler)
{
    l4_thread_control_start();
    l4_thread_control_pager(pager);
    l4_thread_control_exc_handler(exc_handler);
    CHECK_EQ(result(l4_thread_control_commit(w->cap)), 0);
}

/* First code of a worker: it finds what to run by its stack. */
static void worker_main(void)
{
    char here;
    l4_addr_t at = (l4_addr_t)&here - (l4_addr_t)stacks;
    struct start *s = &starts[at / STACK_SIZE];
    s->fn(s->arg);
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

void worker_place(struct worker *w, unsigned prio)
{
    l4_sched_param_t p = l4_sched_param(prio ? prio : MAIN_PRIO + 1, 0);
    CHECK_EQ(result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, w->cap, &p)),
             0);
}

void worker_begin(struct worker *w, void (*fn)(void *), void *arg)
{
    unsigned n = workers++ % WORKERS_MAX;
    l4_addr_t sp = (l4_addr_t)stacks[n] + STACK_SIZE;
    starts[n] = (struct start){fn, arg};
    CHECK_EQ(result(l4_thread_ex_regs(w->cap, (l4_addr_t)worker_main,
                                      l4_align_stack_for_direct_fncall(sp), 0)),
             0);
}

void worker_run(struct worker *w, void (*fn)(void *), void *arg, unsigned prio)
{
    worker_place(w, prio);
    worker_begin(w, fn, arg);
}

void worker_start(struct worker *w, void (*fn)(void *), void *arg,
                  unsigned prio)
{
    worker_make(w);
    worker_run(w, fn, arg, prio);
}

void worker_delete(struct worker *w)
{
    cap_delete(w->cap);
}

/* --- leaks ---------------------------------------------------------------- */

struct kernel_use kernel_use(void)
{
    l4_utcb_mr()->mr[0] = L4_VITRINE_KMEM_STATS;
    CHECK_EQ(request(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 1, 0), 0);
    return (struct kernel_use){l4_utcb_mr()->mr[0], l4_utcb_mr()->mr[1]};
}

/* Everything the tests made is deleted, everything of theirs is mapped. */
void clean_up(void)
{
    for (unsigned i = FIRST_FREE; i < caps_end; i++) {
        cap_delete((l4_cap_idx_t)i << L4_CAP_SHIFT);
        l4_task_release_cap(L4_BASE_TASK_CAP, (l4_cap_idx_t)i << L4_CAP_SHIFT);
    }
    for (l4_addr_t a = l4_trunc_page((l4_addr_t)__ehdr_start);
         a < (l4_addr_t)_end; a += L4_PAGESIZE)
        (void)*(volatile char *)a;
    next_cap = FIRST_FREE;
    utcb_next = UTCB_AREA;
    workers = pages_used = windows_used = 0;
    l4_ipc_sleep_us(1); /* the kernel is left and has reaped */
}
