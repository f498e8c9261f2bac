/*
 * Vitrine: the state of a page-fault trampoline.
 *
 *      l4_thread_pf_trampoline_setup(thread, state)   in kernel-user memory
 *      a fault --> regs and pfa are written, the trampoline is off, and the
 *                  thread goes on at entry_ip with &state as its argument
 *      l4_thread_pf_trampoline_resume()    loads regs: the access is tried
 *                                          again (or what regs say now)
 *      l4_thread_pf_trampoline_reflect()   loads regs, and the fault in pfa
 *                                          goes to the pager
 *
 * Both switch it on again. What L4Re's kernel expects at this address is not
 * documented; the layout is ours.
 */
#ifndef L4_VITRINE_PF_TRAMPOLINE_H
#define L4_VITRINE_PF_TRAMPOLINE_H

#include <l4/sys/utcb.h>

typedef struct l4_vitrine_pf_trampoline_t {
    l4_addr_t entry_ip;
    l4_addr_t entry_sp; /* 0: the fault's stack, below what is in use */
    l4_umword_t pfa;    /* as MR0 of a page-fault message */
    l4_exc_regs_t regs;
} l4_vitrine_pf_trampoline_t;

#endif
