/*
 * Vitrine's additions on the debugger capability (opcode group 0x600).
 *
 * All are requests with label L4_PROTO_DEBUGGER on a debugger capability.
 */
#ifndef L4_VITRINE_DEBUG_H
#define L4_VITRINE_DEBUG_H

enum l4_vitrine_debug_op {
    /* MR1 text kind, MR2 value, MR3.. up to 32 bytes of text: a mark. */
    L4_VITRINE_MARK = 0x600,
    /* Reports the fault (page fault or exception IPC) of the thread the
     * invoker owes a reply to: console, trace. -L4_ENOENT: no such. */
    L4_VITRINE_REPORT_FAULT = 0x601,
    /* MR1: the system's own result (0..99) should it end now. */
    L4_VITRINE_SET_RESULT = 0x602,
    /* MR1 result: the system ends. */
    L4_VITRINE_END = 0x603,
    /* -> MR0 low word: host clock in ns for measurements, -L4_ENOSYS where
     * there is none (without --host-clock runs stay reproducible). */
    L4_VITRINE_HOST_CLOCK = 0x604,
    /* MR1 = 1: one more unhandled fault counts for the exit code. */
    L4_VITRINE_COUNT_FAULT = 0x605,
    /* -> MR0 free bytes of kernel memory, MR1 number of kernel objects: for
     * leak checks. */
    L4_VITRINE_KMEM_STATS = 0x606,
    /* The kernel's longest stretch without a preemption point, in elementary
     * steps, since boot or the last request with MR1 = 1, which starts anew.
     * -> MR0 steps, MR1 points passed since boot, MR2 how often one stopped
     * an operation, MR3..MR6 where it ended (text). */
    L4_VITRINE_LONGEST_STRETCH = 0x607,
    /* The kernel checks all its invariants, as at the end of a run, and
     * panics if one does not hold. Cost: all of its data. For tests. */
    L4_VITRINE_CHECK = 0x608,
    /* Map item: a task. MR1 = 0: from now on the trace leaves out what its
     * threads do; else it tells about them again. -L4_EINVAL: no task. */
    L4_VITRINE_TRACE_TASK = 0x609,
    /* Map item: a task. -> MR0: us of CPU time that its threads have used, also
     * those that have ended. -L4_EINVAL: no task. Cost: O(its threads). */
    L4_VITRINE_TASK_TIME = 0x60a,
    /* Map item: a task. MR1 = 1: it is held: each of its threads stops at the
     * end of the system call it is in; a message it waits for still comes. 0:
     * they go on. -L4_EINVAL: no task. Cost: O(its threads). */
    L4_VITRINE_TASK_HOLD = 0x60b,
};

#endif
