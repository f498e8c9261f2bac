/*
 * The harness (harness.h) and the program's main: runs every list of tests,
 * prints TAP, ends the system with the number of failed tests.
 *
 * Freestanding (profile `minimal`): memory comes from sigma0 by page faults
 * of the root task, capabilities from a counter.
 */
#include "harness.h"
#include <l4/vitrine/trace.h>

enum { STACK_SIZE = 16384, WORKERS_MAX = 400, FIRST_FREE = 0x100 };

static unsigned next_cap = FIRST_FREE;
static unsigned failures, failed_tests, test_number;

static char stacks[WORKERS_MAX][STACK_SIZE] __attribute__((aligned(16)));
static unsigned workers;
static char pages[64][L4_PAGESIZE] __attribute__((aligned(4096)));
static unsigned pages_used;
static l4_addr_t utcb_next = 0x5000000000;
static l4_addr_t utcb_end = 0x5000000000;

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
    failures++;
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

l4_cap_idx_t cap_new(void)
{
    return (l4_cap_idx_t)next_cap++ << L4_CAP_SHIFT;
}

void *page_new(void)
{
    char *p = pages[pages_used++ % 64];
    for (unsigned i = 0; i < L4_PAGESIZE; i++)
        p[i] = 0;
    return p;
}

long result(l4_msgtag_t tag)
{
    return l4_error(tag);
}

long ipc_code(l4_msgtag_t tag)
{
    return l4_msgtag_has_error(tag) ? (long)l4_ipc_error(tag, l4_utcb()) : 0;
}

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

void worker_make(struct worker *w)
{
    w->cap = cap_new();
    w->utcb = utcb_new();
    CHECK_EQ(result(l4_factory_create_thread(L4_BASE_FACTORY_CAP, w->cap)), 0);
    l4_thread_control_start();
    l4_thread_control_pager(L4_BASE_PAGER_CAP);
    l4_thread_control_exc_handler(L4_INVALID_CAP);
    l4_thread_control_bind(w->utcb, L4_BASE_TASK_CAP);
    CHECK_EQ(result(l4_thread_control_commit(w->cap)), 0);
}

/* First code of a worker: what to run stands in its UTCB's user words. */
static void worker_main(void)
{
    l4_thread_regs_t *tcr = l4_utcb_tcr();
    void (*fn)(void *) = (void (*)(void *))tcr->user[0];
    fn((void *)tcr->user[1]);
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

void worker_run(struct worker *w, void (*fn)(void *), void *arg, unsigned prio)
{
    l4_addr_t sp = (l4_addr_t)stacks[workers++ % WORKERS_MAX] + STACK_SIZE;
    l4_thread_regs_t *tcr = l4_utcb_tcr_u(w->utcb);
    tcr->user[0] = (l4_umword_t)fn;
    tcr->user[1] = (l4_umword_t)arg;
    l4_sched_param_t p = l4_sched_param(prio ? prio : MAIN_PRIO + 1, 0);
    CHECK_EQ(result(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, w->cap,
                                            &p)), 0);
    CHECK_EQ(result(l4_thread_ex_regs(w->cap, (l4_addr_t)worker_main,
                                      l4_align_stack_for_direct_fncall(sp),
                                      0)), 0);
}

void worker_start(struct worker *w, void (*fn)(void *), void *arg,
                  unsigned prio)
{
    worker_make(w);
    worker_run(w, fn, arg, prio);
}

void worker_delete(struct worker *w)
{
    l4_task_delete_obj(L4_BASE_TASK_CAP, w->cap);
}

static unsigned count(const struct kernel_test *t)
{
    unsigned n = 0;
    while (t[n].name)
        n++;
    return n;
}

static void run(const struct kernel_test *t)
{
    for (; t->name; t++) {
        failures = 0;
        t->run();
        say(failures ? "not ok " : "ok ");
        say_number(++test_number);
        say(" - ");
        say(t->name);
        say("\n");
        failed_tests += failures > 0;
    }
}

int main(void)
{
    static const struct kernel_test *const lists[] = {ipc_tests, object_tests,
                                                      memory_tests};
    unsigned total = 0;
    for (unsigned i = 0; i < 3; i++)
        total += count(lists[i]);
    say("1..");
    say_number(total);
    say("\n");
    for (unsigned i = 0; i < 3; i++)
        run(lists[i]);
    l4_vitrine_end(L4_BASE_DEBUGGER_CAP, failed_tests > 99 ? 99 : failed_tests);
    return 0;
}
