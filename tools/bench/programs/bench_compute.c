/*
 * The compute kernel as an isolated program, every access checked and every
 * basic block counted. Prints "BENCH compute_checked nanoseconds checksum"
 * for ROUNDS rounds, the best of several batches.
 */
#include "../kernel.h"

#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/vitrine/trace.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCHES = 50 };

static int64_t now(void)
{
    int64_t ns = 0;
    long error = l4_error(l4_vitrine_host_clock(l4re_env_get_cap("jdb"), &ns));

    if (error < 0) {
        printf("bench_compute: no host clock: error %ld\n", error);
        exit(1);
    }
    return ns;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 10;
    unsigned sum = compute_kernel(1);
    int64_t best = INT64_MAX;

    for (unsigned i = 0; i < BATCHES; i++) {
        int64_t start = now();
        sum = compute_kernel(rounds);
        int64_t took = now() - start;
        best = took < best ? took : best;
    }
    printf("BENCH compute_checked %lld %u\n", (long long)best, sum);
    return 0;
}
