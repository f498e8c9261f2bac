/*
 * Ported program: an alien thread. Each of its system calls shows to its
 * exception handler before and after; the handler lets them pass.
 */
#include "handmade.h"

static char stack[8192] __attribute__((aligned(16)));
static volatile int beats;

L4_NORETURN static void alien(void)
{
    for (;;) {
        l4_ipc_sleep_us(10);
        beats++;
        l4_thread_yield();
    }
}

static int is_alien_after_call(l4_exc_regs_t const *exc)
{
#if defined(__x86_64__)
    return exc->err == 1;
#elif defined(__aarch64__)
    return exc->err & (1 << 16);
#else
    return exc->cause == 0x1b;
#endif
}

int main(void)
{
    l4_cap_idx_t thread = handmade_thread(l4re_env()->main_thread, 1);
    unsigned before = 0, after = 0;
    l4_umword_t label;
    l4_msgtag_t tag;

    must("start",
         l4_error(l4_thread_ex_regs(thread, (l4_addr_t)alien,
                                    handmade_sp(stack, sizeof(stack)), 0)));
    handmade_run(thread, 1);
    tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (int i = 0; i < 40; i++) {
        l4_exc_regs_t *exc = l4_utcb_exc();
        if (!l4_msgtag_is_exception(tag) ||
            l4_msgtag_words(tag) != L4_UTCB_EXCEPTION_REGS_SIZE) {
            printf("not an exception: %ld\n", l4_msgtag_label(tag));
            return 1;
        }
        if (l4_utcb_exc_is_pf(exc))
            printf("page fault at %lx\n", l4_utcb_exc_pfa(exc));
        if (is_alien_after_call(exc)) {
            after++;
            tag = l4_msgtag(0, L4_UTCB_EXCEPTION_REGS_SIZE, 0, 0);
        } else {
            before++;
            tag = l4_msgtag(L4_PROTO_ALLOW_SYSCALL, L4_UTCB_EXCEPTION_REGS_SIZE,
                            0, 0);
        }
        tag =
            l4_ipc_send_and_wait(thread, l4_utcb(), tag, &label, L4_IPC_NEVER);
        must("handler", l4_msgtag_has_error(tag) ? l4_error(tag) : 0);
    }
    printf("%u calls, %u returns, %s\n", before, after,
           beats == 10 || beats == 9 ? "it made progress" : "it did not");
    return -l4_error(l4_task_delete_obj(L4RE_THIS_TASK_CAP, thread));
}
