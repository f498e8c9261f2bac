/*
 * A UTCB for user-level code that runs on the host.
 */
#ifndef FUZZ_UTCB_H
#define FUZZ_UTCB_H

/* Once for a thread, before it uses one; more often does no harm. */
void utcb_make(void);

#endif
