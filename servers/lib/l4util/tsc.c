/*
 * What a tick is worth: measured once against the kernel's clock, which on
 * every machine is made of the same counter. Both factors have 32 bits behind
 * the point, so that a tick may be 0.2 ns or 100 ns.
 */
#include <l4/util/rdtsc.h>

enum { FRACTION = 32, NS = 1000000000, MEASURED_NS = 10000000 };

static l4_uint64_t ns_per_tick, ticks_per_ns;

static l4_uint64_t scale(l4_uint64_t n, l4_uint64_t factor)
{
    return (l4_uint64_t)(((unsigned __int128)n * factor) >> FRACTION);
}

static l4_uint64_t ratio(l4_uint64_t a, l4_uint64_t b)
{
    return (a << FRACTION) / b; /* a: some 10^7 */
}

/* Both clocks at one moment: the reading that nothing came between. */
static void read_both(l4_kernel_info_t const *kip, l4_uint64_t *ret_tsc,
                      l4_uint64_t *ret_ns)
{
    l4_uint64_t shortest = ~0ull;

    for (int i = 0; i < 8; i++) {
        l4_uint64_t before = l4_rdtsc(), ns = l4_kip_clock_ns(kip);
        l4_uint64_t took = l4_rdtsc() - before;
        if (took >= shortest)
            continue;
        shortest = took;
        *ret_tsc = before + took / 2;
        *ret_ns = ns;
    }
}

l4_uint32_t l4_calibrate_tsc(l4_kernel_info_t const *kip)
{
    l4_uint64_t tsc = 0, ns = 0, end_tsc = 0, end_ns = 0;

    read_both(kip, &tsc, &ns);
    while (l4_kip_clock_ns(kip) < ns + MEASURED_NS)
        ;
    read_both(kip, &end_tsc, &end_ns);
    if (end_tsc <= tsc)
        return 0;
    ns_per_tick = ratio(end_ns - ns, end_tsc - tsc);
    ticks_per_ns = ratio(end_tsc - tsc, end_ns - ns);
    return ns_per_tick >> FRACTION ? (l4_uint32_t)(ns_per_tick >> FRACTION) : 1;
}

l4_uint32_t l4_tsc_init(l4_kernel_info_t const *kip)
{
    return ns_per_tick ? 1 : l4_calibrate_tsc(kip);
}

l4_uint32_t l4_get_hz(void)
{
    return (l4_uint32_t)scale(NS, ticks_per_ns);
}

l4_uint64_t l4_tsc_to_ns(l4_tsc_t tsc)
{
    return scale(tsc, ns_per_tick);
}

l4_uint64_t l4_tsc_to_us(l4_tsc_t tsc)
{
    return l4_tsc_to_ns(tsc) / 1000;
}

void l4_tsc_to_s_and_ns(l4_tsc_t tsc, l4_uint32_t *s, l4_uint32_t *ns)
{
    l4_uint64_t all = l4_tsc_to_ns(tsc);

    *s = (l4_uint32_t)(all / NS);
    *ns = (l4_uint32_t)(all % NS);
}

l4_tsc_t l4_ns_to_tsc(l4_uint64_t ns)
{
    return scale(ns, ticks_per_ns);
}

void l4_busy_wait_ns(l4_uint64_t ns)
{
    l4_tsc_t begun = l4_rdtsc(), ticks = l4_ns_to_tsc(ns) + 1;

    while (l4_rdtsc() - begun < ticks)
        ;
}

void l4_busy_wait_us(l4_uint64_t us)
{
    l4_busy_wait_ns(us * 1000);
}
