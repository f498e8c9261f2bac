/*
 * The kernel's trace buffer, as L4Re programs write to it and read it.
 *
 * Requests to L4_BASE_DEBUGGER_CAP, group 0x200: texts as in kdebug.h. None
 * changes message registers a caller has filled in.
 *
 * Vitrine's own trace has richer marks: <l4/vitrine/trace.h>.
 * Source: ABI.md section 1, "Debugger / JDB": a binary entry is operation 5
 * here, which is what L4Re's kernel understands (its header sends 8).
 */
#ifndef L4_SYS_KTRACE_H
#define L4_SYS_KTRACE_H

#include <l4/sys/kdebug.h>

enum L4_tbuf_op {
    L4_TBUF_LOG_OP = 0x201,
    L4_TBUF_CLEAR_OP = 0x202,
    L4_TBUF_DUMP_OP = 0x203,
    L4_TBUF_LOG_3VAL_OP = 0x204,
    L4_TBUF_LOG_BIN_OP = 0x205,
    L4_TBUF_MAP_STATUS_OP = 0x210,
    L4_TBUF_MAP_SLOTS_OP = 0x211,
};

enum { L4_TBUF_TEXT_MAX = 32, L4_TBUF_BINARY_SIZE = 24 };

/* Internal: puts up to L4_TBUF_TEXT_MAX bytes: mr[0] the length, then the
 * text; returns the number of words. */
L4_INLINE unsigned __l4_tbuf_text(l4_umword_t *mr, char const *text)
{
    char *to = (char *)&mr[1];
    unsigned n = 0;
    for (; n < L4_TBUF_TEXT_MAX && text[n]; n++)
        to[n] = text[n];
    mr[0] = n;
    return 1 + l4_bytes_to_mwords(n);
}

/* Can entries be written at all? Label 0: yes. */
L4_INLINE l4_msgtag_t fiasco_tbuf_validate(void)
{
    return l4_msgtag(0, 0, 0, 0);
}

/* Writes text (cut to 32 bytes). The result is always 0: the buffer is not
 * mapped, so there is no address to give. */
L4_INLINE l4_umword_t fiasco_tbuf_log(const char *text)
{
    l4_umword_t mr[2 + L4_TBUF_TEXT_MAX / sizeof(l4_umword_t)] = {
        L4_TBUF_LOG_OP};
    __l4_kd_call(mr, 1 + __l4_tbuf_text(&mr[1], text));
    return 0;
}

/* Text with three numbers. */
L4_INLINE l4_umword_t fiasco_tbuf_log_3val(const char *text, l4_umword_t v1,
                                           l4_umword_t v2, l4_umword_t v3)
{
    l4_umword_t mr[5 + L4_TBUF_TEXT_MAX / sizeof(l4_umword_t)] = {
        L4_TBUF_LOG_3VAL_OP, v1, v2, v3};
    __l4_kd_call(mr, 4 + __l4_tbuf_text(&mr[4], text));
    return 0;
}

/* 24 bytes of anything. */
L4_INLINE l4_umword_t fiasco_tbuf_log_binary(const unsigned char *data)
{
    l4_umword_t mr[1 + L4_TBUF_BINARY_SIZE / sizeof(l4_umword_t)] = {
        L4_TBUF_LOG_BIN_OP};
    __builtin_memcpy(&mr[1], data, L4_TBUF_BINARY_SIZE);
    __l4_kd_call(mr, sizeof(mr) / sizeof(mr[0]));
    return 0;
}

/* Empties the buffer. */
L4_INLINE void fiasco_tbuf_clear(void)
{
    l4_umword_t mr[1] = {L4_TBUF_CLEAR_OP};
    __l4_kd_call(mr, 1);
}

/* Prints the buffer on the kernel console. */
L4_INLINE void fiasco_tbuf_dump(void)
{
    l4_umword_t mr[1] = {L4_TBUF_DUMP_OP};
    __l4_kd_call(mr, 1);
}

/* Internal: maps a part of the buffer; *ku_mem: in where, out what. */
L4_INLINE l4_msgtag_t __l4_tbuf_map(l4_umword_t op, l4_fpage_t *ku_mem)
{
    l4_utcb_t *u = l4_utcb();
    l4_msgtag_t t = __l4_msg_call_op1(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER,
                                      op, ku_mem->raw, u);
    if (l4_error_u(t, u) >= 0 && l4_msgtag_words(t) > 0)
        ku_mem->raw = l4_utcb_mr_u(u)->mr[0];
    return t;
}

L4_INLINE l4_msgtag_t fiasco_tbuf_map_status(l4_fpage_t *ku_mem)
{
    return __l4_tbuf_map(L4_TBUF_MAP_STATUS_OP, ku_mem);
}

L4_INLINE l4_msgtag_t fiasco_tbuf_map_slots(l4_fpage_t *ku_mem)
{
    return __l4_tbuf_map(L4_TBUF_MAP_SLOTS_OP, ku_mem);
}

#endif
