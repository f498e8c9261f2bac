/*
 * Project "guest": the monitor of a paravirtual guest.
 *
 * It makes a task for the guest, gives it one capability (to itself), starts
 * it, and from then on answers what the guest asks for and what it faults on.
 * What is here starts the guest; it stops at its first page fault.
 */
#include "protocol.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <stdio.h>

enum { PRIORITY = 1, GUEST_LABEL = 0x10 };
#define GUEST_UTCB  0x2100000000ul
#define GUEST_STACK (GUEST_MEMORY + GUEST_PAGES * L4_PAGESIZE)

/* A gate to us for the guest. It must not be our own to call: only theirs. */
static l4_cap_idx_t make_door(void)
{
    l4_cap_idx_t door = l4re_util_cap_alloc();
    l4_factory_create_gate(l4re_env()->factory, door, l4re_env()->main_thread,
                           GUEST_LABEL);
    l4_debugger_set_object_name(door, "guest");
    return door;
}

/* The guest's task with its thread, which begins in guest_main(). */
static long start_guest(l4_cap_idx_t door)
{
    const l4re_env_t *env = l4re_env();
    l4_cap_idx_t task = l4re_util_cap_alloc();
    l4_cap_idx_t thread = l4re_util_cap_alloc();
    l4_fpage_t utcbs = l4_fpage(GUEST_UTCB, L4_PAGESHIFT, L4_FPAGE_RW);
    l4_sched_param_t params = l4_sched_param(PRIORITY, 0);

    long error = l4_error(l4_factory_create_task(env->factory, task, &utcbs));
    if (error >= 0)
        error = l4_error(l4_task_map(
            task, L4_BASE_TASK_CAP, l4_obj_fpage(door, 0, L4_CAP_FPAGE_RO),
            l4_map_obj_control(GUEST_DOOR, L4_MAP_ITEM_MAP)));
    if (error >= 0)
        error = l4_error(l4_factory_create_thread(env->factory, thread));
    if (error < 0)
        return error;
    l4_debugger_set_object_name(task, "guest");
    l4_thread_control_start();
    l4_thread_control_pager(GUEST_DOOR);
    l4_thread_control_exc_handler(GUEST_DOOR);
    l4_thread_control_bind((l4_utcb_t *)GUEST_UTCB, task);
    error = l4_error(l4_thread_control_commit(thread));
    if (error >= 0)
        error =
            l4_error(l4_scheduler_run_thread(env->scheduler, thread, &params));
    if (error < 0)
        return error;
    return l4_error(
        l4_thread_ex_regs(thread, (l4_addr_t)guest_main,
                          l4_align_stack_for_direct_fncall(GUEST_STACK), 0));
}

static l4_msgtag_t on_page_fault(void)
{
    /* TODO: MR0 is the address (bit 1: a write). Which page is it, of whom,
     * with which rights? The last of GUEST_PAGES is the guest's stack. */
    return l4_msgtag(-L4_ENOMEM, 0, 0, 0);
}

static l4_msgtag_t serve(l4_msgtag_t request)
{
    if (l4_msgtag_is_page_fault(request))
        return on_page_fault();
    /* TODO: CONSOLE, TIMER, QUIT */
    return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
}

int main(void)
{
    long error = start_guest(make_door());
    if (error < 0) {
        printf("no guest: %s\n", l4sys_errtostr(error));
        return 1;
    }
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_is_exception(tag)) {
            printf("the guest has met an exception\n");
            return 0;
        }
        tag = l4_ipc_reply_and_wait(l4_utcb(), serve(tag), &label,
                                    L4_IPC_SEND_TIMEOUT_0);
    }
}
