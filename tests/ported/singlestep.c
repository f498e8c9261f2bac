/*
 * Ported program: a thread runs a row of instructions one by one; its
 * exception handler sees where each one is. x86 only.
 */
#include "handmade.h"

#if defined(__x86_64__)
static char stack[8192] __attribute__((aligned(16)));

void stepped(void);
__asm__(".pushsection .text\n"
        "stepped: nop\n nop\n nop\n mov $1, %eax\n"
        "stepped_end: jmp stepped_end\n"
        ".popsection\n");
extern char stepped_end[];

enum { TRAP_FLAG = 0x100, TRAP_DEBUG = 1, TRAP_EX_REGS = 0xff };

int main(void)
{
    l4_cap_idx_t thread = handmade_thread(l4re_env()->main_thread, 0);
    l4_umword_t label;
    unsigned steps = 0, length = 0;

    must("start",
         l4_error(l4_thread_ex_regs(thread, (l4_addr_t)stepped,
                                    handmade_sp(stack, sizeof(stack)),
                                    L4_THREAD_EX_REGS_TRIGGER_EXCEPTION)));
    handmade_run(thread, 1);
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        l4_exc_regs_t *exc = l4_utcb_exc();
        must("wait", l4_msgtag_has_error(tag) ? l4_error(tag) : 0);
        if (l4_utcb_exc_is_ex_regs_exception(exc)) {
            exc->flags |= TRAP_FLAG;
        } else if (exc->trapno == TRAP_DEBUG) {
            steps++;
            length = l4_utcb_exc_pc(exc) - (l4_addr_t)stepped;
        } else {
            printf("trap %lu\n", l4_utcb_exc_typeval(exc));
            return 1;
        }
        if (l4_utcb_exc_pc(exc) == (l4_umword_t)stepped_end)
            break;
        tag = l4_ipc_send_and_wait(
            thread, l4_utcb(), l4_msgtag(0, L4_UTCB_EXCEPTION_REGS_SIZE, 0, 0),
            &label, L4_IPC_NEVER);
    }
    printf("%u steps, %u bytes\n", steps, length);
    return -l4_error(l4_task_delete_obj(L4RE_THIS_TASK_CAP, thread));
}
#else
int main(void)
{
    printf("no trap flag here\n");
    return 0;
}
#endif
