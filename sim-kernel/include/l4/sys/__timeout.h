/*
 * IPC timeouts: 16 bits each for the send and the receive phase.
 *
 *      15  | 14 .. 10 | 9 .. 0        relative: mantissa * 2^exponent us
 *      abs | exponent | mantissa      0: never;  0x400: do not wait
 *
 * With the absolute bit the low bits name the buffer register that holds the
 * clock value in us (l4_timeout_abs() in utcb.h puts it there).
 *
 * Included by <l4/sys/types.h>. Source: ABI.md section 2, "Timeouts".
 */
#ifndef L4_SYS_TIMEOUT_H
#define L4_SYS_TIMEOUT_H

#include <l4/sys/l4int.h>
#include <l4/sys/compiler.h>

typedef struct l4_timeout_s {
    l4_uint16_t t;
} l4_timeout_s;

typedef union l4_timeout_t {
    l4_uint32_t raw;
    struct {
        l4_timeout_s rcv;
        l4_timeout_s snd;
    } p;
} l4_timeout_t;

#define L4_IPC_TIMEOUT_0     ((l4_timeout_s){0x0400})
#define L4_IPC_TIMEOUT_NEVER ((l4_timeout_s){0})
#define L4_IPC_NEVER_INITIALIZER                                               \
    {                                                                          \
        0                                                                      \
    }
#define L4_IPC_NEVER          ((l4_timeout_t){0})
#define L4_IPC_RECV_TIMEOUT_0 ((l4_timeout_t){0x00000400})
#define L4_IPC_SEND_TIMEOUT_0 ((l4_timeout_t){0x04000000})
#define L4_IPC_BOTH_TIMEOUT_0 ((l4_timeout_t){0x04000400})

#define L4_TIMEOUT_US_NEVER   (~0ull)
#define L4_TIMEOUT_US_MAX     ((1ull << 41) - 1)

enum {
    L4_TIMEOUT_MANTISSA_BITS = 10,
    L4_TIMEOUT_MANTISSA_MASK = 0x3ff,
    L4_TIMEOUT_EXPONENT_MASK = 0x1f,
    L4_TIMEOUT_ABSOLUTE = 0x8000,
    L4_TIMEOUT_ABSOLUTE_BR_MASK = 0x3f,
};

/* man * 2^exp us; man 0..1023, exp 0..31. */
L4_INLINE L4_CONST l4_timeout_s l4_timeout_rel(unsigned man, unsigned exp)
{
    return (l4_timeout_s){(l4_uint16_t)((man & L4_TIMEOUT_MANTISSA_MASK) |
                                        ((exp & L4_TIMEOUT_EXPONENT_MASK)
                                         << L4_TIMEOUT_MANTISSA_BITS))};
}

/* Both phases together. */
L4_INLINE L4_CONST l4_timeout_t l4_timeout(l4_timeout_s snd, l4_timeout_s rcv)
{
    return (l4_timeout_t){((l4_uint32_t)snd.t << 16) | rcv.t};
}

/* Both phases, from mantissas and exponents. */
L4_INLINE L4_CONST l4_timeout_t l4_ipc_timeout(unsigned snd_man,
                                               unsigned snd_exp,
                                               unsigned rcv_man,
                                               unsigned rcv_exp)
{
    return l4_timeout(l4_timeout_rel(snd_man, snd_exp),
                      l4_timeout_rel(rcv_man, rcv_exp));
}

/* Sets the send part of *to. */
L4_INLINE void l4_snd_timeout(l4_timeout_s snd, l4_timeout_t *to)
{
    to->p.snd = snd;
}

/* Sets the receive part of *to. */
L4_INLINE void l4_rcv_timeout(l4_timeout_s rcv, l4_timeout_t *to)
{
    to->p.rcv = rcv;
}

/* Length in us of a relative timeout; 0 for "never" as well. */
L4_INLINE L4_CONST l4_kernel_clock_t l4_timeout_rel_get(l4_timeout_s to)
{
    unsigned exp = to.t >> L4_TIMEOUT_MANTISSA_BITS & L4_TIMEOUT_EXPONENT_MASK;
    return (l4_kernel_clock_t)(to.t & L4_TIMEOUT_MANTISSA_MASK) << exp;
}

L4_INLINE L4_CONST unsigned l4_timeout_is_absolute(l4_timeout_s to)
{
    return to.t & L4_TIMEOUT_ABSOLUTE;
}

/*
 * The shortest relative timeout not below `us` (off by less than 1/512);
 * 0 gives "do not wait", more than L4_TIMEOUT_US_MAX gives "never".
 */
L4_INLINE L4_CONST l4_timeout_s l4_timeout_from_us(l4_uint64_t us)
{
    unsigned exp = 0;
    if (us == 0)
        return L4_IPC_TIMEOUT_0;
    if (us > L4_TIMEOUT_US_MAX)
        return L4_IPC_TIMEOUT_NEVER;
    while (us > L4_TIMEOUT_MANTISSA_MASK) { /* round up: never too early */
        us = (us + 1) >> 1;
        exp++;
    }
    if (exp > L4_TIMEOUT_EXPONENT_MASK)
        return l4_timeout_rel(L4_TIMEOUT_MANTISSA_MASK,
                              L4_TIMEOUT_EXPONENT_MASK);
    return l4_timeout_rel((unsigned)us, exp);
}

#endif
