/*
 * The four functions the core takes from a C library. GCC itself may call
 * them, so that a port without a library has to supply them anyway.
 */
#ifndef CORE_KSTRING_H
#define CORE_KSTRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *at, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

/* Length of text, at most max (debugger.c). */
size_t kstrnlen(const char *text, size_t max);

#endif
