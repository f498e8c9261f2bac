/*
 * A world: tasks, each with threads that fuzz, and objects of every kind, of
 * which each task gets capabilities with rights by chance. All that the tasks
 * make is charged to a factory whose limit is by chance, too.
 */
#include "fuzz.h"

#define UTCBS 0x5100000000ul

struct shared shared __attribute__((aligned(L4_PAGESIZE)));

const struct range pool_range[KINDS] = {
    [A_FACTORY] = {0, 2},    [A_TASK] = {2, TASKS + 1},
    [A_MADE_TASK] = {6, 3},  [A_THREAD] = {9, FUZZERS + 3},
    [A_GATE] = {21, 9},      [AN_IRQ] = {30, 6},
    [A_SEMAPHORE] = {36, 4}, [A_SCHEDULER] = {40, 1},
    [AN_ICU] = {41, 2},      [A_LOG] = {43, 1},
    [A_DEBUGGER] = {44, 1},  [A_SPARE] = {45, POOL_SIZE - 45},
};

/* The linker's marks around this program. */
extern char __ehdr_start[], __bss_start[];

static l4_cap_idx_t tasks[TASKS + 1]; /* the last is empty */
static l4_cap_idx_t threads[FUZZERS];
static l4_cap_idx_t factory;
static unsigned long state;

unsigned long any(unsigned long *s)
{
    unsigned long z = *s += 0x9e3779b97f4a7c15ul;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ul;
    z = (z ^ z >> 27) * 0x94d049bb133111ebul;
    return z ^ z >> 31;
}

unsigned long below(unsigned long *s, unsigned long n)
{
    return any(s) % n;
}

static void give(unsigned task, unsigned slot, l4_cap_idx_t cap)
{
    int mine = cap < 0x100ul << L4_CAP_SHIFT; /* the machine has one of it */
    unsigned rights = L4_CAP_FPAGE_R | (any(&state) & 3);
    if (below(&state, 2))
        rights = L4_CAP_FPAGE_RWS;
    if (below(&state, 8) == 0 && !mine)
        rights |= L4_CAP_FPAGE_D;
    l4_umword_t to = (l4_umword_t)(POOL + slot) << L4_CAP_SHIFT;
    l4_umword_t control = l4_map_obj_control(to, L4_MAP_ITEM_MAP);
    control |= any(&state) & L4_FPAGE_C_OBJ_RIGHTS;
    CHECK_EQ(result(l4_task_map(tasks[task], L4_BASE_TASK_CAP,
                                l4_obj_fpage(cap, 0, (unsigned char)rights),
                                control)),
             0);
}

static void give_all(enum kind kind, unsigned n, l4_cap_idx_t cap)
{
    for (unsigned t = 0; t < TASKS; t++)
        give(t, pool_range[kind].first + n, cap);
}

static l4_cap_idx_t made(long protocol)
{
    l4_cap_idx_t cap = cap_new();
    CHECK_EQ(result(l4_factory_create(L4_BASE_FACTORY_CAP, protocol, cap)), 0);
    return cap;
}

static void map_pages(l4_cap_idx_t task, const void *from, const void *end,
                      unsigned char rights)
{
    l4_addr_t at = l4_trunc_page((l4_addr_t)from);
    for (; at < (l4_addr_t)end; at += L4_PAGESIZE) {
        (void)*(volatile char *)at; /* sigma0 gives it to this task first */
        l4_fpage_t page = l4_fpage(at, L4_PAGESHIFT, rights);
        CHECK_EQ(result(l4_task_map(task, L4_BASE_TASK_CAP, page, at)), 0);
    }
}

static void task_make(unsigned i)
{
    l4_fpage_t utcbs = l4_fpage(UTCBS, L4_PAGESHIFT, L4_FPAGE_RW);
    tasks[i] = cap_new();
    CHECK_EQ(
        result(l4_factory_create_task(L4_BASE_FACTORY_CAP, tasks[i], &utcbs)),
        0);
    if (i == TASKS)
        return;
    map_pages(tasks[i], __ehdr_start, __bss_start, L4_FPAGE_RX);
    map_pages(tasks[i], &shared, &shared + 1, L4_FPAGE_RW);
}

static void thread_make(unsigned i)
{
    l4_utcb_t *utcb = (l4_utcb_t *)(UTCBS + i / TASKS * L4_UTCB_OFFSET);
    unsigned next = pool_range[A_THREAD].first + (i + 1) % FUZZERS;
    l4_cap_idx_t handler = (l4_cap_idx_t)(POOL + next) << L4_CAP_SHIFT;
    l4_sched_param_t p = l4_sched_param(100 + (unsigned)below(&state, 4), 1000);
    threads[i] = cap_new();
    CHECK_EQ(result(l4_factory_create_thread(L4_BASE_FACTORY_CAP, threads[i])),
             0);
    l4_thread_control_start();
    l4_thread_control_pager(handler);
    l4_thread_control_exc_handler(handler);
    l4_thread_control_bind(utcb, tasks[i % TASKS]);
    CHECK_EQ(result(l4_thread_control_commit(threads[i])), 0);
    CHECK_EQ(
        result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, threads[i], &p)),
        0);
    shared.state[i] = any(&state);
}

static void objects_make(void)
{
    unsigned long limit = 1 + below(&state, 300000);
    factory = cap_new();
    CHECK_EQ(
        result(l4_factory_create_factory(L4_BASE_FACTORY_CAP, factory, limit)),
        0);
    for (unsigned i = 0; i < pool_range[A_FACTORY].count; i++)
        give_all(A_FACTORY, i, factory);
    for (unsigned i = 0; i < pool_range[AN_IRQ].count; i++)
        give_all(AN_IRQ, i, made(L4_PROTO_IRQ_SENDER));
    for (unsigned i = 0; i < pool_range[A_SEMAPHORE].count; i++)
        give_all(A_SEMAPHORE, i, made(L4_PROTO_SEMAPHORE));
    for (unsigned i = 0; i < pool_range[A_GATE].count; i++)
        give_all(A_GATE, i,
                 gate_to(i < FUZZERS - 1 ? threads[i] : L4_INVALID_CAP, 4 * i));
    give_all(A_SCHEDULER, 0, L4_BASE_SCHEDULER_CAP);
    for (unsigned i = 0; i < pool_range[AN_ICU].count; i++)
        give_all(AN_ICU, i, L4_BASE_ICU_CAP);
    give_all(A_LOG, 0, L4_BASE_LOG_CAP);
    give_all(A_DEBUGGER, 0, L4_BASE_DEBUGGER_CAP);
}

void world_make(unsigned long seed)
{
    state = seed;
    for (unsigned i = 0; i <= TASKS; i++)
        task_make(i);
    for (unsigned i = 0; i < FUZZERS; i++)
        thread_make(i);
    for (unsigned i = FUZZERS; i < STACKS; i++)
        shared.state[i] = any(&state);
    for (unsigned i = 0; i <= TASKS; i++)
        give_all(A_TASK, i, tasks[i]);
    for (unsigned i = 0; i < FUZZERS; i++)
        give_all(A_THREAD, i, threads[i]);
    objects_make();
}

void world_revive(void)
{
    for (unsigned i = 0; i < FUZZERS; i++) {
        l4_addr_t sp = (l4_addr_t)shared.stack[i + 1];
        l4_thread_ex_regs(threads[i], (l4_addr_t)fuzzer_main,
                          l4_align_stack_for_direct_fncall(sp),
                          L4_THREAD_EX_REGS_CANCEL);
    }
}

void world_delete(void)
{
    for (unsigned i = 0; i <= TASKS; i++)
        cap_delete(tasks[i]);
    clean_up(); /* all the rest */
}
