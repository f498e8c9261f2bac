/*
 * Vcon: a console, the kernel's or a server's. Protocol L4_PROTO_LOG:
 *
 *      WRITE     bytes, text ...            send only, no reply
 *      READ      MR0: op | size << 16       -> bytes and flags, text ...
 *      SET_ATTR  input, output, local flags
 *      GET_ATTR  -> MR1 input, MR2 output, MR3 local flags
 *
 * A vcon is also an ICU: line 0 fires when input is available.
 * Source: ABI.md section 1, "Vlog / vcon".
 */
#ifndef L4_SYS_VCON_H
#define L4_SYS_VCON_H

#include <l4/sys/__msg.h>
#include <l4/sys/icu.h>

enum L4_vcon_ops {
    L4_VCON_WRITE_OP = 0,
    L4_VCON_READ_OP = 1,
    L4_VCON_SET_ATTR_OP = 2,
    L4_VCON_GET_ATTR_OP = 3,
};

enum L4_vcon_size_consts {
    L4_VCON_WRITE_SIZE = (L4_UTCB_GENERIC_DATA_SIZE - 2) * sizeof(l4_umword_t),
    L4_VCON_READ_SIZE = (L4_UTCB_GENERIC_DATA_SIZE - 1) * sizeof(l4_umword_t),
};

/* MR0 of READ's reply, and result of l4_vcon_read_with_flags(). */
enum L4_vcon_read_flags {
    L4_VCON_READ_SIZE_MASK = 0x3fffffff,
    L4_VCON_READ_STAT_MASK = ~L4_VCON_READ_SIZE_MASK,
    L4_VCON_READ_STAT_BREAK = 1 << 30, /* a break came before the text */
};

typedef struct l4_vcon_attr_t {
    l4_umword_t i_flags; /* L4_vcon_i_flags */
    l4_umword_t o_flags; /* L4_vcon_o_flags */
    l4_umword_t l_flags; /* L4_vcon_l_flags */
} l4_vcon_attr_t;

enum L4_vcon_i_flags {
    L4_VCON_INLCR = 000100, /* NL -> CR */
    L4_VCON_IGNCR = 000200, /* drop CR */
    L4_VCON_ICRNL = 000400, /* CR -> NL */
};

enum L4_vcon_o_flags {
    L4_VCON_ONLCR = 000004,  /* NL -> CR NL */
    L4_VCON_OCRNL = 000010,  /* CR -> NL */
    L4_VCON_ONLRET = 000040, /* no CR */
};

enum L4_vcon_l_flags {
    L4_VCON_ICANON = 000002, /* by lines */
    L4_VCON_ECHO = 000010,
};

/* Writes one message's worth: at most L4_VCON_WRITE_SIZE bytes of buf, the
 * rest is dropped. No reply: only IPC errors are seen. */
L4_INLINE l4_msgtag_t l4_vcon_send_u(l4_cap_idx_t vcon, char const *buf,
                                     unsigned size, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    if (size > L4_VCON_WRITE_SIZE)
        size = L4_VCON_WRITE_SIZE;
    unsigned words = 2 + l4_bytes_to_mwords(size);
    v->mr[words - 1] = 0; /* pads the last word */
    v->mr[0] = L4_VCON_WRITE_OP;
    v->mr[1] = size;
    __builtin_memcpy(&v->mr[2], buf, size);
    return l4_ipc_send(vcon, u,
                       l4_msgtag(L4_PROTO_LOG, words, 0, L4_MSGTAG_SCHEDULE),
                       L4_IPC_NEVER);
}

/* The same; returns how many bytes were written, or -(2000 + IPC error). */
L4_INLINE long l4_vcon_write_u(l4_cap_idx_t vcon, char const *buf,
                               unsigned size, l4_utcb_t *u)
{
    if (size > L4_VCON_WRITE_SIZE)
        size = L4_VCON_WRITE_SIZE;
    l4_msgtag_t t = l4_vcon_send_u(vcon, buf, size, u);
    if (l4_msgtag_has_error(t))
        return l4_error_u(t, u);
    return size;
}

/*
 * Reads up to size (at most L4_VCON_READ_SIZE) bytes into buf, which may be
 * NULL to ask only; never waits. Returns the number of bytes, more than size
 * if further input is available, with L4_VCON_READ_STAT_BREAK; or a negative
 * error code, -L4_EPERM without W.
 */
L4_INLINE int l4_vcon_read_with_flags_u(l4_cap_idx_t vcon, char *buf,
                                        unsigned size, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    if (size > L4_VCON_READ_SIZE)
        size = L4_VCON_READ_SIZE;
    l4_msgtag_t t = __l4_msg_call_op(
        vcon, L4_PROTO_LOG, ((l4_umword_t)size << 16) | L4_VCON_READ_OP, u);
    l4_ret_t err = l4_error_u(t, u);
    if (err < 0)
        return (int)err;
    unsigned r = v->mr[0];
    unsigned n = r & L4_VCON_READ_SIZE_MASK;
    if (n > size)
        n = size;
    if (buf)
        __builtin_memcpy(buf, &v->mr[1], n);
    return (int)r;
}

/* The same without the break flag. */
L4_INLINE int l4_vcon_read_u(l4_cap_idx_t vcon, char *buf, unsigned size,
                             l4_utcb_t *u)
{
    int r = l4_vcon_read_with_flags_u(vcon, buf, size, u);
    return r < 0 ? r : r & L4_VCON_READ_SIZE_MASK;
}

L4_INLINE l4_msgtag_t l4_vcon_set_attr_u(l4_cap_idx_t vcon,
                                         l4_vcon_attr_t const *attr,
                                         l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    v->mr[0] = L4_VCON_SET_ATTR_OP;
    v->mr[1] = attr->i_flags;
    v->mr[2] = attr->o_flags;
    v->mr[3] = attr->l_flags;
    return __l4_msg_call(vcon, L4_PROTO_LOG, 4, 0, u);
}

/* *attr is unchanged on error. */
L4_INLINE l4_msgtag_t l4_vcon_get_attr_u(l4_cap_idx_t vcon,
                                         l4_vcon_attr_t *attr, l4_utcb_t *u)
{
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    l4_msgtag_t t =
        __l4_msg_call_op(vcon, L4_PROTO_LOG, L4_VCON_GET_ATTR_OP, u);
    if (l4_error_u(t, u) < 0)
        return t;
    attr->i_flags = v->mr[1];
    attr->o_flags = v->mr[2];
    attr->l_flags = v->mr[3];
    return t;
}

/* Changes *attr to pass every byte as it is, at once and without echo. */
L4_INLINE void l4_vcon_set_attr_raw(l4_vcon_attr_t *attr)
{
    attr->i_flags = 0;
    attr->o_flags = 0;
    attr->l_flags &= ~(l4_umword_t)(L4_VCON_ICANON | L4_VCON_ECHO);
}

/* ---- On the calling thread's UTCB ---- */

L4_INLINE l4_msgtag_t l4_vcon_send(l4_cap_idx_t vcon, char const *buf,
                                   unsigned size)
{
    return l4_vcon_send_u(vcon, buf, size, l4_utcb());
}

L4_INLINE long l4_vcon_write(l4_cap_idx_t vcon, char const *buf, unsigned size)
{
    return l4_vcon_write_u(vcon, buf, size, l4_utcb());
}

L4_INLINE int l4_vcon_read_with_flags(l4_cap_idx_t vcon, char *buf,
                                      unsigned size)
{
    return l4_vcon_read_with_flags_u(vcon, buf, size, l4_utcb());
}

L4_INLINE int l4_vcon_read(l4_cap_idx_t vcon, char *buf, unsigned size)
{
    return l4_vcon_read_u(vcon, buf, size, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_vcon_set_attr(l4_cap_idx_t vcon,
                                       l4_vcon_attr_t const *attr)
{
    return l4_vcon_set_attr_u(vcon, attr, l4_utcb());
}

L4_INLINE l4_msgtag_t l4_vcon_get_attr(l4_cap_idx_t vcon, l4_vcon_attr_t *attr)
{
    return l4_vcon_get_attr_u(vcon, attr, l4_utcb());
}

#endif
