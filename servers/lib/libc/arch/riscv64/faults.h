/* What the C library's faults.c must know of riscv64: an exception's
 * registers, as the kernel sends them and as <signal.h> has them. */
#ifndef ARCH_FAULTS_H
#define ARCH_FAULTS_H

#include <l4/sys/utcb.h>
#include <signal.h>
#include <string.h>

static inline unsigned long arch_exc_thread(const l4_exc_regs_t *r)
{
    return r->tp;
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
    r->eret_work = 0;
}

/* The address that was accessed; of other faults 0. */
static inline unsigned long arch_exc_address(const l4_exc_regs_t *r)
{
    return l4_utcb_exc_is_pf(r) ? r->tval : 0;
}

/* The signal of a fault, and why. Source: privileged specification, table of
 * scause. */
static inline int arch_exc_signal(const l4_exc_regs_t *r, int *ret_code)
{
    switch (r->cause) {
    case 0:
    case 4:
    case 6:
        *ret_code = BUS_ADRALN;
        return SIGBUS;
    case 1:
    case 5:
    case 7:
        *ret_code = BUS_ADRERR;
        return SIGBUS;
    case 3:
        *ret_code = TRAP_BRKPT;
        return SIGTRAP;
    case L4_ARCH_CAUSE_FETCH_FAULT:
    case L4_ARCH_CAUSE_LOAD_FAULT:
    case L4_ARCH_CAUSE_STORE_FAULT:
        *ret_code = SEGV_MAPERR;
        return SIGSEGV;
    default:
        *ret_code = ILL_ILLOPC;
        return SIGILL;
    }
}

/* There, register 0 is the program counter. */
static inline void arch_to_context(const l4_exc_regs_t *r, mcontext_t *m)
{
    m->__gregs[0] = r->pc;
    memcpy(&m->__gregs[1], r->r, sizeof r->r);
}

static inline void arch_from_context(const mcontext_t *m, l4_exc_regs_t *r)
{
    r->pc = m->__gregs[0];
    memcpy(r->r, &m->__gregs[1], sizeof r->r);
}

#endif
