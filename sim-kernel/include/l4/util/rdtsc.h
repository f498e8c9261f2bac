/*
 * The processor's counter of time, and what its ticks are in nanoseconds.
 *
 *      l4_calibrate_tsc(l4_kip());       once, some 10 ms
 *      t = l4_rdtsc();  ...  ns = l4_tsc_to_ns(l4_rdtsc() - t);
 *
 * x86_64 has `rdtsc`, aarch64 cntvct_el0, riscv64 `rdtime`; in the simulator a
 * tick is a nanosecond of virtual time. Before it is calibrated every
 * conversion gives 0. Source: ABI.md section 4, "l4util".
 *
 * Left out: performance counters (l4_rdpmc), which no program here may read.
 */
#ifndef L4_UTIL_RDTSC_H
#define L4_UTIL_RDTSC_H

#include <l4/sys/kip.h>

typedef l4_uint64_t l4_tsc_t;

L4_BEGIN_DECLS

/*
 * Measures the ticks against the kernel's clock. Not 0: it could. l4_tsc_init()
 * does it once only. Not for two threads at once.
 */
l4_uint32_t l4_calibrate_tsc(l4_kernel_info_t const *kip);
l4_uint32_t l4_tsc_init(l4_kernel_info_t const *kip);

/* Ticks per second; 0: not calibrated. */
l4_uint32_t l4_get_hz(void);

l4_uint64_t l4_tsc_to_ns(l4_tsc_t tsc);
l4_uint64_t l4_tsc_to_us(l4_tsc_t tsc);
void l4_tsc_to_s_and_ns(l4_tsc_t tsc, l4_uint32_t *s, l4_uint32_t *ns);
l4_tsc_t l4_ns_to_tsc(l4_uint64_t ns);

/* Keep the processor for at least this long. */
void l4_busy_wait_ns(l4_uint64_t ns);
void l4_busy_wait_us(l4_uint64_t us);

L4_END_DECLS

#if defined VITRINE_SIM
L4_INLINE l4_tsc_t l4_rdtsc(void)
{
    return l4_kip_clock_ns(l4_kip());
}
#elif defined __x86_64__
L4_INLINE l4_tsc_t l4_rdtsc(void)
{
    l4_uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (l4_tsc_t)high << 32 | low;
}
#elif defined __aarch64__
L4_INLINE l4_tsc_t l4_rdtsc(void)
{
    l4_tsc_t now;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(now));
    return now;
}
#else
L4_INLINE l4_tsc_t l4_rdtsc(void)
{
    l4_tsc_t now;
    __asm__ volatile("rdtime %0" : "=r"(now));
    return now;
}
#endif

/* The low half. */
L4_INLINE l4_uint32_t l4_rdtsc_32(void)
{
    return (l4_uint32_t)l4_rdtsc();
}

#endif
