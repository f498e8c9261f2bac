/*
 * printf() to the kernel's console, without a C library: for code that runs
 * before there is one, or must not use it. A program without the debugger's
 * capability says nothing. Source: ABI.md section 4, "l4util".
 *
 * %d %i %u %x %X %o %c %s %p %%, with `-`, `0`, a width, a precision for
 * texts (each may be *), and l, ll, z, h, hh.
 */
#ifndef L4_UTIL_KPRINTF_H
#define L4_UTIL_KPRINTF_H

#include <l4/sys/compiler.h>

L4_BEGIN_DECLS

/* How many characters that were. Each line is one message. */
int l4_kprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

L4_END_DECLS

#endif
