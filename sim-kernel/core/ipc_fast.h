/*
 * The fast path of IPC: see ipc_fast.c.
 */
#ifndef CORE_IPC_FAST_H
#define CORE_IPC_FAST_H

#include "thread.h"

/* Off: every message takes the way through invoke.c and ipc.c. After
 * sched_init(). */
void ipc_fast_allow(bool on);

/* Does the running thread's system call if it is a call or reply-and-wait of
 * the common kind, whose partner then is the running thread; false: nothing
 * has changed, invoke.c is to do it. After the trap, before anything else.
 * O(words). */
bool ipc_fast(void);

#endif
