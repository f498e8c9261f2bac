/*
 * A pipeline, taken apart (script.h has what is made of several).
 *
 *      cat < file | wc -l > $OUT &
 *      ls -l *.txt "$X y"
 *
 * Words are separated by spaces. "..." and '...' keep spaces and marks, \ keeps
 * the next character; # begins a comment. $X is a variable (but in '...'), one
 * word whatever it holds; * and ? outside of quotation marks are the files
 * whose names fit (glob.h), or stay what they are if there is none.
 */
#ifndef SHELL_PARSE_H
#define SHELL_PARSE_H

#include <stdbool.h>
#include <stddef.h>

enum { PARSE_STAGES = 8, PARSE_WORDS = 60, PARSE_BYTES = 2048 };

struct stage {
    char *argv[PARSE_WORDS + 1];
    int argc;
    unsigned cpu_ms;          /* `limit`; 0: none */
    unsigned long memory_kib; /* the same */
};

struct command {
    struct stage stage[PARSE_STAGES];
    unsigned stages;            /* 0: nothing to do */
    const char *input, *output; /* files, NULL: none */
    bool appends;               /* >> */
    bool in_background;
    char bytes[PARSE_BYTES];
};

/* The command of that text: NULL, or what is wrong with it. `command` is large:
 * not on a stack. */
const char *parse(const char *text, size_t length, struct command *ret_command);

#endif
