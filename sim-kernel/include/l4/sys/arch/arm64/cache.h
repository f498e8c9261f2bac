/*
 * aarch64: cache maintenance by user-level instructions, line by line.
 * Source: Arm ARM, "Cache maintenance instructions"; ABI.md appendix A.
 */
#ifndef L4_SYS_ARCH_CACHE_H
#define L4_SYS_ARCH_CACHE_H

#include <l4/sys/compiler.h>

/* CTR_EL0: what the caches look like. */
L4_INLINE unsigned long l4_cache_arm_ctr(void)
{
    unsigned long ctr;
    __asm__("mrs %0, ctr_el0" : "=r"(ctr));
    return ctr;
}

/* Bytes of the smallest data cache line. */
L4_INLINE unsigned l4_cache_dmin_line(void)
{
    return 4u << ((l4_cache_arm_ctr() >> 16) & 0xf);
}

/* Internal: bytes of the smallest instruction cache line. */
L4_INLINE unsigned __l4_cache_imin_line(void)
{
    return 4u << (l4_cache_arm_ctr() & 0xf);
}

/* Writes back. */
L4_INLINE int l4_cache_clean_data(unsigned long start, unsigned long end)
{
    unsigned long line = l4_cache_dmin_line();
    for (unsigned long a = start & ~(line - 1); a < end; a += line)
        __asm__ __volatile__("dc cvac, %0" : : "r"(a) : "memory");
    __asm__ __volatile__("dsb sy" : : : "memory");
    return 0;
}

/* Writes back and invalidates. */
L4_INLINE int l4_cache_flush_data(unsigned long start, unsigned long end)
{
    unsigned long line = l4_cache_dmin_line();
    for (unsigned long a = start & ~(line - 1); a < end; a += line)
        __asm__ __volatile__("dc civac, %0" : : "r"(a) : "memory");
    __asm__ __volatile__("dsb sy" : : : "memory");
    return 0;
}

/* User mode may not invalidate without writing back (that would show what
 * others wrote), so it does both. */
L4_INLINE int l4_cache_inv_data(unsigned long start, unsigned long end)
{
    return l4_cache_flush_data(start, end);
}

/* Code written to memory is what will be fetched. */
L4_INLINE int l4_cache_coherent(unsigned long start, unsigned long end)
{
    unsigned long dline = l4_cache_dmin_line();
    unsigned long iline = __l4_cache_imin_line();
    for (unsigned long a = start & ~(dline - 1); a < end; a += dline)
        __asm__ __volatile__("dc cvau, %0" : : "r"(a) : "memory");
    __asm__ __volatile__("dsb ish" : : : "memory");
    for (unsigned long a = start & ~(iline - 1); a < end; a += iline)
        __asm__ __volatile__("ic ivau, %0" : : "r"(a) : "memory");
    __asm__ __volatile__("dsb ish\n\tisb" : : : "memory");
    return 0;
}

L4_INLINE int l4_cache_dma_coherent(unsigned long start, unsigned long end)
{
    return l4_cache_flush_data(start, end);
}

#endif
