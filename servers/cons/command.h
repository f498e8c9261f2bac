/*
 * The console's own commands, typed after Ctrl-E.
 */
#ifndef CONS_COMMAND_H
#define CONS_COMMAND_H

#include <stdbool.h>

/* Begins a command line. */
void command_begin(void);
/* A key of it; true: the command is done, or was given up. */
bool command_key(char key);

#endif
