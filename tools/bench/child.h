/*
 * Starting a program and watching it: what it prints, when the first line
 * came, how much memory it took, how long it ran.
 */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <stdbool.h>
#include <stddef.h>

enum { CHILD_OUTPUT = 64 << 10 };

struct child_result {
    int code;             /* exit code; 128 + signal */
    double first_line_ms; /* from before the start; < 0: no line came */
    double total_s;
    double cpu_s;              /* of the host, user and system */
    double rss_mib;            /* the most it had */
    char output[CHILD_OUTPUT]; /* stdout and stderr, cut to what fits */
};

/* Runs argv (NULL ended); false: it could not be started. */
bool child_run(char *const argv[], struct child_result *ret_result);

/* The number behind "BENCH name " in the output; false: not there. */
bool child_figure(const struct child_result *r, const char *name,
                  double *ret_value);

#endif
