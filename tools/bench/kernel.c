/* The work of kernel.h: three kinds of access patterns. */
#include "kernel.h"

#include <stddef.h>

enum { KEYS = 4096, SIDE = 48, TEXT = 8192 };

static unsigned keys[KEYS];
static double a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];
static char text[TEXT], copy[TEXT];

static unsigned random_next(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Recursion, data-dependent branches. */
static void quicksort(unsigned *from, unsigned *to)
{
    while (to - from > 1) {
        unsigned pivot = from[(to - from) / 2];
        unsigned *l = from, *r = to - 1;
        while (l <= r) {
            while (*l < pivot)
                l++;
            while (*r > pivot)
                r--;
            if (l <= r) {
                unsigned t = *l;
                *l++ = *r;
                *r-- = t;
            }
        }
        quicksort(from, r + 1);
        from = l;
    }
}

static unsigned sort_keys(unsigned seed)
{
    for (unsigned i = 0; i < KEYS; i++)
        keys[i] = random_next(&seed);
    quicksort(keys, keys + KEYS);
    return keys[0] ^ keys[KEYS / 2] ^ keys[KEYS - 1];
}

/* Regular loops over floating point. */
static unsigned multiply(unsigned seed)
{
    double trace = 0;

    for (unsigned i = 0; i < SIDE; i++)
        for (unsigned j = 0; j < SIDE; j++) {
            a[i][j] = random_next(&seed) % 16;
            b[i][j] = random_next(&seed) % 16;
        }
    for (unsigned i = 0; i < SIDE; i++)
        for (unsigned j = 0; j < SIDE; j++) {
            double sum = 0;
            for (unsigned k = 0; k < SIDE; k++)
                sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
    for (unsigned i = 0; i < SIDE; i++)
        trace += c[i][i];
    return (unsigned)trace;
}

/* Byte by byte: copy, reverse, hash, search. */
static unsigned strings(unsigned seed)
{
    unsigned hash = 5381, found = 0;
    size_t n = 0;

    for (size_t i = 0; i + 1 < TEXT; i++)
        text[i] = (char)('a' + random_next(&seed) % 26);
    text[TEXT - 1] = 0;
    while ((copy[n] = text[n]))
        n++;
    for (size_t i = 0; i < n / 2; i++) {
        char t = copy[i];
        copy[i] = copy[n - 1 - i];
        copy[n - 1 - i] = t;
    }
    for (size_t i = 0; i < n; i++)
        hash = hash * 33 ^ (unsigned char)copy[i];
    for (size_t i = 0; i + 2 < n; i++)
        found += text[i] == 'a' && text[i + 1] == 'b';
    return hash + found;
}

unsigned compute_kernel(unsigned rounds)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < rounds; i++)
        sum = sum * 31 + sort_keys(i) + multiply(i) + strings(i);
    return sum;
}
