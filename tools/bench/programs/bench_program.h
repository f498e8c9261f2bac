/*
 * What the programs that measure whole services share: the host's clock, marks
 * in the trace between which the tool counts calls, and an end at an error.
 * The program defines `bench_name` and sets `bench_jdb` first.
 */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <l4/sys/err.h>
#include <l4/sys/types.h>
#include <l4/vitrine/trace.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern const char bench_name[];
static l4_cap_idx_t bench_jdb;

static inline void check(const char *what, long error)
{
    if (error >= 0)
        return;
    printf("%s: %s: error %ld\n", bench_name, what, error);
    exit(1);
}

static inline int64_t now(void)
{
    int64_t ns = 0;
    check("no host clock", l4_error(l4_vitrine_host_clock(bench_jdb, &ns)));
    return ns;
}

static inline void mark(const char *text)
{
    l4_vitrine_mark(bench_jdb, L4_VITRINE_MARK_POINT, text, 0);
}

static inline int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* "BENCH name 1.23": how often `floor` goes into `value`. */
static inline void print_ratio(const char *name, int64_t value, int64_t floor)
{
    printf("BENCH %s %ld.%02ld\n", name, (long)(value / floor),
           (long)(value * 100 / floor % 100));
}

#endif
