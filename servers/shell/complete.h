/*
 * Completing a word: the shell's commands where a command begins, else files.
 *
 *      ca      -> caps         cat /di  -> cat /disk/
 */
#ifndef SHELL_COMPLETE_H
#define SHELL_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

/* What all that may follow text[0..at) have in common goes to ret_more, of
 * `size` bytes; a space or slash with it, if there is but one. True: there are
 * several and nothing in common; it has listed them. */
bool complete(const char *text, unsigned at, char *ret_more, size_t size);

#endif
