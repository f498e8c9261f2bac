/*
 * A message on its way: words, then typed items, from sender to receiver.
 *
 * With many items that may take long, so it stops at preemption points. Then
 * both are held, and the one that is more urgent goes on with it when it runs
 * (a receiver of high priority does not wait for a sender of low priority):
 *
 *      message_begin() --> stopped . . . core_next() --> goes on --> delivered
 *                            |  both in PHASE_MESSAGE
 *                            |    the more urgent: READY, continuation
 *                            |    the other: BLOCKED
 *                            +--> one of them cancelled, killed: both fail
 *
 * The rendezvous has happened: timeouts of the phases have no effect on it, no
 * gate is asked again, nobody else can take a place in it. What was mapped
 * until somebody fails stays.
 *
 * Who is cancelled or killed gets L4_IPC_SE/RECANCELED, its partner
 * L4_IPC_SE/REABORTED.
 *
 * I1  PHASE_MESSAGE: the partner is in it, too, with this one as partner;
 *     exactly one of the two has the continuation, and is READY.
 */
#ifndef CORE_IPC_MESSAGE_H
#define CORE_IPC_MESSAGE_H

#include "thread.h"

/* s's message to r begins, both being in no phase and s READY. It ends here,
 * or later, with ipc_delivered(). */
void message_begin(struct thread *s, struct thread *r, bool reply);
/* t, in PHASE_MESSAGE, is to fail with an IPC error code (send numbering). */
void message_abort(struct thread *t, unsigned code);
/* I1 */
void message_check(const struct thread *t);

/* What ipc.c does for it: */

/* Leaves queues and timeout: the phase is over, whatever the outcome. */
void ipc_leave(struct thread *t);
/* t is in no phase any more: what it was in the middle of fails. */
void ipc_fail(struct thread *t, unsigned code);
/* The message is complete, or `error` (send numbering) ends it: both are told
 * and go on. */
void ipc_delivered(struct thread *s, struct thread *r, unsigned words,
                   unsigned error);

#endif
