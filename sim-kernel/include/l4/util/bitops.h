/*
 * Bit operations of L4Re's l4util library. Bit b is in word b / 64 of a field;
 * what changes a bit is atomic. Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_BITOPS_H
#define L4_UTIL_BITOPS_H

#include <l4/sys/compiler.h>
#include <l4/sys/consts.h>
#include <l4/sys/l4int.h>

L4_INLINE volatile l4_umword_t *l4util_bit_word__(int b,
                                                  volatile l4_umword_t *field)
{
    return field + (unsigned)b / L4_MWORD_BITS;
}

L4_INLINE L4_CONST l4_umword_t l4util_bit_mask__(int b)
{
    return 1ul << ((unsigned)b % L4_MWORD_BITS);
}

/* Tests a bit and sets it: what it was. */
L4_INLINE int l4util_bts(int b, volatile l4_umword_t *dest)
{
    return (__atomic_fetch_or(l4util_bit_word__(b, dest), l4util_bit_mask__(b),
                              __ATOMIC_SEQ_CST) &
            l4util_bit_mask__(b)) != 0;
}

/* ... and resets it. */
L4_INLINE int l4util_btr(int b, volatile l4_umword_t *dest)
{
    return (__atomic_fetch_and(l4util_bit_word__(b, dest),
                               ~l4util_bit_mask__(b), __ATOMIC_SEQ_CST) &
            l4util_bit_mask__(b)) != 0;
}

/* ... and complements it. */
L4_INLINE int l4util_btc(int b, volatile l4_umword_t *dest)
{
    return (__atomic_fetch_xor(l4util_bit_word__(b, dest), l4util_bit_mask__(b),
                               __ATOMIC_SEQ_CST) &
            l4util_bit_mask__(b)) != 0;
}

L4_INLINE void l4util_set_bit(int b, volatile l4_umword_t *dest)
{
    l4util_bts(b, dest);
}

L4_INLINE void l4util_clear_bit(int b, volatile l4_umword_t *dest)
{
    l4util_btr(b, dest);
}

L4_INLINE void l4util_complement_bit(int b, volatile l4_umword_t *dest)
{
    l4util_btc(b, dest);
}

L4_INLINE int l4util_test_bit(int b, const volatile l4_umword_t *dest)
{
    return (dest[(unsigned)b / L4_MWORD_BITS] & l4util_bit_mask__(b)) != 0;
}

/* Number of the highest (bsr) and the lowest (bsf) bit that is set; -1: none
 * is. */
L4_INLINE L4_CONST int l4util_bsr(l4_umword_t word)
{
    return word ? L4_MWORD_BITS - 1 - __builtin_clzl(word) : -1;
}

L4_INLINE L4_CONST int l4util_bsf(l4_umword_t word)
{
    return word ? __builtin_ctzl(word) : -1;
}

/* The first bit of `size` that, as `flip` says, is set or clear; size: none. */
L4_INLINE int l4util_find_first__(const l4_umword_t *field, l4_size_t size,
                                  l4_umword_t flip)
{
    for (l4_size_t at = 0; at < size; at += L4_MWORD_BITS) {
        l4_umword_t word = field[at / L4_MWORD_BITS] ^ flip;
        if (word) {
            l4_size_t found = at + (l4_size_t)__builtin_ctzl(word);
            return (int)(found < size ? found : size);
        }
    }
    return (int)size;
}

L4_INLINE int l4util_find_first_set_bit(const void *dest, l4_size_t size)
{
    return l4util_find_first__((const l4_umword_t *)dest, size, 0);
}

L4_INLINE int l4util_find_first_zero_bit(const void *dest, l4_size_t size)
{
    return l4util_find_first__((const l4_umword_t *)dest, size, ~0ul);
}

/* The smallest power of two that is not smaller; 0 for 0, and where there is
 * none. */
L4_INLINE L4_CONST l4_umword_t l4util_next_power2(l4_umword_t val)
{
    int high = val ? l4util_bsr(val - 1) + 1 : 0;
    return !val || high >= L4_MWORD_BITS ? 0 : 1ul << high;
}

#endif
