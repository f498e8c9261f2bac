/*
 * riscv64: where the UTCB is, and the registers of an exception message.
 *
 * A thread starts with it in tp (ABI.md section 2, "riscv via tp"; the 37
 * words below in this order) and in gp. A C library with thread-local storage
 * wants tp for itself, so what is compiled against this header reads gp;
 * programs are position independent and linked with --no-relax, so nothing
 * else uses that register.
 */
#ifndef L4_SYS_ARCH_UTCB_H
#define L4_SYS_ARCH_UTCB_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

enum { L4_UTCB_EXCEPTION_REGS_SIZE = 37 };

typedef struct l4_exc_regs_t {
    l4_umword_t eret_work;
    union {
        l4_umword_t r[31]; /* x1..x31 */
        struct {
            l4_umword_t ra, sp, gp, tp, t0, t1, t2, s0, s1;
            l4_umword_t a0, a1, a2, a3, a4, a5, a6, a7;
            l4_umword_t s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
            l4_umword_t t3, t4, t5, t6;
        };
    };
    l4_umword_t pc;
    l4_umword_t status;
    l4_umword_t cause; /* 0x19: by l4_thread_ex_regs() */
    l4_umword_t tval;
    l4_umword_t hstatus;
} l4_exc_regs_t;

enum {
    L4_ARCH_CAUSE_FETCH_FAULT = 12,
    L4_ARCH_CAUSE_LOAD_FAULT = 13,
    L4_ARCH_CAUSE_STORE_FAULT = 15,
    L4_ARCH_CAUSE_IPC_UPCALL = 0x18,
    L4_ARCH_CAUSE_EX_REGS = 0x19,
    L4_ARCH_CAUSE_DEBUG_IPI = 0x1a,
    L4_ARCH_CAUSE_ALIEN_AFTER = 0x1b,
};

/* The calling thread's UTCB. Constant for a thread: the compiler may keep
 * the value. */
L4_INLINE struct l4_utcb_t *l4_utcb_direct(void)
{
    struct l4_utcb_t *utcb;
    __asm__("mv %0, gp" : "=r"(utcb));
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

/* Kind of exception: scause. */
L4_INLINE unsigned long l4_utcb_exc_typeval(l4_exc_regs_t const *u)
{
    return u->cause;
}

L4_INLINE int l4_utcb_exc_is_pf(l4_exc_regs_t const *u)
{
    return u->cause == L4_ARCH_CAUSE_FETCH_FAULT ||
           u->cause == L4_ARCH_CAUSE_LOAD_FAULT ||
           u->cause == L4_ARCH_CAUSE_STORE_FAULT;
}

/* Address as in the page-fault message: bit 1 write, bit 2 fetch. */
L4_INLINE l4_addr_t l4_utcb_exc_pfa(l4_exc_regs_t const *u)
{
    l4_addr_t access = 0;
    if (u->cause == L4_ARCH_CAUSE_STORE_FAULT)
        access = 2;
    if (u->cause == L4_ARCH_CAUSE_FETCH_FAULT)
        access = 4;
    return (u->tval & ~7ul) | access;
}

L4_INLINE int l4_utcb_exc_is_ex_regs_exception(l4_exc_regs_t const *u)
{
    return u->cause == L4_ARCH_CAUSE_EX_REGS;
}

#endif
