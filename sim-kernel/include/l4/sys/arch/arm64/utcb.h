/*
 * aarch64: where the UTCB is, and the registers of an exception message.
 *
 * On hardware TPIDRRO_EL0 holds the UTCB's address; in the simulator x18
 * points to the CPU block, whose first word does (programs are compiled with
 * -ffixed-x18). Order of the registers: ours; ABI.md section 2 gives their
 * number, 40.
 */
#ifndef L4_SYS_ARCH_UTCB_H
#define L4_SYS_ARCH_UTCB_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

enum { L4_UTCB_EXCEPTION_REGS_SIZE = 40 };

typedef struct l4_exc_regs_t {
    l4_umword_t eret_work;
    l4_umword_t r[31]; /* x0..x30 */
    l4_umword_t reserved;
    l4_umword_t err; /* ESR_EL1; EC 0x3e: by l4_thread_ex_regs() */
    l4_umword_t pfa; /* FAR_EL1 */
    l4_umword_t sp;
    l4_umword_t pc;
    union {
        l4_umword_t pstate;
        l4_umword_t flags;
    };
    l4_umword_t tpidruro;
    l4_umword_t tpidrurw; /* TPIDR_EL0: thread pointer */
} l4_exc_regs_t;

/* Exception classes, bits 26-31 of ESR. */
enum {
    L4_ARCH_EC_INSTRUCTION_ABORT = 0x20,
    L4_ARCH_EC_DATA_ABORT = 0x24,
    L4_ARCH_EC_EX_REGS = 0x3e,
};

/* The calling thread's UTCB. Constant for a thread: the compiler may keep
 * the value. */
L4_INLINE struct l4_utcb_t *l4_utcb_direct(void)
{
    struct l4_utcb_t *utcb;
#ifdef VITRINE_SIM
    __asm__("ldr %0, [x18]" : "=r"(utcb));
#else
    __asm__("mrs %0, TPIDRRO_EL0" : "=r"(utcb));
#endif
    return utcb;
}

L4_INLINE l4_umword_t l4_utcb_exc_pc(l4_exc_regs_t const *u)
{
    return u->pc;
}

L4_INLINE void l4_utcb_exc_pc_set(l4_exc_regs_t *u, l4_addr_t pc)
{
    u->pc = pc;
}

/* Kind of exception: the exception class. */
L4_INLINE l4_umword_t l4_utcb_exc_typeval(l4_exc_regs_t const *u)
{
    return (u->err >> 26) & 0x3f;
}

L4_INLINE int l4_utcb_exc_is_pf(l4_exc_regs_t const *u)
{
    l4_umword_t ec = l4_utcb_exc_typeval(u);
    return ec == L4_ARCH_EC_INSTRUCTION_ABORT || ec == L4_ARCH_EC_DATA_ABORT;
}

/* Address as in the page-fault message: bit 1 write, bit 2 fetch. */
L4_INLINE l4_addr_t l4_utcb_exc_pfa(l4_exc_regs_t const *u)
{
    l4_umword_t write_not_read = u->err & 0x40;
    if (l4_utcb_exc_typeval(u) == L4_ARCH_EC_INSTRUCTION_ABORT)
        return (u->pfa & ~7ul) | 4;
    return (u->pfa & ~7ul) | (write_not_read ? 2 : 0);
}

L4_INLINE int l4_utcb_exc_is_ex_regs_exception(l4_exc_regs_t const *u)
{
    return l4_utcb_exc_typeval(u) == L4_ARCH_EC_EX_REGS;
}

#endif
