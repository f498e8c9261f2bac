/*
 * Vitrine's operations on a debugger capability (debug.h lists them): marks
 * in the trace, fault reports, the system's result.
 *
 * `dbg` is the debugger, usually L4_BASE_DEBUGGER_CAP or what the
 * environment has under "jdb". All return a message tag, label 0 or a
 * negative error code; without the capability the IPC fails
 * (L4_IPC_ENOT_EXISTENT) and nothing happens.
 */
#ifndef L4_VITRINE_TRACE_H
#define L4_VITRINE_TRACE_H

#include <l4/sys/__msg.h>
#include <l4/sys/debugger.h>
#include <l4/vitrine/debug.h>
#include <stdint.h>

/* How the text of a mark is meant, MR1. */
enum l4_vitrine_mark_kind {
    L4_VITRINE_MARK_POINT = 0,   /* something happens now */
    L4_VITRINE_MARK_BEGIN = 1,   /* a named piece of work begins ... */
    L4_VITRINE_MARK_FINISH = 2,  /* ... and is done */
    L4_VITRINE_MARK_COUNTER = 3, /* `value` is a quantity over time */
};

enum { L4_VITRINE_MARK_TEXT_MAX = 32 };

/* A mark with `text` (cut to 32 bytes) and a number. The message registers
 * stay as they are: a mark may stand between filling in a message and
 * sending it. */
L4_INLINE l4_msgtag_t l4_vitrine_mark(l4_cap_idx_t dbg,
                                      enum l4_vitrine_mark_kind kind,
                                      const char *text, l4_umword_t value)
{
    enum { WORDS = 3 + L4_VITRINE_MARK_TEXT_MAX / sizeof(l4_umword_t) };
    l4_utcb_t *u = l4_utcb();
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    l4_umword_t saved[WORDS];
    char *to = (char *)&v->mr[3];
    unsigned n = 0;
    __builtin_memcpy(saved, v->mr, sizeof(saved));
    v->mr[0] = L4_VITRINE_MARK;
    v->mr[1] = kind;
    v->mr[2] = value;
    for (; n < L4_VITRINE_MARK_TEXT_MAX && text[n]; n++)
        to[n] = text[n];
    unsigned words = 3 + l4_bytes_to_mwords(n);
    for (; n % sizeof(l4_umword_t); n++)
        to[n] = 0;
    l4_msgtag_t t = __l4_msg_call(dbg, L4_PROTO_DEBUGGER, words, 0, u);
    __builtin_memcpy(v->mr, saved, sizeof(saved));
    return t;
}

/* The usual mark: something happens now. */
L4_INLINE l4_msgtag_t l4_vitrine_trace_mark(const char *text, l4_umword_t value)
{
    return l4_vitrine_mark(L4_BASE_DEBUGGER_CAP, L4_VITRINE_MARK_POINT, text,
                           value);
}

L4_INLINE l4_msgtag_t l4_vitrine_trace_begin(const char *text,
                                             l4_umword_t value)
{
    return l4_vitrine_mark(L4_BASE_DEBUGGER_CAP, L4_VITRINE_MARK_BEGIN, text,
                           value);
}

L4_INLINE l4_msgtag_t l4_vitrine_trace_finish(const char *text,
                                              l4_umword_t value)
{
    return l4_vitrine_mark(L4_BASE_DEBUGGER_CAP, L4_VITRINE_MARK_FINISH, text,
                           value);
}

L4_INLINE l4_msgtag_t l4_vitrine_trace_counter(const char *text,
                                               l4_umword_t value)
{
    return l4_vitrine_mark(L4_BASE_DEBUGGER_CAP, L4_VITRINE_MARK_COUNTER, text,
                           value);
}

/* From now on the trace tells what the task's threads do (on), or only what
 * they have to do with others that it tells about. */
L4_INLINE l4_msgtag_t l4_vitrine_trace_task(l4_cap_idx_t task, int on)
{
    l4_msg_regs_t *v = l4_utcb_mr();
    v->mr[0] = L4_VITRINE_TRACE_TASK;
    v->mr[1] = on != 0;
    return l4_invoke_debugger(task, l4_msgtag(0, 2, 0, 0), l4_utcb());
}

/* CPU time of all threads of the task, of those that have ended, too, in us; on
 * an error *us stays. */
L4_INLINE l4_msgtag_t l4_vitrine_task_time(l4_cap_idx_t task,
                                           l4_kernel_clock_t *us)
{
    l4_msg_regs_t *v = l4_utcb_mr();
    v->mr[0] = L4_VITRINE_TASK_TIME;
    l4_msgtag_t tag =
        l4_invoke_debugger(task, l4_msgtag(0, 1, 0, 0), l4_utcb());
    if (l4_error(tag) >= 0)
        *us = v->mr[0];
    return tag;
}

/* None of the task's threads runs on (on), or they do again. Partners are
 * served as always; a thread stops when its system call is over. */
L4_INLINE l4_msgtag_t l4_vitrine_task_hold(l4_cap_idx_t task, int on)
{
    l4_msg_regs_t *v = l4_utcb_mr();
    v->mr[0] = L4_VITRINE_TASK_HOLD;
    v->mr[1] = on != 0;
    return l4_invoke_debugger(task, l4_msgtag(0, 2, 0, 0), l4_utcb());
}

/* Reports the fault of the thread the caller owes a reply to, on console and
 * trace. -L4_ENOENT: there is none. */
L4_INLINE l4_msgtag_t l4_vitrine_report_fault(l4_cap_idx_t dbg)
{
    return __l4_msg_call_op(dbg, L4_PROTO_DEBUGGER, L4_VITRINE_REPORT_FAULT,
                            l4_utcb());
}

/* The kernel checks itself, and panics if it must. */
L4_INLINE l4_msgtag_t l4_vitrine_check(l4_cap_idx_t dbg)
{
    return __l4_msg_call_op(dbg, L4_PROTO_DEBUGGER, L4_VITRINE_CHECK,
                            l4_utcb());
}

/* The system's own result (0..99), should it end by itself. */
L4_INLINE l4_msgtag_t l4_vitrine_set_result(l4_cap_idx_t dbg, l4_umword_t r)
{
    return __l4_msg_call_op1(dbg, L4_PROTO_DEBUGGER, L4_VITRINE_SET_RESULT, r,
                             l4_utcb());
}

/* Ends the system with result r (0..99); returns only if it may not. */
L4_INLINE l4_msgtag_t l4_vitrine_end(l4_cap_idx_t dbg, l4_umword_t r)
{
    return __l4_msg_call_op1(dbg, L4_PROTO_DEBUGGER, L4_VITRINE_END, r,
                             l4_utcb());
}

/* *ns: the host's clock, for measurements only; unchanged on error.
 * -L4_ENOSYS: not to be seen (runs stay reproducible). */
L4_INLINE l4_msgtag_t l4_vitrine_host_clock(l4_cap_idx_t dbg, int64_t *ns)
{
    l4_utcb_t *u = l4_utcb();
    l4_msgtag_t t =
        __l4_msg_call_op(dbg, L4_PROTO_DEBUGGER, L4_VITRINE_HOST_CLOCK, u);
    if (l4_error_u(t, u) >= 0)
        *ns = (int64_t)l4_utcb_mr_u(u)->mr[0];
    return t;
}

/* One more unhandled fault counts for the run's exit code. */
L4_INLINE l4_msgtag_t l4_vitrine_count_fault(l4_cap_idx_t dbg)
{
    return __l4_msg_call_op1(dbg, L4_PROTO_DEBUGGER, L4_VITRINE_COUNT_FAULT, 1,
                             l4_utcb());
}

#endif
