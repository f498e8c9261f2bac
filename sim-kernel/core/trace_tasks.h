/*
 * Which tasks the trace tells about.
 *
 *      trace_tasks_only("client,server")       at boot, by name
 *      debugger_trace_task(task, true)         while recording
 *
 * What a system is made of (objects, names, who holds and maps what, inputs,
 * its end) is always recorded: without it nothing that is there could be
 * understood. What threads do is recorded if one of the two that a record is
 * about belongs to a task that is told about: a call of a task that is, and
 * the answer from one that is not, are both there.
 *
 * I1  trace_some is false only while every task is told about.
 * I2  A thread's bit is its task's.
 * I3  A bit that is set stands for "not as the others"; ids beyond the bits
 *     are as the others.
 */
#ifndef CORE_TRACE_TASKS_H
#define CORE_TRACE_TASKS_H

#include <stdbool.h>
#include <stdint.h>

enum { TRACE_NAMES_MAX = 64 }; /* bytes of the list, with its end */

/* Is there anybody that is not told about? (Set by this module only.) */
extern bool trace_some;

/* Only tasks of these names, apart by commas, are told about; "" or NULL: all
 * are. At boot, before there is a task. */
void trace_tasks_only(const char *names);
/* Is this one of them? */
bool trace_tasks_is_named(const char *name);
/* From now on the task or thread is told about, or not. */
void trace_tasks_tell(uint32_t id, bool on);
/* A thread got its task. */
void trace_tasks_bound(uint32_t task, uint32_t thread);
/* Is a record of this kind, thread and first arguments to be written? To be
 * asked while trace_some. */
bool trace_tasks_want(unsigned event, uint32_t thread, uint64_t a0,
                      uint64_t a1);

#endif
