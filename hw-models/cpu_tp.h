/*
 * Lending the thread pointer.
 *
 * The host's C library finds its thread-local variables (errno, malloc's
 * lists) by the register that a program's own are found by: FS base. Two
 * exchanges at each trap are what a null call costs most after its
 * instructions, and most of those calls touch no such variable. So after a
 * system call hw_cpu_run() may return with the program's in force:
 *
 *      program A --system call--> ... --> program B      one exchange
 *                       \--> hw_cpu_own_tp(), C library --> B    two
 *
 * Whoever asks for that (hw_cpu_lend_tp) runs one CPU on its host thread. In
 * between, what calls the C library calls hw_cpu_own_tp() first: mmu.c and
 * cpu.c do so themselves. memcpy() and its like have no such variables.
 *
 * I1  own[HW_OWN_TP] is the thread pointer in force while this CPU's host
 *     thread is not in user code.
 * Not on aarch64, and not with sanitizers, whose own variables are needed in
 * every function: there nothing is ever lent.
 */
#ifndef HW_CPU_TP_H
#define HW_CPU_TP_H

#include "user_abi.h"
#include <stdbool.h>

/* Places in own[] of a CPU block: the host's, the one in force. */
enum { HW_OWN_HOST_TP = 3, HW_OWN_TP = 6 };

struct hw_cpu;

/* From now on it is lent, or not. The host's is in force when called. */
void hw_cpu_lend_tp(struct hw_cpu *c, bool lend);

static inline bool hw_cpu_lends_tp(const struct hw_user_block *b)
{
    return b->own[HW_OWN_TP] != b->own[HW_OWN_HOST_TP];
}

/* hw_cpu_own_tp()'s rare part. */
void hw_cpu_take_tp(struct hw_user_block *b);

/* The host's thread pointer is in force. */
static inline void hw_cpu_own_tp(struct hw_user_block *b)
{
    if (__builtin_expect(hw_cpu_lends_tp(b), 0))
        hw_cpu_take_tp(b);
}

#endif
