/*
 * Console: how moe itself speaks, through the kernel's console.
 */
#ifndef MOE_CONSOLE_H
#define MOE_CONSOLE_H

#include <stddef.h>

/* Writes text as it is. Uses the UTCB. */
void console_write(const char *text, size_t length);
/* Formats %s (const char *), %d (long), %x (unsigned long) and %%; at most
 * 250 bytes are written. Uses the UTCB. */
void say(const char *format, ...);

#endif
