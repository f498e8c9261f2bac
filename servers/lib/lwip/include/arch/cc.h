/*
 * What lwIP wants to know of compiler and system: see its doc/sys_arch.txt.
 */
#ifndef LWIP_ARCH_CC_H
#define LWIP_ARCH_CC_H

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

/* The server's: see servers/net/main.c. */
unsigned net_random(void);
#define LWIP_RAND() net_random()

#define LWIP_PLATFORM_DIAG(words)                                              \
    do {                                                                       \
        printf words;                                                          \
    } while (0)
#define LWIP_PLATFORM_ASSERT(text)                                             \
    do {                                                                       \
        printf("lwIP: %s (%s:%d)\n", text, __FILE__, __LINE__);                \
        abort();                                                               \
    } while (0)

#endif
