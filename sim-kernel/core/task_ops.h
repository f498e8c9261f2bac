/*
 * The long operations of a task: map and unmap, which may be interrupted.
 */
#ifndef CORE_TASK_OPS_H
#define CORE_TASK_OPS_H

#include "invoke.h"
#include "task.h"

/* Answer `by`, at once or when its continuation has come to the end. */
void task_op_map(struct task *dst, struct thread *by,
                 const struct invocation *inv);
void task_op_unmap(struct task *t, struct thread *by,
                   const struct invocation *inv);

#endif
