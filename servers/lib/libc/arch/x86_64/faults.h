/* What the C library's faults.c must know of x86-64: an exception's registers,
 * as the kernel sends them and as <signal.h> has them. */
#ifndef ARCH_FAULTS_H
#define ARCH_FAULTS_H

#include <l4/sys/utcb.h>
#include <signal.h>

static inline unsigned long arch_exc_thread(const l4_exc_regs_t *r)
{
    return r->fs_base;
}

static inline unsigned long arch_exc_sp(const l4_exc_regs_t *r)
{
    return r->sp;
}

/* A new beginning: nothing that was under way is taken up again. */
static inline void arch_exc_enter(l4_exc_regs_t *r, unsigned long ip,
                                  unsigned long sp)
{
    r->ip = ip;
    r->sp = sp;
    r->flags &= ~0x400ul; /* the direction is forward */
    r->dummy1 = r->ss = 0;
}

/* The address that was accessed; of other faults 0. */
static inline unsigned long arch_exc_address(const l4_exc_regs_t *r)
{
    return l4_utcb_exc_is_pf(r) ? r->pfa : 0;
}

/* The signal of a fault, and why. Source: Intel's manual, volume 3, 6.15. */
static inline int arch_exc_signal(const l4_exc_regs_t *r, int *ret_code)
{
    switch (r->trapno) {
    case 0:
        *ret_code = FPE_INTDIV;
        return SIGFPE;
    case 1:
    case 3:
        *ret_code = TRAP_BRKPT;
        return SIGTRAP;
    case 6:
        *ret_code = ILL_ILLOPN;
        return SIGILL;
    case 16:
    case 19:
        *ret_code = FPE_FLTINV;
        return SIGFPE;
    case 17:
        *ret_code = BUS_ADRALN;
        return SIGBUS;
    default: /* page fault, and what protection forbids */
        *ret_code = SEGV_MAPERR;
        return SIGSEGV;
    }
}

/* Each register's place in both. */
#define ARCH_SAME(move)                                                        \
    move(REG_R8, r8) move(REG_R9, r9) move(REG_R10, r10) move(REG_R11, r11)    \
        move(REG_R12, r12) move(REG_R13, r13) move(REG_R14, r14)               \
            move(REG_R15, r15) move(REG_RDI, rdi) move(REG_RSI, rsi)           \
                move(REG_RBP, rbp) move(REG_RBX, rbx) move(REG_RDX, rdx)       \
                    move(REG_RAX, rax) move(REG_RCX, rcx) move(REG_RSP, sp)    \
                        move(REG_RIP, ip) move(REG_EFL, flags)

static inline void arch_to_context(const l4_exc_regs_t *r, mcontext_t *m)
{
#define MOVE(i, field) m->gregs[i] = (greg_t)r->field;
    ARCH_SAME(MOVE)
#undef MOVE
    m->gregs[REG_TRAPNO] = (greg_t)r->trapno;
    m->gregs[REG_ERR] = (greg_t)r->err;
    m->gregs[REG_CR2] = (greg_t)r->pfa;
}

static inline void arch_from_context(const mcontext_t *m, l4_exc_regs_t *r)
{
#define MOVE(i, field) r->field = (unsigned long)m->gregs[i];
    ARCH_SAME(MOVE)
#undef MOVE
}

#endif
