/*
 * Small helpers of L4Re's l4util library: sleeping, touching memory.
 * Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_UTIL_H
#define L4_UTIL_UTIL_H

#include <l4/sys/ipc.h>
#include <l4/util/splitlog2.h>

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

#endif
