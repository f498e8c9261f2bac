/*
 * Ported program: a task made by hand. Its code, data and stack are the
 * maker's pages, given by a pager thread as the faults come in.
 */
#include "handmade.h"
#include <l4/sys/ipc_gate.h>
#include <pthread.h>
#include <pthread-l4.h>
#include <string.h>

enum { SLOT_PAGER = 4, SLOT_GATE = 5 };

static unsigned long faults, writes;
static char stack[3 * L4_PAGESIZE] __attribute__((aligned(L4_PAGESIZE)));
static volatile l4_umword_t shared __attribute__((aligned(L4_PAGESIZE)));

/* Answers page faults 1:1 out of this program's own memory. */
static void *pager(void *arg)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    (void)arg;
    for (;;) {
        l4_umword_t pfa = l4_utcb_mr()->mr[0], ip = l4_utcb_mr()->mr[1];
        l4_addr_t page = l4_trunc_page(pfa);
        int write = (pfa & 2) != 0;
        l4_msgtag_t reply = l4_msgtag(0, 0, 0, 0);
        if (!l4_msgtag_is_page_fault(tag)) {
            printf("not a page fault: %ld at %lx\n", l4_msgtag_label(tag), ip);
            exit(1);
        }
        faults++;
        writes += write;
        if (write) /* what is to be mapped must be here first */
            l4_touch_rw((void *)page, L4_PAGESIZE);
        else
            l4_touch_ro((void *)page, L4_PAGESIZE);
        l4_sndfpage_add(
            l4_fpage(page, L4_PAGESHIFT, write ? L4_FPAGE_RW : L4_FPAGE_RX),
            l4_map_control(page, 0, L4_MAP_ITEM_MAP), &reply);
        tag = l4_ipc_reply_and_wait(l4_utcb(), reply, &label,
                                    L4_IPC_SEND_TIMEOUT_0);
    }
}

/* What runs in the new task. */
L4_NORETURN static void visitor(void)
{
    shared += 41;
    l4_utcb_mr()->mr[0] = shared;
    l4_ipc_call((l4_cap_idx_t)SLOT_GATE << L4_CAP_SHIFT, l4_utcb(),
                l4_msgtag(7, 1, 0, 0), L4_IPC_NEVER);
    l4_sleep_forever();
}

static l4_cap_idx_t give(l4_cap_idx_t task, l4_cap_idx_t cap, l4_umword_t slot)
{
    must("map cap",
         l4_error(l4_task_map(
             task, L4RE_THIS_TASK_CAP, l4_obj_fpage(cap, 0, L4_CAP_FPAGE_RWS),
             l4_map_obj_control(slot << L4_CAP_SHIFT, L4_MAP_ITEM_MAP))));
    return slot << L4_CAP_SHIFT;
}

static l4_cap_idx_t gate_to(l4_cap_idx_t thread, l4_umword_t label)
{
    l4_cap_idx_t gate = l4re_util_cap_alloc();
    must("gate", l4_error(l4_factory_create_gate(l4re_env()->factory, gate,
                                                 thread, label)));
    return gate;
}

int main(void)
{
    l4re_env_t *env = l4re_env();
    l4_cap_idx_t task = l4re_util_cap_alloc(), thread = l4re_util_cap_alloc();
    l4_fpage_t utcbs = /* where this task has its own */
        l4_fpage(l4_fpage_memaddr(env->utcb_area), L4_PAGESHIFT, 0);
    l4_umword_t label;
    pthread_t pager_thread;

    shared = 1;
    must("task", l4_error(l4_factory_create_task(env->factory, task, &utcbs)));
    must("thread", l4_error(l4_factory_create_thread(env->factory, thread)));
    if (pthread_create(&pager_thread, NULL, pager, NULL))
        must("pthread", -L4_ENOMEM);
    l4_cap_idx_t faults_to =
        give(task, gate_to(pthread_l4_cap(pager_thread), 0x10), SLOT_PAGER);
    give(task, gate_to(env->main_thread, 0x20), SLOT_GATE);
    l4_thread_control_start();
    l4_thread_control_pager(faults_to);
    l4_thread_control_exc_handler(faults_to);
    l4_thread_control_bind((l4_utcb_t *)l4_fpage_memaddr(utcbs), task);
    must("control", l4_error(l4_thread_control_commit(thread)));
    must("start",
         l4_error(l4_thread_ex_regs(thread, (l4_addr_t)visitor,
                                    handmade_sp(stack, sizeof(stack)), 0)));
    handmade_run(thread, 2);

    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    printf("message %ld through gate %lx: %lu\n", l4_msgtag_label(tag),
           label & ~3ul, l4_utcb_mr()->mr[0]);
    printf("it wrote %lu; faults: %s\n", shared,
           faults >= 3 && writes >= 1 ? "code, stack, data" : "too few");
    must("delete", l4_error(l4_task_delete_obj(L4RE_THIS_TASK_CAP, thread)));
    must("delete", l4_error(l4_task_delete_obj(L4RE_THIS_TASK_CAP, task)));
    return 0;
}
