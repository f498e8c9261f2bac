/*
 * Page-fault trampoline: a thread looks at its own page fault before its
 * pager does (ABI.md section 1, PF_TRAMP_CONTROL; section 3, Page fault).
 *
 *      off <--setup, resume, reflect, enable--> on --fault--> entered (off)
 *
 * It is one-shot: while the thread handles a fault, further ones go to the
 * pager. The state (<l4/vitrine/pf_trampoline.h>) lies in kernel-user memory,
 * which is there as long as the task, and may be written by the user at any
 * time; loading registers from it gives nobody more than an exception's answer
 * does.
 *
 * I1  on or entered => there is a state; not both.
 *
 * Left out: faults of aliens and of a vCPU's user mode, and of I/O ports, have
 * other places to go.
 */
#ifndef CORE_PF_TRAMPOLINE_H
#define CORE_PF_TRAMPOLINE_H

#include "port.h"

struct thread;
struct invocation;
struct l4_vitrine_pf_trampoline_t;

struct pf_trampoline {
    struct l4_vitrine_pf_trampoline_t *state; /* kernel address; NULL: none */
    uaddr_t state_user;                       /* as the thread's task sees it */
    bool on, entered;
};

/* PF_TRAMP_CONTROL; answers. */
void pf_trampoline_control(struct thread *t, struct thread *by,
                           const struct invocation *inv);
/* t, whose trampoline is on, handles its fault itself; `pfa` as in MR0 of a
 * message. */
void pf_trampoline_enter(struct thread *t, const struct port_trap *trap,
                         word_t pfa);
void pf_trampoline_check(const struct pf_trampoline *p);

#endif
