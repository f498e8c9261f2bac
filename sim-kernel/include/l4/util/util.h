/*
 * Small helpers of L4Re's l4util library: sleeping, touching memory,
 * splitting ranges into flexpages. Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_UTIL_H
#define L4_UTIL_UTIL_H

#include <l4/sys/ipc.h>

/* A timeout of `mus` us, rounded up (l4_timeout_from_us()). */
L4_INLINE L4_CONST l4_timeout_s l4util_micros2l4to(l4_uint64_t mus)
{
    return l4_timeout_from_us(mus);
}

/* Sleeps `us` microseconds; 0 returns at once. */
L4_INLINE void l4_usleep(l4_uint64_t us)
{
    l4_ipc_sleep_us(us);
}

/* Sleeps `ms` milliseconds. */
L4_INLINE void l4_sleep(l4_uint32_t ms)
{
    l4_ipc_sleep_ms(ms);
}

L4_INLINE L4_NORETURN void l4_sleep_forever(void)
{
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

/* Reads one byte of each page of [addr, addr + size). */
L4_INLINE void l4_touch_ro(void const *addr, unsigned size)
{
    l4_addr_t end = (l4_addr_t)addr + size;
    for (l4_addr_t a = l4_trunc_page((l4_addr_t)addr); a < end;
         a += L4_PAGESIZE) {
        l4_addr_t at = a < (l4_addr_t)addr ? (l4_addr_t)addr : a;
        (void)*(char const volatile *)at;
    }
}

/* Writes one byte of each page, leaving its value. */
L4_INLINE void l4_touch_rw(void const *addr, unsigned size)
{
    l4_addr_t end = (l4_addr_t)addr + size;
    for (l4_addr_t a = l4_trunc_page((l4_addr_t)addr); a < end;
         a += L4_PAGESIZE) {
        char volatile *at =
            (char volatile *)(a < (l4_addr_t)addr ? (l4_addr_t)addr : a);
        *at = *at;
    }
}

/* The largest order such that the aligned block of 2^order bytes begins at
 * start and ends at or before end (inclusive); start < end. */
L4_INLINE L4_CONST int l4util_splitlog2_size(l4_addr_t start, l4_addr_t end)
{
    int order = start ? __builtin_ctzl(start) : L4_MWORD_BITS - 1;
    while (order > 0 && ((1ul << order) - 1) > end - start)
        order--;
    return order;
}

/*
 * Calls handler(start, end, order) for a row of flexpage-sized blocks that
 * together are [start, end] (inclusive), both aligned to pages. Ends with the
 * first result < 0 and returns it, else 0.
 */
L4_INLINE long l4util_splitlog2_hdl(l4_addr_t start, l4_addr_t end,
                                    long (*handler)(l4_addr_t s, l4_addr_t e,
                                                    int log2size))
{
    while (start <= end) {
        int order = l4util_splitlog2_size(start, end);
        l4_addr_t last = start + ((1ul << order) - 1);
        long err = handler(start, last, order);
        if (err < 0)
            return err;
        start = last + 1;
        if (!start)
            break;
    }
    return 0;
}

#endif
