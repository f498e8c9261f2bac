/*
 * A histogram of durations in little memory, exact to 1/32:
 *
 *      0 1 2 .. 31 | 32 33 .. 63 | 64 66 .. 126 | 128 132 .. 252 | ...
 *
 * Up to 31 ns every value has its bucket; each doubling beyond has 32.
 */
#ifndef TOOLS_LATENCY_H
#define TOOLS_LATENCY_H

#include <stdint.h>

enum { LATENCY_FINE_LOG = 5, LATENCY_FINE = 1 << LATENCY_FINE_LOG };
enum { LATENCY_BUCKETS = (64 - LATENCY_FINE_LOG + 1) * LATENCY_FINE };

struct latency {
    uint64_t count, sum, max; /* ns */
    uint32_t bucket[LATENCY_BUCKETS];
};

static inline unsigned latency_bucket(uint64_t ns)
{
    if (ns < LATENCY_FINE)
        return (unsigned)ns;
    unsigned log = 63 - (unsigned)__builtin_clzll(ns);
    unsigned shift = log - LATENCY_FINE_LOG;
    return (shift + 1) * LATENCY_FINE + (unsigned)(ns >> shift) - LATENCY_FINE;
}

/* The longest duration that is in the bucket. */
static inline uint64_t latency_of_bucket(unsigned bucket)
{
    unsigned shift = bucket / LATENCY_FINE;

    if (!shift)
        return bucket;
    shift--;
    return ((uint64_t)(bucket % LATENCY_FINE + LATENCY_FINE + 1) << shift) - 1;
}

static inline void latency_add(struct latency *l, uint64_t ns)
{
    l->count++;
    l->sum += ns;
    l->max = ns > l->max ? ns : l->max;
    l->bucket[latency_bucket(ns)]++;
}

/* As long as or longer than this many per cent of all; 0: there are none. */
static inline uint64_t latency_percentile(const struct latency *l, unsigned p)
{
    uint64_t want = (l->count * p + 99) / 100, seen = 0;

    for (unsigned i = 0; want && i < LATENCY_BUCKETS; i++) {
        seen += l->bucket[i];
        if (seen >= want)
            return latency_of_bucket(i) < l->max ? latency_of_bucket(i)
                                                 : l->max;
    }
    return 0;
}

#endif
