/*
 * Signals between the threads of one program. See signals.c.
 */
#ifndef GLUE_SIGNALS_H
#define GLUE_SIGNALS_H

#include "threads.h"

#include <signal.h>

#define SIGNALS 65

/* musl's own request to cancel a thread: it ends waits (cancel.c); its handler
 * is run on a thread that only computes. */
#define SIGNAL_CANCEL 33

/* As musl hands it to the kernel (its ksigaction.h). */
struct kernel_action {
    union {
        void (*handler)(int);
        void (*info_handler)(int, siginfo_t *, void *);
    };
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask; /* bit s - 1: signal s */
};

static inline unsigned long signal_bit(int sig)
{
    return 1ul << (sig - 1);
}

/* At a program's start: blocked and ignored signals it inherits; and what it
 * hands on itself. */
GLUE_HIDDEN void signals_inherit(unsigned long blocked, unsigned long ignored);
GLUE_HIDDEN void signals_inherited(unsigned long *ret_blocked,
                                   unsigned long *ret_ignored);

/* What is to be done about a signal now. */
GLUE_HIDDEN struct kernel_action signal_action(int sig);

/* The signal becomes pending for a thread, or (thread 0) for whichever
 * thread does not block it, with what its handler is told. */
GLUE_HIDDEN void signal_send(struct thread *thread, const siginfo_t *info);

/* Are there signals that the calling thread (`self`) does not block? */
GLUE_HIDDEN int signal_waits(const struct thread *self);

/* The calling thread blocks these from now on, as far as that is possible. */
GLUE_HIDDEN void signal_mask(struct thread *self, unsigned long blocked);

/* Runs the handlers of all of them. 1: a call that was interrupted may be
 * made again, because all handlers want that. */
GLUE_HIDDEN int signal_deliver(struct thread *self);

/* Runs one handler with its mask, on the calling thread. */
GLUE_HIDDEN void signal_run(struct thread *self, const siginfo_t *info,
                            void *context);

/* The program ends by this signal. */
GLUE_HIDDEN _Noreturn void signal_end(int sig);

/* The same with what the thread was doing (faults.c). */
GLUE_HIDDEN int signal_deliver_at(struct thread *self, ucontext_t *context);

/* faults.c: this signal's action was set. */
GLUE_HIDDEN void faults_watch(int sig);

/* A thread that only computes is made to deliver what is pending. */
GLUE_HIDDEN void faults_push(struct thread *thread);

/* The exception handler of threads to be made. */
GLUE_HIDDEN l4_cap_idx_t faults_handler(void);

#endif
