/*
 * What memory costs, host time.
 *
 *      bench_mem             capabilities: faults (bench_pager), jdb (clock)
 *
 * Prints one line per figure, "BENCH name nanoseconds", the best of several
 * batches:
 *
 *      map_unmap        a page is mapped at another place and taken back
 *      map_touch_unmap  and touched there in between
 *      fault_pager      a page fault that another task answers, and the
 *                       access: per page of a walk through fresh ones
 */
#include "pager.h"

#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <l4/vitrine/trace.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCHES = 15, ROUNDS = 500, STACK = 16 << 10 };

static char pool[BENCH_WINDOW] __attribute__((aligned(BENCH_WINDOW)));
static char stack[STACK] __attribute__((aligned(16)));
static char *window;
static l4_cap_idx_t clock_cap, faults;
static int64_t fault_best = INT64_MAX;

static void check(const char *what, long error)
{
    if (error >= 0)
        return;
    printf("bench_mem: %s: error %ld\n", what, error);
    exit(1);
}

static int64_t now(void)
{
    int64_t ns = 0;
    check("no host clock", l4_error(l4_vitrine_host_clock(clock_cap, &ns)));
    return ns;
}

static void print(const char *name, int64_t ns, unsigned rounds)
{
    printf("BENCH %s %ld.%ld\n", name, (long)(ns / rounds),
           (long)(ns * 10 / rounds % 10));
}

/* --- map, touch, unmap -------------------------------------------------- */

static long round_trip(char *at, const char *page, bool touch)
{
    long error = l4_error(l4_task_map(
        L4_BASE_TASK_CAP, L4_BASE_TASK_CAP,
        l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_RW), (l4_addr_t)at));

    if (error >= 0 && touch)
        *(volatile char *)at = 1;
    if (error >= 0)
        error = l4_error(
            l4_task_unmap(L4_BASE_TASK_CAP,
                          l4_fpage((l4_addr_t)at, L4_PAGESHIFT, L4_FPAGE_RWX),
                          L4_FP_ALL_SPACES));
    return error;
}

static void measure_map(const char *name, bool touch)
{
    int64_t best = INT64_MAX;

    for (unsigned batch = 0; batch < BATCHES; batch++) {
        long error = 0;
        int64_t start = now();
        for (unsigned i = 0; i < ROUNDS; i++) {
            size_t page = i % BENCH_PAGES * L4_PAGESIZE;
            error |= round_trip(window + page, pool + page, touch);
        }
        int64_t took = now() - start;
        check(name, error);
        best = took < best ? took : best;
    }
    print(name, best, ROUNDS);
}

/* --- page faults --------------------------------------------------------- */

static void take_back(void)
{
    l4_utcb_mr()->mr[0] = (l4_umword_t)window;
    check("the pager",
          l4_error(l4_ipc_call(faults, l4_utcb(),
                               l4_msgtag(BENCH_PAGER_PROTOCOL, 1, 0, 0),
                               L4_IPC_NEVER)));
}

/* A thread with the other task as its pager. */
static void walker(void)
{
    for (unsigned batch = 0; batch < BATCHES; batch++) {
        take_back();
        int64_t start = now();
        for (unsigned i = 0; i < BENCH_PAGES; i++)
            *(volatile char *)(window + i * L4_PAGESIZE) = 1;
        int64_t took = now() - start;
        fault_best = took < fault_best ? took : fault_best;
    }
    take_back();
    l4_ipc_send(l4re_env()->main_thread, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                L4_IPC_NEVER);
    l4_ipc_sleep(L4_IPC_NEVER);
}

static l4_cap_idx_t walker_start(void)
{
    l4re_env_t *env = l4re_env();
    l4_cap_idx_t thread = l4re_util_cap_alloc();
    l4_sched_param_t prio = l4_sched_param(2, 0);

    memset(stack, 0, sizeof(stack)); /* its pager knows the window only */
    check("thread", l4_error(l4_factory_create_thread(env->factory, thread)));
    l4_thread_control_start();
    l4_thread_control_pager(faults);
    l4_thread_control_exc_handler(env->parent);
    l4_thread_control_bind((l4_utcb_t *)env->first_free_utcb, L4_BASE_TASK_CAP);
    check("thread", l4_error(l4_thread_control_commit(thread)));
    check("thread",
          l4_error(l4_scheduler_run_thread(env->scheduler, thread, &prio)));
    check("thread",
          l4_error(l4_thread_ex_regs(thread, (l4_addr_t)walker,
                                     (l4_addr_t)stack + STACK - 8, 0)));
    return thread;
}

int main(void)
{
    l4_addr_t start = 0;

    clock_cap = l4re_env_get_cap("jdb");
    faults = l4re_env_get_cap("faults");
    memset(pool, 1, sizeof(pool));
    check("window",
          l4re_rm_reserve_area(&start, BENCH_WINDOW, L4RE_RM_F_SEARCH_ADDR,
                               (unsigned char)__builtin_ctzl(BENCH_WINDOW)));
    window = (char *)start;
    measure_map("map_unmap", false);
    measure_map("map_touch_unmap", true);
    check("walker",
          l4_error(l4_ipc_receive(walker_start(), l4_utcb(), L4_IPC_NEVER)));
    print("fault_pager", fault_best, BENCH_PAGES);
    return 0;
}
