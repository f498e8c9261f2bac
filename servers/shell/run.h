/*
 * Running what script.h takes apart.
 */
#ifndef SHELL_RUN_H
#define SHELL_RUN_H

#include <stdbool.h>

/* All commands of the text, up to Ctrl-C or `exit`: the last one's status,
 * which $? is as well. What is wrong is told; the line goes with it. */
int run_text(const char *text);
/* Does the text end before its last command does? */
bool run_goes_on(const char *text);

#endif
