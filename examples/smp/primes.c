/*
 * Counts primes: alone, then with four threads, each on a CPU of its own.
 *
 *      0..99 | 100..199 | 200..299 | 300..399 | 400..499 | ...
 *      CPU 1   CPU 2      CPU 3      CPU 0      CPU 1
 *
 * Large numbers are more work than small ones, so the threads take turns at
 * short stretches. Nothing is shared but the result each writes at its end.
 */
#include "smp.h"
#include <l4/sys/kip.h>
#include <stdio.h>

enum { LIMIT = 20000, STRETCH = 100, THREADS = 4 };

struct share {
    unsigned first, of; /* stretch first, first + of, ... */
    unsigned found;
    long error;
};

static int is_prime(unsigned n)
{
    for (unsigned d = 2; d * d <= n; d++)
        if (n % d == 0)
            return 0;
    return n > 1;
}

static void *count(void *arg)
{
    struct share *s = arg;
    unsigned found = 0;
    if (s->of > 1) /* CPU 0 last: there main() still makes the others */
        s->error = go_to_cpu(s->first + 1);
    for (unsigned at = s->first * STRETCH; at < LIMIT; at += s->of * STRETCH)
        for (unsigned n = at; n < at + STRETCH; n++)
            found += (unsigned)is_prime(n);
    s->found = found;
    return NULL;
}

/* With so many threads; how many were found, 0: a thread failed. */
static unsigned count_with(unsigned threads)
{
    pthread_t thread[THREADS];
    struct share share[THREADS];
    unsigned found = 0, failed = 0;
    l4_cpu_time_t start = l4_kip_clock(l4_kip());

    for (unsigned i = 0; i < threads; i++) {
        share[i] = (struct share){.first = i, .of = threads};
        if (pthread_create(&thread[i], NULL, count, &share[i]) != 0)
            return 0;
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        found += share[i].found;
        failed += share[i].error < 0;
    }
    printf("%u primes below %d, by %u thread%s in %llu us\n", found, LIMIT,
           threads, threads > 1 ? "s" : "",
           (unsigned long long)(l4_kip_clock(l4_kip()) - start));
    return failed ? 0 : found;
}

int main(void)
{
    unsigned alone = count_with(1);
    return alone && count_with(THREADS) == alone ? 0 : 1;
}
