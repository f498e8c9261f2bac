/*
 * Cache maintenance for address ranges [start, end) of the calling task:
 * towards devices (clean, flush, invalidate, dma_coherent) and from data to
 * instructions (coherent, after writing code).
 *
 * All return 0. x86-64 keeps caches coherent itself; aarch64 has user-level
 * instructions; riscv64 has one for code (FENCE.I). In the simulator memory
 * is always coherent. Source: ABI.md appendix A, cache.h.
 */
#ifndef L4_SYS_CACHE_H
#define L4_SYS_CACHE_H

#include <l4/sys/compiler.h>

#if defined(__aarch64__) && !defined(VITRINE_SIM)
#include <l4/sys/arch/arm64/cache.h>
#else

/* Internal: nothing but an order for the compiler. */
L4_INLINE int __l4_cache_none(unsigned long start, unsigned long end)
{
    (void)start;
    (void)end;
    l4_mb();
    return 0;
}

L4_INLINE int l4_cache_clean_data(unsigned long start, unsigned long end)
{
    return __l4_cache_none(start, end);
}

L4_INLINE int l4_cache_flush_data(unsigned long start, unsigned long end)
{
    return __l4_cache_none(start, end);
}

L4_INLINE int l4_cache_inv_data(unsigned long start, unsigned long end)
{
    return __l4_cache_none(start, end);
}

L4_INLINE int l4_cache_coherent(unsigned long start, unsigned long end)
{
#if defined(__riscv)
    __asm__ __volatile__("fence.i" : : : "memory");
#endif
    return __l4_cache_none(start, end);
}

L4_INLINE int l4_cache_dma_coherent(unsigned long start, unsigned long end)
{
    return __l4_cache_none(start, end);
}
#endif

/* Everything towards devices; no range. */
L4_INLINE int l4_cache_dma_coherent_full(void)
{
    l4_mb();
    return 0;
}

#endif
