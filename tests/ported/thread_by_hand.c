/*
 * Ported program: a thread with its own stack in the next free UTCB, started
 * by ex_regs; then cancelled in the middle of an IPC and sent elsewhere.
 */
#include "handmade.h"

static char stack[16384] __attribute__((aligned(16)));
static l4_cap_idx_t parent;
static volatile int cancelled;

static void tell(l4_umword_t what)
{
    l4_utcb_mr()->mr[0] = what;
    l4_ipc_send(parent, l4_utcb(), l4_msgtag(0, 1, 0, 0), L4_IPC_NEVER);
}

L4_NORETURN static void second_life(void)
{
    cancelled = l4_ipc_error_code(l4_utcb()); /* of what was aborted */
    tell(2);
    l4_sleep_forever();
}

L4_NORETURN static void first_life(void)
{
    tell(1);
    l4_ipc_receive(parent, l4_utcb(), L4_IPC_NEVER); /* nobody sends */
    tell(99);
    l4_sleep_forever();
}

static l4_umword_t hear(l4_cap_idx_t from)
{
    l4_msgtag_t tag = l4_ipc_receive(from, l4_utcb(), L4_IPC_NEVER);
    must("receive", l4_error(tag));
    return l4_utcb_mr()->mr[0];
}

int main(void)
{
    l4re_env_t *env = l4re_env();
    l4_cap_idx_t thread = l4re_util_cap_alloc();
    l4_addr_t sp = handmade_sp(stack, sizeof(stack)), ip, old_sp;
    l4_umword_t flags = L4_THREAD_EX_REGS_CANCEL;
    l4_utcb_t *utcb = (l4_utcb_t *)env->first_free_utcb;

    parent = env->main_thread;
    env->first_free_utcb += L4_UTCB_OFFSET;
    must("thread", l4_error(l4_factory_create_thread(env->factory, thread)));
    l4_debugger_set_object_name(thread, "by hand");
    l4_thread_control_start();
    l4_thread_control_pager(env->rm);
    l4_thread_control_exc_handler(env->rm);
    l4_thread_control_bind(utcb, L4RE_THIS_TASK_CAP);
    must("control", l4_error(l4_thread_control_commit(thread)));
    must("ex_regs",
         l4_error(l4_thread_ex_regs(thread, (l4_addr_t)first_life, sp, 0)));
    handmade_run(thread, 2);

    printf("life %lu\n", hear(thread));
    l4_sleep(1); /* until it waits */
    ip = (l4_addr_t)second_life;
    old_sp = sp;
    must("ex_regs_ret",
         l4_error(l4_thread_ex_regs_ret(thread, &ip, &old_sp, &flags)));
    printf("life %lu\n", hear(thread));
    printf("its stack pointer was %s\n",
           old_sp <= sp && old_sp > (l4_addr_t)stack ? "on its stack" : "lost");
    printf("its receive was cancelled: %s\n",
           cancelled == L4_IPC_RECANCELED ? "yes" : "no");
    must("unmap", l4_error(l4_task_delete_obj(L4RE_THIS_TASK_CAP, thread)));
    printf("valid afterwards: %ld\n",
           l4_error(l4_task_cap_valid(L4RE_THIS_TASK_CAP, thread)));
    return 0;
}
