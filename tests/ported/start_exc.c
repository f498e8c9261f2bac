/*
 * Ported program: a thread that starts with an exception; the handler gives it
 * all its registers, arguments of its first function among them.
 */
#include "handmade.h"

static char stack[8192] __attribute__((aligned(16)));
static volatile l4_umword_t seen[2];

L4_NORETURN static void first(l4_umword_t a, l4_umword_t b)
{
    seen[0] = a;
    seen[1] = b;
    l4_utcb_mr()->mr[0] = a + b;
    l4_ipc_send(l4re_env()->main_thread, l4_utcb(), l4_msgtag(0, 1, 0, 0),
                L4_IPC_NEVER);
    l4_sleep_forever();
}

static void set_registers(l4_exc_regs_t *exc, l4_addr_t sp, l4_umword_t a,
                          l4_umword_t b)
{
#if defined(__x86_64__)
    exc->rdi = a;
    exc->rsi = b;
#elif defined(__aarch64__)
    exc->r[0] = a;
    exc->r[1] = b;
#elif defined(__riscv)
    exc->a0 = a;
    exc->a1 = b;
#endif
    exc->sp = sp;
    l4_utcb_exc_pc_set(exc, (l4_addr_t)first);
}

int main(void)
{
    l4_cap_idx_t thread = handmade_thread(l4re_env()->main_thread, 0);
    l4_umword_t label;

    must("start",
         l4_error(l4_thread_ex_regs(thread, 0x1000, 0x2000,
                                    L4_THREAD_EX_REGS_TRIGGER_EXCEPTION)));
    handmade_run(thread, 3);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    must("wait", l4_msgtag_has_error(tag) ? l4_error(tag) : 0);
    l4_exc_regs_t exc = *l4_utcb_exc(); /* to print is to send messages, too */
    printf("it starts %s\n", l4_msgtag_is_exception(tag) &&
                                     l4_utcb_exc_is_ex_regs_exception(&exc) &&
                                     l4_utcb_exc_pc(&exc) == 0x1000
                                 ? "with an exception"
                                 : "as any other");
    set_registers(&exc, handmade_sp(stack, sizeof(stack)), 17, 25);
    *l4_utcb_exc() = exc;
    tag = l4_ipc_send_and_wait(thread, l4_utcb(),
                               l4_msgtag(0, L4_UTCB_EXCEPTION_REGS_SIZE, 0, 0),
                               &label, L4_IPC_NEVER);
    must("reply", l4_msgtag_has_error(tag) ? l4_error(tag) : 0);
    printf("%lu + %lu = %lu\n", seen[0], seen[1], l4_utcb_mr()->mr[0]);
    return 0;
}
