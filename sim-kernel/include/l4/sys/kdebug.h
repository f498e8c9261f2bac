/*
 * Kernel console and debugger entry: the last resort of a program that
 * wants to say something.
 *
 * Requests to L4_BASE_DEBUGGER_CAP: MR0 operation, then a number in MR1, or
 * the length of a text in MR1 and the text from MR2 on.
 *
 * I1  none of these functions changes the UTCB: what they overwrite they put
 *     back, so they may stand anywhere, between filling in a message and
 *     sending it as well.
 *
 * Older programs know them without the prefix (before 2025-11): both
 * spellings work. Source: ABI.md section 1, "Debugger / JDB"; section 4.
 */
#ifndef L4_SYS_KDEBUG_H
#define L4_SYS_KDEBUG_H

#include <l4/sys/__msg.h>

enum L4_kdebug_op {
    L4_KD_ENTER_OP = 0x00,
    L4_KD_OUTCHAR_OP = 0x01,
    L4_KD_OUTNSTRING_OP = 0x02,
    L4_KD_OUTHEX32_OP = 0x03,
    L4_KD_OUTHEX20_OP = 0x04,
    L4_KD_OUTHEX16_OP = 0x05,
    L4_KD_OUTHEX12_OP = 0x06,
    L4_KD_OUTHEX8_OP = 0x07,
    L4_KD_OUTDEC_OP = 0x08,
};

/* Internal: calls with the first `words` of mr, keeps I1. */
L4_INLINE void __l4_kd_call(l4_umword_t const *mr, unsigned words)
{
    l4_utcb_t *u = l4_utcb();
    l4_msg_regs_t *v = l4_utcb_mr_u(u);
    l4_thread_regs_t *tcr = l4_utcb_tcr_u(u);
    l4_umword_t saved[L4_UTCB_GENERIC_DATA_SIZE];
    l4_umword_t saved_error = tcr->error;
    unsigned bytes = words * sizeof(l4_umword_t);
    __builtin_memcpy(saved, v->mr, bytes);
    __builtin_memcpy(v->mr, mr, bytes);
    __l4_msg_call(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, words, 0, u);
    __builtin_memcpy(v->mr, saved, bytes);
    tcr->error = saved_error;
}

/* Internal: an operation with a number. */
L4_INLINE void __l4_kd_op(enum L4_kdebug_op op, l4_umword_t value)
{
    l4_umword_t mr[2] = {op, value};
    __l4_kd_call(mr, 2);
}

/* Internal: an operation with a text, in as many messages as it needs. */
L4_INLINE void __l4_kd_text(enum L4_kdebug_op op, char const *text,
                            unsigned len)
{
    unsigned max = (L4_UTCB_GENERIC_DATA_SIZE - 2) * sizeof(l4_umword_t);
    do {
        l4_umword_t mr[L4_UTCB_GENERIC_DATA_SIZE];
        unsigned n = len < max ? len : max;
        unsigned words = 2 + l4_bytes_to_mwords(n);
        mr[words - 1] = 0; /* pads the last word */
        mr[0] = op;
        mr[1] = n;
        __builtin_memcpy(&mr[2], text, n);
        __l4_kd_call(mr, words);
        text += n;
        len -= n;
    } while (len);
}

/* Stops in the kernel's debugger, where there is one; prints the text. */
L4_INLINE void l4_kd_enter(char const *text)
{
    __l4_kd_text(L4_KD_ENTER_OP, text, (unsigned)__builtin_strlen(text));
}

L4_INLINE void l4_kd_outnstring(char const *text, unsigned len)
{
    __l4_kd_text(L4_KD_OUTNSTRING_OP, text, len);
}

L4_INLINE void l4_kd_outstring(char const *text)
{
    l4_kd_outnstring(text, (unsigned)__builtin_strlen(text));
}

L4_INLINE void l4_kd_outchar(char c)
{
    __l4_kd_op(L4_KD_OUTCHAR_OP, (unsigned char)c);
}

L4_INLINE void l4_kd_outhex32(l4_uint32_t number)
{
    __l4_kd_op(L4_KD_OUTHEX32_OP, number);
}

L4_INLINE void l4_kd_outhex20(l4_uint32_t number)
{
    __l4_kd_op(L4_KD_OUTHEX20_OP, number);
}

L4_INLINE void l4_kd_outhex16(l4_uint16_t number)
{
    __l4_kd_op(L4_KD_OUTHEX16_OP, number);
}

L4_INLINE void l4_kd_outhex12(l4_uint16_t number)
{
    __l4_kd_op(L4_KD_OUTHEX12_OP, number);
}

L4_INLINE void l4_kd_outhex8(l4_uint8_t number)
{
    __l4_kd_op(L4_KD_OUTHEX8_OP, number);
}

L4_INLINE void l4_kd_outhex64(l4_uint64_t number)
{
    l4_kd_outhex32((l4_uint32_t)(number >> 32));
    l4_kd_outhex32((l4_uint32_t)number);
}

L4_INLINE void l4_kd_outumword(l4_umword_t number)
{
    l4_kd_outhex64(number);
}

L4_INLINE void l4_kd_outdec(l4_mword_t number)
{
    __l4_kd_op(L4_KD_OUTDEC_OP, (l4_umword_t)number);
}

/* ---- Names before 2025-11 ---- */

L4_INLINE void enter_kdebug(char const *text)
{
    l4_kd_enter(text);
}

L4_INLINE void outnstring(char const *text, unsigned len)
{
    l4_kd_outnstring(text, len);
}

L4_INLINE void outstring(char const *text)
{
    l4_kd_outstring(text);
}

L4_INLINE void outchar(char c)
{
    l4_kd_outchar(c);
}

L4_INLINE void outumword(l4_umword_t number)
{
    l4_kd_outumword(number);
}

L4_INLINE void outhex64(l4_uint64_t number)
{
    l4_kd_outhex64(number);
}

L4_INLINE void outhex32(l4_uint32_t number)
{
    l4_kd_outhex32(number);
}

L4_INLINE void outhex20(l4_uint32_t number)
{
    l4_kd_outhex20(number);
}

L4_INLINE void outhex16(l4_uint16_t number)
{
    l4_kd_outhex16(number);
}

L4_INLINE void outhex12(l4_uint16_t number)
{
    l4_kd_outhex12(number);
}

L4_INLINE void outhex8(l4_uint8_t number)
{
    l4_kd_outhex8(number);
}

L4_INLINE void outdec(l4_mword_t number)
{
    l4_kd_outdec(number);
}

#endif
