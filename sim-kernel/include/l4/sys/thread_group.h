/*
 * Thread group: a set of threads that a gate or IRQ may deliver to; the
 * kernel picks one that waits. Protocol L4_PROTO_THREAD_GROUP:
 *
 *      ADD | item: thread        REMOVE | item: thread
 *
 * Source: ABI.md section 1 (no numbers there: the ones here are ours).
 */
#ifndef L4_SYS_THREAD_GROUP_H
#define L4_SYS_THREAD_GROUP_H

#include <l4/sys/__msg.h>

enum L4_thread_group_ops {
    L4_THREAD_GROUP_ADD_OP = 0,
    L4_THREAD_GROUP_REMOVE_OP = 1,
};

enum L4_thread_group_policy {
    L4_THREAD_GROUP_POLICY_CORE_LOCAL = 0, /* prefer the sender's CPU */
};

L4_INLINE l4_msgtag_t l4_thread_group_add_u(l4_cap_idx_t tg,
                                            l4_cap_idx_t thread, l4_utcb_t *u)
{
    return __l4_msg_call_op_obj(tg, L4_PROTO_THREAD_GROUP,
                                L4_THREAD_GROUP_ADD_OP, thread, u);
}

/* -L4_ENOENT: the thread is not in the group. */
L4_INLINE l4_msgtag_t l4_thread_group_remove_u(l4_cap_idx_t tg,
                                               l4_cap_idx_t thread,
                                               l4_utcb_t *u)
{
    return __l4_msg_call_op_obj(tg, L4_PROTO_THREAD_GROUP,
                                L4_THREAD_GROUP_REMOVE_OP, thread, u);
}

L4_INLINE l4_msgtag_t l4_thread_group_add(l4_cap_idx_t tg, l4_cap_idx_t thread)
{
    return l4_thread_group_add_u(tg, thread, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_thread_group_remove(l4_cap_idx_t tg,
                                             l4_cap_idx_t thread)
{
    return l4_thread_group_remove_u(tg, thread, l4_utcb());
}

#endif
