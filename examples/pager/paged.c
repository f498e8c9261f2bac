/*
 * The paged task: one of its threads has its memory from another task.
 *
 *      main thread     pager: the region map, as for every program
 *      worker thread   pager: the gate to the other task
 *
 * The main thread keeps an address range free and starts the worker, which
 * walks through the range. Each first touch of a page is a page fault that
 * the other task answers. Both threads share the address space, so the main
 * thread reads afterwards what the worker has fetched.
 */
#include "window.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/thread.h>
#include <stdio.h>

static char *window;
static char stack[8192] __attribute__((aligned(16)));
static l4_cap_idx_t worker_cap;

/* Touches the pages in an order of its own, the even ones by writing; then
 * tells the main thread. */
static void worker(void)
{
    static const unsigned char order[WINDOW_PAGES] = {0, 2, 1, 5, 3, 4};
    for (unsigned i = 0; i < WINDOW_PAGES; i++) {
        volatile char *page = window + order[i] * L4_PAGESIZE;
        if (order[i] % 2)
            (void)page[0];
        else
            page[L4_PAGESIZE - 1] = 1;
    }
    l4_ipc_send(l4re_env()->main_thread, l4_utcb(), l4_msgtag(0, 0, 0, 0),
                L4_IPC_NEVER);
    l4_ipc_sleep(L4_IPC_NEVER);
}

static long worker_start(l4_cap_idx_t pager)
{
    const l4re_env_t *env = l4re_env();
    worker_cap = l4re_util_cap_alloc();
    long error = l4_error(l4_factory_create_thread(env->factory, worker_cap));
    if (error < 0)
        return error;

    l4_thread_control_start();
    l4_thread_control_pager(pager); /* the point of this example */
    l4_thread_control_exc_handler(env->parent);
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

/* Tells the pager where the window is. */
static long announce(l4_cap_idx_t pager)
{
    l4_utcb_mr()->mr[0] = (l4_umword_t)window;
    return l4_error(l4_ipc_call(
        pager, l4_utcb(), l4_msgtag(WINDOW_PROTOCOL, 1, 0, 0), L4_IPC_NEVER));
}

int main(void)
{
    l4_cap_idx_t pager = l4re_env_get_cap("pager");
    l4_addr_t start = 0;
    long error = l4re_rm_reserve_area(&start, WINDOW_SIZE,
                                      L4RE_RM_F_SEARCH_ADDR, L4_PAGESHIFT);
    window = (char *)start;
    if (error >= 0)
        error = announce(pager);
    if (error >= 0)
        error = worker_start(pager);
    if (error >= 0)
        error = l4_error(l4_ipc_receive(worker_cap, l4_utcb(), L4_IPC_NEVER));
    if (error < 0) {
        printf("failed: %s\n", l4sys_errtostr(error));
        return 1;
    }
    for (unsigned i = 0; i < WINDOW_PAGES; i++)
        printf("%u: \"%s\"\n", i, window + i * L4_PAGESIZE);
    return 0;
}
