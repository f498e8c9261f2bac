/*
 * IPC: synchronous rendezvous of two threads.
 *
 * An operation has a send phase, then a receive phase; either may be left
 * out. Nothing happens between the two, so a caller cannot miss its answer.
 *
 *      sender                         receiver
 *      --- send phase: queue ------>  open wait / closed wait
 *          (until both are there: the message is copied)
 *      <-- receive phase -----------  reply
 *
 * Whoever calls leaves a one-shot reply capability with the receiver
 * (reply_to / replier).
 *
 * Source: ABI.md section 3 (IPC); Liedtke, "Improving IPC by kernel design"
 * (SOSP 1993), for the shape.
 */
#ifndef CORE_IPC_H
#define CORE_IPC_H

#include "thread.h"

struct ipc_op {
    bool send, recv, open; /* phases; open: receive from anybody */
    bool reply;            /* the send answers reply_to */
    struct thread *dest;   /* receiver; closed receive: the sender */
    struct object *via;    /* the object the capability names */
    struct heap *queue;    /* where to wait while there is no receiver */
    word_t tag, label;
    unsigned rights;
    uint16_t keep_at; /* struct ipc_state */
    word_t timeouts;
};

/* Begins (and ends, if the partner is there) t's operation. t must be
 * READY and in no phase. */
void ipc_start(struct thread *t, const struct ipc_op *op);
/* The kernel sends a message for t to `dest` and waits for the answer;
 * kind IPC_FAULT or IPC_EXCEPTION. */
void ipc_start_fault(struct thread *t, enum ipc_kind kind,
                     const struct ipc_op *op);
/* t's operation ends with an L4 IPC error code (send phase numbering; the
 * receive phase's bit is added here). No effect in PHASE_NONE. */
void ipc_abort(struct thread *t, unsigned code);
/* Only the phase: what timeout.c's queue fires. */
void ipc_timed_out(struct thread *t);

/* The answer of a kernel object to its invoker: label, `words` of UTCB
 * message registers, `items` typed items after them. */
void ipc_answer(struct thread *t, long label, unsigned words, unsigned items);
/* An invocation fails before any object is reached. */
void ipc_error(struct thread *t, unsigned code);
/* t answers, and nobody waits for an answer of its. */
void ipc_no_caller(struct thread *t);

/* An IRQ wants to deliver to r: now if r waits for it (true), else it is
 * queued there. `object` is the IRQ. */
bool ipc_irq_deliver(struct sender *s, const struct object *object,
                     struct thread *r);

/* Lets the first of those who wait to send to t interrupt it. False: there is
 * none, or t is no vCPU that may be interrupted. */
bool ipc_interrupt(struct thread *t);

/* t's closed receive from the kernel object `via` (a semaphore) is over: an
 * empty message. */
void ipc_wake(struct thread *t);

/* Everybody queued on `queue` (a dead thread's, a semaphore's) fails. False:
 * stopped at a preemption point, call again; so the following two. */
bool ipc_abort_senders(struct heap *queue, unsigned code);
/* Everybody who waits for a thread or object that ends, or sends through a
 * gate that does, fails. */
bool ipc_abort_waiters(struct list *waiters, unsigned code);
/* Those who send through a gate (its waiters) go on to its new thread. */
bool ipc_redirect_all(struct list *waiters, struct thread *dest,
                      struct heap *queue, word_t label);
/* Into a queue, behind all of the same or a higher priority. */
void ipc_enqueue(struct heap *queue, struct sender *s);
/* t may wait for what is queued already. */
void ipc_poll(struct thread *t);
/* t's priority is new: queues are ordered by it. */
void ipc_reorder(struct thread *t);

/* Receive buffer for one capability of the invoker: the table index; false:
 * none. Kernel objects return capabilities through it. */
bool ipc_cap_buffer(const struct thread *t, word_t *ret_index);
/* t is READY, and its receive phase is to begin. */
bool ipc_receives_later(const struct thread *t);
/* What t waits for, for reports: enum vtr_why. */
unsigned ipc_why(const struct thread *t);

#endif
