/*
 * Formatted text without a C library, for l4_kprintf() and kenge_print().
 */
#ifndef L4UTIL_FORMAT_H
#define L4UTIL_FORMAT_H

#include <stdarg.h>

/* Bytes of a piece of output, at most. */
enum { FORMAT_PIECE = 480 };

/* Text as `format` says (<l4/util/kprintf.h> has the letters), given to write()
 * line by line, or in pieces; how many characters that were. */
int l4util_format(void (*write)(const char *text, unsigned length),
                  const char *format, va_list list);

#endif
