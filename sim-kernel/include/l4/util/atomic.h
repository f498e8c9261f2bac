/*
 * Atomic operations of L4Re's l4util library. All are full barriers.
 * Source: ABI.md section 4, "l4util".
 *
 *      l4util_cmpxchg32(dest, old, new)   1: it was `old` and is `new` now
 *      l4util_xchg32(dest, value)         what was there
 *      l4util_add32(dest, value)          and sub, and, or: no result
 *      l4util_add32_res(dest, value)      what is there now
 *      l4util_inc32(dest), _res           and dec
 *
 * for 8, 16, 32 and 64 bits, and for a machine word without a number. Small
 * ones go through the aligned 32 bits around them: riscv64 has no others.
 */
#ifndef L4_UTIL_ATOMIC_H
#define L4_UTIL_ATOMIC_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

/* Compare-and-swap of 1 or 2 bytes at `at` (they do not cross a word). */
L4_INLINE int l4util_cas_part__(volatile void *at, unsigned bytes,
                                l4_uint32_t cmp_val, l4_uint32_t new_val)
{
    volatile l4_uint32_t *word =
        (volatile l4_uint32_t *)((l4_addr_t)at & ~(l4_addr_t)3);
    unsigned shift = 8 * (unsigned)((l4_addr_t)at & 3);
    l4_uint32_t mask = ((1u << 8 * bytes) - 1) << shift;
    l4_uint32_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST);

    do {
        if ((old & mask) != cmp_val << shift)
            return 0;
    } while (!__atomic_compare_exchange_n(word, &old,
                                          (old & ~mask) | (new_val << shift), 0,
                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    return 1;
}

#define L4UTIL_CAS8__(dest, old, new)  l4util_cas_part__(dest, 1, old, new)
#define L4UTIL_CAS16__(dest, old, new) l4util_cas_part__(dest, 2, old, new)
#define L4UTIL_CAS32__(dest, old, new) L4UTIL_CAS64__(dest, old, new)
#define L4UTIL_CAS64__(dest, old, new)                                         \
    __atomic_compare_exchange_n(dest, &(old), new, 0, __ATOMIC_SEQ_CST,        \
                                __ATOMIC_SEQ_CST)

/* One step: `expression` of what was there (was) and value; `result` of it. */
#define L4UTIL_STEP__(bits, type, name, expression, result)                    \
    L4_INLINE type l4util_##name(volatile type *dest, type value)              \
    {                                                                          \
        for (;;) {                                                             \
            type was = *dest, old = was, now = (type)(expression);             \
            (void)value;                                                       \
            if (L4UTIL_CAS##bits##__(dest, old, now))                          \
                return result;                                                 \
        }                                                                      \
    }

#define L4UTIL_ARITHMETIC__(bits, type, name, expression)                      \
    L4UTIL_STEP__(bits, type, name##bits##_res, expression, now)               \
    L4_INLINE void l4util_##name##bits(volatile type *dest, type value)        \
    {                                                                          \
        l4util_##name##bits##_res(dest, value);                                \
    }

#define L4UTIL_ATOMIC__(bits, type)                                            \
    L4_INLINE int l4util_cmpxchg##bits(volatile type *dest, type cmp_val,      \
                                       type new_val)                           \
    {                                                                          \
        return L4UTIL_CAS##bits##__(dest, cmp_val, new_val);                   \
    }                                                                          \
    L4UTIL_STEP__(bits, type, xchg##bits, value, was)                          \
    L4UTIL_ARITHMETIC__(bits, type, add, was + value)                          \
    L4UTIL_ARITHMETIC__(bits, type, sub, was - value)                          \
    L4UTIL_ARITHMETIC__(bits, type, and, was &value)                           \
    L4UTIL_ARITHMETIC__(bits, type, or, was | value)                           \
    L4_INLINE type l4util_inc##bits##_res(volatile type *dest)                 \
    {                                                                          \
        return l4util_add##bits##_res(dest, 1);                                \
    }                                                                          \
    L4_INLINE type l4util_dec##bits##_res(volatile type *dest)                 \
    {                                                                          \
        return l4util_sub##bits##_res(dest, 1);                                \
    }                                                                          \
    L4_INLINE void l4util_inc##bits(volatile type *dest)                       \
    {                                                                          \
        l4util_add##bits##_res(dest, 1);                                       \
    }                                                                          \
    L4_INLINE void l4util_dec##bits(volatile type *dest)                       \
    {                                                                          \
        l4util_sub##bits##_res(dest, 1);                                       \
    }

L4UTIL_ATOMIC__(8, l4_uint8_t)
L4UTIL_ATOMIC__(16, l4_uint16_t)
L4UTIL_ATOMIC__(32, l4_uint32_t)
L4UTIL_ATOMIC__(64, l4_uint64_t)

#undef L4UTIL_ATOMIC__
#undef L4UTIL_ARITHMETIC__
#undef L4UTIL_STEP__
#undef L4UTIL_CAS8__
#undef L4UTIL_CAS16__
#undef L4UTIL_CAS32__
#undef L4UTIL_CAS64__

L4_INLINE int l4util_cmpxchg(volatile l4_umword_t *dest, l4_umword_t cmp_val,
                             l4_umword_t new_val)
{
    return __atomic_compare_exchange_n(dest, &cmp_val, new_val, 0,
                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

L4_INLINE l4_umword_t l4util_xchg(volatile l4_umword_t *dest, l4_umword_t val)
{
    return __atomic_exchange_n(dest, val, __ATOMIC_SEQ_CST);
}

L4_INLINE void l4util_atomic_add(volatile long *dest, long val)
{
    __atomic_add_fetch(dest, val, __ATOMIC_SEQ_CST);
}

L4_INLINE void l4util_atomic_inc(volatile long *dest)
{
    __atomic_add_fetch(dest, 1, __ATOMIC_SEQ_CST);
}

#endif
