/* Page-fault trampoline: see pf_trampoline.h. */
#include "pf_trampoline.h"
#include "abi.h"
#include "invoke.h"
#include "ipc.h"
#include "kassert.h"
#include "task.h"
#include "trap.h"
#include <l4/sys/thread.h>
#include <l4/vitrine/pf_trampoline.h>

/* Below the stack pointer compilers may keep values (System V, AMD64). */
enum { RED_ZONE = 128, STACK_ALIGN = 16, STATE_ALIGN = 16 };

static long pf_trampoline_setup(struct thread *t, const struct invocation *inv)
{
    if (inv_words(inv) < 2 || !t->task)
        return -L4_EINVAL;
    uaddr_t at = inv->mr[1];
    void *state = task_ku_mem(t->task, at, sizeof(l4_vitrine_pf_trampoline_t));
    if (!state || at % STATE_ALIGN)
        return -L4_EINVAL;
    t->pf_trampoline =
        (struct pf_trampoline){.state = state, .state_user = at, .on = true};
    return 0;
}

void pf_trampoline_enter(struct thread *t, const struct port_trap *trap,
                         word_t pfa)
{
    struct pf_trampoline *p = &t->pf_trampoline;
    l4_vitrine_pf_trampoline_t *s = p->state;
    kassert(p->on);
    uaddr_t ip = s->entry_ip, sp = s->entry_sp;
    if (!sp)
        sp = (port_frame_sp(&t->frame) - RED_ZONE) & -(uaddr_t)STACK_ALIGN;
    port_frame_save(&t->frame, trap, (word_t *)&s->regs);
    s->pfa = pfa;
    p->on = false;
    p->entered = true;
    port_frame_set_ip_sp(&t->frame, ip, sp);
    port_frame_set_arg(&t->frame, p->state_user);
}

/* Back to the fault. */
static word_t pf_trampoline_leave(struct thread *t)
{
    struct pf_trampoline *p = &t->pf_trampoline;
    port_frame_load(&t->frame, (const word_t *)&p->state->regs,
                    L4_UTCB_EXCEPTION_REGS_SIZE);
    p->entered = false;
    p->on = true;
    return p->state->pfa;
}

static long pf_trampoline_switch(struct pf_trampoline *p, bool on)
{
    bool was = p->on;
    p->on = on;
    if (on)
        p->entered = false; /* keeps I1 */
    return on ? 0 : was;
}

void pf_trampoline_control(struct thread *t, struct thread *by,
                           const struct invocation *inv)
{
    struct pf_trampoline *p = &t->pf_trampoline;
    unsigned op = inv->mr[0] >> L4_THREAD_PF_TRAMP_SHIFT & 0xffff;
    bool back =
        op == L4_THREAD_PF_TRAMP_RESUME || op == L4_THREAD_PF_TRAMP_REFLECT;
    long result = -L4_EINVAL;
    if (op == L4_THREAD_PF_TRAMP_SETUP) {
        result = pf_trampoline_setup(t, inv);
    } else if (op > L4_THREAD_PF_TRAMP_ENABLE) {
        result = -L4_ENOSYS;
    } else if (back && t == by && p->entered) {
        word_t pfa = pf_trampoline_leave(t);
        if (op == L4_THREAD_PF_TRAMP_REFLECT)
            trap_page_fault(t, pfa);
        return; /* its registers are those of the fault: no answer */
    } else if (!back && p->state) {
        result = pf_trampoline_switch(p, op == L4_THREAD_PF_TRAMP_ENABLE);
    }
    ipc_answer(by, result, 0, 0);
}

void pf_trampoline_check(const struct pf_trampoline *p)
{
    kassert(p->state || (!p->on && !p->entered)); /* I1 */
    kassert(!p->on || !p->entered);
}
