/*
 * Given: the program whose window is paged. Not to be edited; the tests use
 * their own.
 *
 * Its worker thread has your pager. What it reads it tells the main thread by
 * calls (READ: page and word), so that the tests see it in the trace. Its
 * argument says what it does: "zones", "beyond" (touches the page behind the
 * window) or "demand"; the second argument is the template's seed and shuffles
 * the order.
 */
#include "window.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/thread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ = 0x410, DONE = 0x411 };
enum { WORD = 5, WRITTEN_WORD = 7, STACK_SIZE = 8192 };

static char *window;
static char stack[STACK_SIZE] __attribute__((aligned(16)));
static l4_cap_idx_t worker_cap;
static unsigned long seed;
static const char *mode;

static volatile l4_umword_t *word(unsigned page, unsigned i)
{
    return (volatile l4_umword_t *)(window + page * L4_PAGESIZE) + i;
}

static void tell(long label, l4_umword_t a, l4_umword_t b)
{
    l4_utcb_mr()->mr[0] = a;
    l4_utcb_mr()->mr[1] = b;
    l4_ipc_call(l4re_env()->main_thread, l4_utcb(), l4_msgtag(label, 2, 0, 0),
                L4_IPC_NEVER);
}

static void read_page(unsigned page, unsigned i)
{
    tell(READ, page, *word(page, i));
}

static unsigned shuffled(unsigned first, unsigned i)
{
    return first + (unsigned)((i + seed) % ZONE_PAGES);
}

static void demand(void)
{
    for (unsigned i = 0; i < ZONE_PAGES; i++) {
        unsigned page = shuffled(DEMAND_FIRST, i);
        if ((seed >> i) & 1)
            read_page(page, WORD);
        *word(page, WORD) = seed + page;
    }
    for (unsigned i = 0; i < ZONE_PAGES; i++)
        read_page(shuffled(DEMAND_FIRST, i), WORD);
}

static void shared_and_copy(void)
{
    for (unsigned i = 0; i < ZONE_PAGES; i++)
        read_page(shuffled(SHARED_FIRST, i), WORD);
    /* The first page of the zone is written at once, the others after a
     * read; the last is never written. */
    *word(COPY_FIRST, WRITTEN_WORD) = 1;
    for (unsigned i = 0; i < ZONE_PAGES; i++)
        read_page(COPY_FIRST + i, WORD);
    *word(COPY_FIRST + 1, WRITTEN_WORD) = 2;
    *word(COPY_FIRST + 2, WRITTEN_WORD) = 3;
    for (unsigned i = 0; i < ZONE_PAGES; i++) {
        read_page(COPY_FIRST + i, WORD);
        read_page(COPY_FIRST + i, WRITTEN_WORD);
    }
    read_page(SHARED_FIRST, WRITTEN_WORD); /* the template is untouched */
}

static void worker(void)
{
    if (!strcmp(mode, "beyond"))
        *word(WINDOW_PAGES, 0) = 1;
    demand();
    if (!strcmp(mode, "zones")) {
        shared_and_copy();
        tell(DONE, 0, 0);
        *word(SHARED_FIRST + 1, WORD) = 1; /* must be refused */
    }
    tell(DONE, 1, 0);
    l4_ipc_sleep(L4_IPC_NEVER);
}

static long worker_start(l4_cap_idx_t pager)
{
    const l4re_env_t *env = l4re_env();
    worker_cap = l4re_util_cap_alloc();
    long error = l4_error(l4_factory_create_thread(env->factory, worker_cap));
    if (error < 0)
        return error;
    l4_debugger_set_object_name(worker_cap, "worker");
    l4_thread_control_start();
    l4_thread_control_pager(pager);
    l4_thread_control_exc_handler(env->main_thread);
    l4_thread_control_bind((l4_utcb_t *)env->first_free_utcb, L4_BASE_TASK_CAP);
    error = l4_error(l4_thread_control_commit(worker_cap));
    if (error < 0)
        return error;
    l4_sched_param_t params = l4_sched_param(2, 0);
    error =
        l4_error(l4_scheduler_run_thread(env->scheduler, worker_cap, &params));
    if (error < 0)
        return error;
    l4_addr_t sp =
        l4_align_stack_for_direct_fncall((l4_addr_t)(stack + sizeof stack));
    return l4_error(l4_thread_ex_regs(worker_cap, (l4_addr_t)worker, sp, 0));
}

static long announce(l4_cap_idx_t pager)
{
    l4_utcb_mr()->mr[0] = (l4_umword_t)window;
    l4_utcb_mr()->mr[1] = seed;
    return l4_error(l4_ipc_call(
        pager, l4_utcb(), l4_msgtag(WINDOW_PROTOCOL, 2, 0, 0), L4_IPC_NEVER));
}

/* Answers the worker until it is done or meets an exception. */
static int listen(void)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_is_exception(tag)) {
            printf("the worker was refused\n");
            return 0;
        }
        if (l4_msgtag_label(tag) == READ)
            printf("page %lu: 0x%lx\n", l4_utcb_mr()->mr[0],
                   l4_utcb_mr()->mr[1]);
        if (l4_msgtag_label(tag) == DONE && l4_utcb_mr()->mr[0] == 1)
            return 0;
        tag = l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(0, 0, 0, 0), &label,
                                    L4_IPC_NEVER);
    }
}

int main(int argc, char **argv)
{
    mode = argc > 1 ? argv[1] : "zones";
    seed = argc > 2 ? strtoul(argv[2], 0, 0) : 100;
    l4_addr_t start = 0;
    /* One page more: "beyond" touches it. */
    long error = l4re_rm_reserve_area(&start, WINDOW_SIZE + L4_PAGESIZE,
                                      L4RE_RM_F_SEARCH_ADDR, L4_PAGESHIFT);
    window = (char *)start;
    l4_cap_idx_t pager = l4re_env_get_cap("pager");
    if (error >= 0)
        error = announce(pager);
    if (error >= 0)
        error = worker_start(pager);
    if (error < 0) {
        printf("failed: %s\n", l4sys_errtostr(error));
        return 1;
    }
    return listen();
}
