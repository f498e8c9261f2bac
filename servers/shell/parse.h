/*
 * A command line, taken apart.
 *
 *      cat < file | wc -l > out &
 *      kill vfs; sleep 1; ls
 *
 * Words are separated by spaces, commands by ;. "..." and '...' keep spaces and
 * marks, \ keeps the next character; # begins a comment.
 */
#ifndef SHELL_PARSE_H
#define SHELL_PARSE_H

#include <stdbool.h>

enum { PARSE_STAGES = 8, PARSE_WORDS = 32, PARSE_BYTES = 512 };

struct stage {
    char *argv[PARSE_WORDS + 1];
    int argc;
};

struct command {
    struct stage stage[PARSE_STAGES];
    unsigned stages;            /* 0: nothing to do */
    const char *input, *output; /* files, NULL: none */
    bool appends;               /* >> */
    bool in_background;
    char bytes[PARSE_BYTES];
};

/* The next command of the line, which moves on behind it: NULL, or what is
 * wrong with it. `command` is large: not on a stack. */
const char *parse(const char **inout_line, struct command *ret_command);

#endif
