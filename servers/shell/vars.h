/*
 * The shell's variables.
 *
 *      X=text   export X   $X ${X}      $? the last status, $1 ... arguments
 *
 * A variable is one word where it is used, also with spaces in it.
 */
#ifndef SHELL_VARS_H
#define SHELL_VARS_H

#include <stdbool.h>
#include <stddef.h>

enum { VARS_MAX = 64, VARS_NAME = 32 };

struct var {
    char name[VARS_NAME]; /* "": free */
    char *value;
    bool is_exported; /* programs get it */
};

/* Bytes of the name that the text begins with; 0: none. */
size_t vars_name(const char *text);
/* "": it is not set. */
const char *vars_get(const char *name);
/* False: the name is none, or there are too many. */
bool vars_set(const char *name, const char *value);
void vars_set_number(const char *name, long value);
bool vars_export(const char *name);
void vars_unset(const char *name);
/* The n-th place; NULL: there are no more. */
const struct var *vars_place(unsigned n);

#endif
