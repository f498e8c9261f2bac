/*
 * The debugger's parts, to each other.
 *
 *   debugger.c        dispatch; console, names and ids, Vitrine's own
 *   debugger_trace.c  kinds of trace records, entries, the ring as text
 *   debugger_list.c   the list of objects, kernel memory
 *
 * Functions that return a label answer 0 or -L4_E*; what they found stands in
 * `by`'s message registers.
 */
#ifndef CORE_DEBUGGER_OPS_H
#define CORE_DEBUGGER_OPS_H

#include "invoke.h"

/* Text in the message from word `first` on, at most 31 characters and the
 * zero. */
void debugger_text(const struct invocation *inv, unsigned first,
                   char *ret_text);
/* The low `digits` digits (0: as many as there are) of n on the console. */
void debugger_number(word_t n, unsigned base, unsigned digits);

long debugger_log_typeid(struct thread *by, const struct invocation *inv);
long debugger_log_name(struct thread *by, const struct invocation *inv);
long debugger_log_switch(const struct invocation *inv);
/* Operations 0x200 to 0x2ff. */
long debugger_tbuf_op(const struct invocation *inv, unsigned op);
long debugger_list(struct thread *by, const struct invocation *inv);
/* Answers by itself: with the number of the object at a kernel address, if
 * there is one. */
void debugger_pointer_to_id(struct thread *by, const struct invocation *inv);
/* Kernel memory and objects, printed. */
void debugger_memory(void);

/* From now on the trace tells what the task's threads do, or not. Cost: O(its
 * threads). */
struct task;
void debugger_trace_task(struct task *t, bool on);
/* An object got a name: a task may be one of those to be told about. */
void debugger_trace_named(struct object *o);

#endif
