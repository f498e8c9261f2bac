/* What the C library's faults.c must know of aarch64: an exception's
 * registers, as the kernel sends them and as <signal.h> has them. */
#ifndef ARCH_FAULTS_H
#define ARCH_FAULTS_H

#include <l4/sys/utcb.h>
#include <signal.h>
#include <string.h>

static inline unsigned long arch_exc_thread(const l4_exc_regs_t *r)
{
    return r->tpidrurw;
}

static inline unsigned long arch_exc_sp(const l4_exc_regs_t *r)
{
    return r->sp;
}

/* A new beginning: nothing that was under way is taken up again. */
static inline void arch_exc_enter(l4_exc_regs_t *r, unsigned long ip,
                                  unsigned long sp)
{
    r->pc = ip;
    r->sp = sp;
    r->eret_work = r->reserved = 0;
}

/* The address that was accessed; of other faults 0. */
static inline unsigned long arch_exc_address(const l4_exc_regs_t *r)
{
    return l4_utcb_exc_is_pf(r) ? r->pfa : 0;
}

/* The signal of a fault, and why. Source: Arm ARM, D17.2.37 (ESR_EL1.EC). */
static inline int arch_exc_signal(const l4_exc_regs_t *r, int *ret_code)
{
    switch (l4_utcb_exc_typeval(r)) {
    case 0x22: /* pc */
    case 0x26: /* sp */
        *ret_code = BUS_ADRALN;
        return SIGBUS;
    case 0x2c:
        *ret_code = FPE_FLTINV;
        return SIGFPE;
    case 0x30:
    case 0x3c:
        *ret_code = TRAP_BRKPT;
        return SIGTRAP;
    case 0x20:
    case 0x24:
        *ret_code = SEGV_MAPERR;
        return SIGSEGV;
    default:
        *ret_code = ILL_ILLOPC;
        return SIGILL;
    }
}

static inline void arch_to_context(const l4_exc_regs_t *r, mcontext_t *m)
{
    memcpy(m->regs, r->r, sizeof m->regs);
    m->sp = r->sp;
    m->pc = r->pc;
    m->pstate = r->pstate;
    m->fault_address = r->pfa;
}

static inline void arch_from_context(const mcontext_t *m, l4_exc_regs_t *r)
{
    memcpy(r->r, m->regs, sizeof m->regs);
    r->sp = m->sp;
    r->pc = m->pc;
    r->pstate = m->pstate;
}

#endif
