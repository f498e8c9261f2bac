/*
 * The string functions a kernel without a C library needs: those GCC calls
 * by itself, those of the core (kstring.h) and those of bootstrap and fdt.
 *
 * Simplified: words where both ends are aligned, bytes else. Built with
 * -fno-tree-loop-distribute-patterns, or GCC would make memcpy of memcpy.
 */
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((may_alias)) word;

static int are_aligned(const void *a, const void *b)
{
    return (((uintptr_t)a | (uintptr_t)b) & 7) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    char *t = to;
    const char *f = from;
    if (are_aligned(t, f)) {
        for (; size >= 32; size -= 32, t += 32, f += 32) {
            const word *v = (const word *)f;
            word *w = (word *)t;
            w[0] = v[0], w[1] = v[1], w[2] = v[2], w[3] = v[3];
        }
        for (; size >= 8; size -= 8, t += 8, f += 8)
            *(word *)t = *(const word *)f;
    }
    while (size--)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    char *t = to;
    const char *f = from;
    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(to, from, size);
    while (size--)
        t[size] = f[size];
    return to;
}

void *memset(void *at, int byte, size_t size)
{
    char *t = at;
    uint64_t all = (uint8_t)byte * 0x0101010101010101ull;
    if (are_aligned(t, t)) {
        for (; size >= 64; size -= 64, t += 64) {
            word *w = (word *)t;
            w[0] = w[1] = w[2] = w[3] = all;
            w[4] = w[5] = w[6] = w[7] = all;
        }
        for (; size >= 8; size -= 8, t += 8)
            *(word *)t = all;
    }
    while (size--)
        *t++ = (char)byte;
    return at;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *x = a, *y = b;
    for (; size; size--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}
