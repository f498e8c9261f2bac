/*
 * x86-64: where the UTCB is, and the registers of an exception message.
 *
 * The first word at GS points to the UTCB, on hardware as in the simulator.
 * Source: ABI.md section 2, "UTCB".
 */
#ifndef L4_SYS_ARCH_UTCB_H
#define L4_SYS_ARCH_UTCB_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

enum { L4_UTCB_EXCEPTION_REGS_SIZE = 26 };

typedef struct l4_exc_regs_t {
    l4_umword_t r15, r14, r13, r12, r11, r10, r9, r8;
    l4_umword_t rdi, rsi, rbp;
    l4_umword_t pfa; /* page-fault address */
    l4_umword_t rbx, rdx, rcx, rax;
    l4_umword_t trapno; /* vector; 0xff: by l4_thread_ex_regs() */
    l4_umword_t err;    /* the CPU's error code */
    l4_umword_t ip;
    l4_umword_t dummy1; /* code segment, as pushed by the CPU */
    l4_umword_t flags;
    l4_umword_t sp;
    l4_umword_t ss;
    l4_umword_t fs_base, gs_base;
    l4_uint16_t ds, es, fs, gs;
} l4_exc_regs_t;

enum { L4_ARCH_TRAP_PAGE_FAULT = 14, L4_ARCH_TRAP_EX_REGS = 0xff };

/* The calling thread's UTCB. Constant for a thread: the compiler may keep
 * the value. */
L4_INLINE struct l4_utcb_t *l4_utcb_direct(void)
{
    struct l4_utcb_t *utcb;
    __asm__("movq %%gs:0, %0" : "=r"(utcb));
    return utcb;
}

L4_INLINE l4_umword_t l4_utcb_exc_pc(l4_exc_regs_t const *u)
{
    return u->ip;
}

L4_INLINE void l4_utcb_exc_pc_set(l4_exc_regs_t *u, l4_addr_t pc)
{
    u->ip = pc;
}

/* Kind of exception: the vector. */
L4_INLINE unsigned long l4_utcb_exc_typeval(l4_exc_regs_t const *u)
{
    return u->trapno;
}

L4_INLINE int l4_utcb_exc_is_pf(l4_exc_regs_t const *u)
{
    return u->trapno == L4_ARCH_TRAP_PAGE_FAULT;
}

/* Address as in the page-fault message: bit 1 write, bit 2 fetch. */
L4_INLINE l4_addr_t l4_utcb_exc_pfa(l4_exc_regs_t const *u)
{
    l4_addr_t fetch = (u->err & 0x10) ? 4 : 0;
    return (u->pfa & ~7ul) | (u->err & 2) | fetch;
}

L4_INLINE int l4_utcb_exc_is_ex_regs_exception(l4_exc_regs_t const *u)
{
    return u->trapno == L4_ARCH_TRAP_EX_REGS;
}

#endif
