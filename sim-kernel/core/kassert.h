/*
 * Assertions of the kernel: a broken one is a kernel bug, never a user's
 * mistake, and ends the machine through port_panic().
 */
#ifndef CORE_KASSERT_H
#define CORE_KASSERT_H

#include "port.h"

#define kassert(condition)                                                     \
    ((condition) ? (void)0 : port_panic(__FILE__, __LINE__, #condition))

#define kpanic(text) port_panic(__FILE__, __LINE__, text)

/* The struct that holds `member` at `pointer`. */
#define container_of(pointer, type, member)                                    \
    ((type *)((char *)(pointer)-offsetof(type, member)))

#endif
