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
 * for 8, 16, 32 and 64 bits, and for a machine word without a number.
 */
#ifndef L4_UTIL_ATOMIC_H
#define L4_UTIL_ATOMIC_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

#define L4UTIL_ATOMIC_STEP__(bits, type, name, builtin)                        \
    L4_INLINE void l4util_##name##bits(volatile type *dest, type value)        \
    {                                                                          \
        builtin(dest, value, __ATOMIC_SEQ_CST);                                \
    }                                                                          \
    L4_INLINE type l4util_##name##bits##_res(volatile type *dest, type value)  \
    {                                                                          \
        return builtin(dest, value, __ATOMIC_SEQ_CST);                         \
    }

#define L4UTIL_ATOMIC__(bits, type)                                            \
    L4_INLINE int l4util_cmpxchg##bits(volatile type *dest, type cmp_val,      \
                                       type new_val)                           \
    {                                                                          \
        return __atomic_compare_exchange_n(                                    \
            dest, &cmp_val, new_val, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);   \
    }                                                                          \
    L4_INLINE type l4util_xchg##bits(volatile type *dest, type val)            \
    {                                                                          \
        return __atomic_exchange_n(dest, val, __ATOMIC_SEQ_CST);               \
    }                                                                          \
    L4UTIL_ATOMIC_STEP__(bits, type, add, __atomic_add_fetch)                  \
    L4UTIL_ATOMIC_STEP__(bits, type, sub, __atomic_sub_fetch)                  \
    L4UTIL_ATOMIC_STEP__(bits, type, and, __atomic_and_fetch)                  \
    L4UTIL_ATOMIC_STEP__(bits, type, or, __atomic_or_fetch)                    \
    L4_INLINE void l4util_inc##bits(volatile type *dest)                       \
    {                                                                          \
        __atomic_add_fetch(dest, 1, __ATOMIC_SEQ_CST);                         \
    }                                                                          \
    L4_INLINE void l4util_dec##bits(volatile type *dest)                       \
    {                                                                          \
        __atomic_sub_fetch(dest, 1, __ATOMIC_SEQ_CST);                         \
    }                                                                          \
    L4_INLINE type l4util_inc##bits##_res(volatile type *dest)                 \
    {                                                                          \
        return __atomic_add_fetch(dest, 1, __ATOMIC_SEQ_CST);                  \
    }                                                                          \
    L4_INLINE type l4util_dec##bits##_res(volatile type *dest)                 \
    {                                                                          \
        return __atomic_sub_fetch(dest, 1, __ATOMIC_SEQ_CST);                  \
    }

L4UTIL_ATOMIC__(8, l4_uint8_t)
L4UTIL_ATOMIC__(16, l4_uint16_t)
L4UTIL_ATOMIC__(32, l4_uint32_t)
L4UTIL_ATOMIC__(64, l4_uint64_t)

#undef L4UTIL_ATOMIC__
#undef L4UTIL_ATOMIC_STEP__

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
