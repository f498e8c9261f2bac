/*
 * The operation of a thread that changes the labels of its waiting senders.
 */
#ifndef CORE_MODIFY_SENDER_H
#define CORE_MODIFY_SENDER_H

#include "object.h"

/* 0, or -L4_EINVAL: t is of another CPU than `by`. O(senders x rules) */
long modify_sender(struct thread *t, struct thread *by,
                   const struct invocation *inv);

#endif
