/*
 * Commands of the shell itself.
 */
#ifndef SHELL_BUILTIN_H
#define SHELL_BUILTIN_H

#include <stdbool.h>

struct builtin {
    const char *name, *usage, *what;
    int (*run)(int argc, char **argv); /* its status */
};

/* NULL: there is none of this name. */
const struct builtin *builtin_find(const char *name);
/* Says how the builtin of that name is used; 2, a status. */
int builtin_usage(const char *name);
/* The n-th, from 0; NULL: there are no more. */
const struct builtin *builtin_number(unsigned n);

/* inspect.c: of programs */
int do_ps(int argc, char **argv);
int do_top(int argc, char **argv);
int do_caps(int argc, char **argv);
int do_maps(int argc, char **argv);
int do_kill(int argc, char **argv);

/* test.c */
int do_test(int argc, char **argv);

/* Set by `exit`. */
extern bool shell_must_exit;

#endif
