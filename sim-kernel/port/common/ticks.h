/*
 * A machine's time: what a counter that never stops says, in nanoseconds.
 *
 * A header of its own, without port.h, because ports compute it in port_arch.h:
 * the core asks for it in each message.
 */
#ifndef PORT_TICKS_H
#define PORT_TICKS_H

#include <stdint.h>

/* Ticks of a counter as nanoseconds, without a division: ns = ticks * mult /
 * 2^32. Exact for frequencies that divide 10^9. */
struct tick_scale {
    uint64_t to_ns, to_ticks; /* 32.32 fixed point */
};
static inline struct tick_scale tick_scale(uint32_t hz)
{
    return (struct tick_scale){(1000000000ull << 32) / hz,
                               ((uint64_t)hz << 32) / 1000000000u};
}
static inline uint64_t ticks_to_ns(const struct tick_scale *s, uint64_t ticks)
{
    return (uint64_t)((unsigned __int128)ticks * s->to_ns >> 32);
}
/* The first tick at which `ns` have passed. */
static inline uint64_t ns_to_ticks(const struct tick_scale *s, uint64_t ns)
{
    uint64_t t = (uint64_t)((unsigned __int128)ns * s->to_ticks >> 32);
    while (ticks_to_ns(s, t) < ns)
        t++;
    return t;
}

/* Since when and how fast the counter goes; constant after boot. */
struct machine_clock {
    uint64_t boot; /* ticks at boot */
    struct tick_scale scale;
};
extern struct machine_clock machine_clock;

/* port_time() when the counter stands at `ticks`. */
static inline uint64_t machine_time(uint64_t ticks)
{
    return ticks_to_ns(&machine_clock.scale, ticks - machine_clock.boot);
}

#endif
