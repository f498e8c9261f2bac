/*
 * Invocation: from a system call to the object it names, and helpers all
 * kernel objects use to read a request.
 */
#ifndef CORE_INVOKE_H
#define CORE_INVOKE_H

#include "cap.h"
#include "thread.h"

/* The running thread's system call. */
void invoke_syscall(struct thread *t);
/*
 * Begins an IPC to or through `o` (gate or thread) for t as `flags` of the
 * selector say (SYS_*).
 */
void invoke_ipc(struct object *o, struct thread *t,
                const struct invocation *inv);
/* After a kernel object's send-only operation (EOI, trigger, mask): the
 * receive phase the invoker asked for, or just success. */
void invoke_then_receive(struct object *o, struct thread *t,
                         const struct invocation *inv);

/* The opcode in MR0 if the request is well formed: label `label` (else
 * -L4_EBADPROTO), rights `need` (-L4_EPERM), at least one word
 * (-L4_EMSGTOOSHORT), checked in this order. */
int invoke_check(const struct invocation *inv, long label, unsigned need);
/* The capability sent as typed item number n of the request; NULL: none,
 * void, or an empty slot. */
struct cap_slot *invoke_cap(const struct thread *t,
                            const struct invocation *inv, unsigned n);

/* Does the first item of the request name an object of kind `ops`? */
bool invoke_is_sent(const struct thread *t, const struct invocation *inv,
                    const struct object_ops *ops);
/* The object that the first item of the request names, which must be of kind
 * `ops` (-L4_EINVAL) by a capability with the rights `need` (-L4_EPERM). */
long invoke_object_sent(const struct thread *t, const struct invocation *inv,
                        const struct object_ops *ops, unsigned need,
                        struct object **ret_object);

static inline unsigned inv_words(const struct invocation *inv)
{
    return tag_words(inv->args.tag);
}

static inline unsigned inv_flags(const struct invocation *inv)
{
    unsigned flags = inv->args.dest & SYS_FLAGS;
    return flags ? flags : SYS_SEND | SYS_RECV;
}

#endif
