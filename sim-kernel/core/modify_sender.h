/*
 * The operation of a thread that changes the labels of its waiting senders.
 */
#ifndef CORE_MODIFY_SENDER_H
#define CORE_MODIFY_SENDER_H

#include "object.h"

/*
 * Answers `by`: 0; -L4_EINVAL: t is of another CPU than `by`; -L4_EBUSY:
 * another is at it. O(senders x rules), in pieces (a continuation of `by`).
 */
void modify_sender(struct thread *t, struct thread *by,
                   const struct invocation *inv);

#endif
