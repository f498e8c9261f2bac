/*
 * The fast path of IPC: see ipc_fast.c.
 */
#ifndef CORE_IPC_FAST_H
#define CORE_IPC_FAST_H

#include "thread.h"

/* Off: every message takes the way through invoke.c and ipc.c. */
extern bool ipc_fast_on;

/* Does the running thread's system call if it is a call or reply-and-wait of
 * the common kind; false: nothing has changed, invoke.c is to do it. After
 * the trap's steps are counted, before it is traced. O(words). */
bool ipc_fast(struct thread *t);

#endif
