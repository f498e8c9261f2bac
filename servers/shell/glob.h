/*
 * Names of files that fit a pattern: *, ? in the last part of a path.
 *
 * In a pattern * and ? are the bytes GLOB_MANY and GLOB_ONE, so that those in
 * quotation marks are none (parse.c).
 */
#ifndef SHELL_GLOB_H
#define SHELL_GLOB_H

#include <stdbool.h>

enum { GLOB_MANY = 1, GLOB_ONE = 2, GLOB_MAX = 48, GLOB_PATH = 256 };

bool glob_is_pattern(const char *word);
/* *, ? as typed. */
void glob_undo(char *word);
bool glob_fits(const char *pattern, const char *name);
/* The paths that fit, in order: how many, at most GLOB_MAX. */
unsigned glob_files(const char *pattern, char ret_paths[][GLOB_PATH]);

#endif
