/*
 * Internal: what the functions of kernel objects have in common.
 *
 * A request to a kernel object is: operation in MR0, parameters in MR1 and
 * up, then at most one item that names another object; the label is the
 * object's protocol. The kernel answers at once, so calls never time out.
 */
#ifndef L4_SYS_MSG_H
#define L4_SYS_MSG_H

#include <l4/sys/ipc.h>

/* Puts capability `obj` (all rights but D) as an item into MR i, i + 1. */
L4_INLINE void __l4_msg_put_obj(l4_msg_regs_t *v, unsigned i, l4_cap_idx_t obj)
{
    v->mr[i] = l4_map_obj_control(0, 0);
    v->mr[i + 1] = l4_obj_fpage(obj, 0, L4_CAP_FPAGE_RWS).raw;
}

/* Calls `obj` with what is in the message registers. */
L4_INLINE l4_msgtag_t __l4_msg_call(l4_cap_idx_t obj, long proto,
                                    unsigned words, unsigned items,
                                    l4_utcb_t *u)
{
    return l4_ipc_call(obj, u, l4_msgtag(proto, words, items, 0), L4_IPC_NEVER);
}

/* A request of an operation alone. */
L4_INLINE l4_msgtag_t __l4_msg_call_op(l4_cap_idx_t obj, long proto,
                                       l4_umword_t op, l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = op;
    return __l4_msg_call(obj, proto, 1, 0, u);
}

/* A request of an operation with one parameter. */
L4_INLINE l4_msgtag_t __l4_msg_call_op1(l4_cap_idx_t obj, long proto,
                                        l4_umword_t op, l4_umword_t a,
                                        l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = op;
    l4_utcb_mr_u(u)->mr[1] = a;
    return __l4_msg_call(obj, proto, 2, 0, u);
}

/* A request of an operation with two parameters. */
L4_INLINE l4_msgtag_t __l4_msg_call_op2(l4_cap_idx_t obj, long proto,
                                        l4_umword_t op, l4_umword_t a,
                                        l4_umword_t b, l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = op;
    l4_utcb_mr_u(u)->mr[1] = a;
    l4_utcb_mr_u(u)->mr[2] = b;
    return __l4_msg_call(obj, proto, 3, 0, u);
}

/* A request of an operation on another object. */
L4_INLINE l4_msgtag_t __l4_msg_call_op_obj(l4_cap_idx_t obj, long proto,
                                           l4_umword_t op, l4_cap_idx_t other,
                                           l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = op;
    __l4_msg_put_obj(l4_utcb_mr_u(u), 1, other);
    return __l4_msg_call(obj, proto, 1, 1, u);
}

/* A request of an operation with one parameter, on another object. */
L4_INLINE l4_msgtag_t __l4_msg_call_op1_obj(l4_cap_idx_t obj, long proto,
                                            l4_umword_t op, l4_umword_t a,
                                            l4_cap_idx_t other, l4_utcb_t *u)
{
    l4_utcb_mr_u(u)->mr[0] = op;
    l4_utcb_mr_u(u)->mr[1] = a;
    __l4_msg_put_obj(l4_utcb_mr_u(u), 2, other);
    return __l4_msg_call(obj, proto, 2, 1, u);
}

/* Copies up to max bytes of text to MR i and up, zero padded to words;
 * returns the number of words. The last byte is always 0. */
L4_INLINE unsigned __l4_msg_put_text(l4_msg_regs_t *v, unsigned i,
                                     char const *text)
{
    unsigned max = (L4_UTCB_GENERIC_DATA_SIZE - 2 - i) * sizeof(l4_umword_t);
    char *to = (char *)&v->mr[i];
    unsigned n = 0;
    for (; n < max - 1 && text[n]; n++)
        to[n] = text[n];
    unsigned words = l4_bytes_to_mwords(n + 1);
    for (; n < words * sizeof(l4_umword_t); n++)
        to[n] = 0;
    return words;
}

/* Copies a zero-terminated text of `words` message registers from MR i on
 * to buf of size bytes, cut to fit; always terminated if size > 0. */
L4_INLINE void __l4_msg_get_text(l4_msg_regs_t const *v, unsigned i,
                                 unsigned words, char *buf, unsigned size)
{
    char const *from = (char const *)&v->mr[i];
    unsigned max = words > i ? (words - i) * sizeof(l4_umword_t) : 0;
    unsigned n = 0;
    if (!size)
        return;
    for (; n < max && n + 1 < size && from[n]; n++)
        buf[n] = from[n];
    buf[n] = 0;
}

#endif
