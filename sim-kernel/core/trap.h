/*
 * Traps that become messages: page faults and exceptions.
 */
#ifndef CORE_TRAP_H
#define CORE_TRAP_H

#include "thread.h"

/* t gets an exception: IPC to its handler. t must be READY, in no phase. */
void trap_raise(struct thread *t, const struct port_trap *trap);
/* The IPC the kernel made for t's fault ended: with an error code, or with
 * an answer with this label. */
void trap_fault_failed(struct thread *t, enum ipc_kind kind, unsigned code);
void trap_fault_answered(struct thread *t, enum ipc_kind kind, long label);
/* t's page fault, with MR0 as in a message, goes to its pager. */
void trap_page_fault(struct thread *t, word_t pfa);
/* Tells console and trace of t's fault, which nobody could answer. */
void trap_report(struct thread *t);

#endif
