/*
 * Line editing with a history.
 *
 *      left, right, Ctrl-B, -F           moves by a character
 *      Home, Ctrl-A, End                 to an end (Ctrl-E is cons's key)
 *      up, down, Ctrl-P, -N              lines typed before
 *      backspace, Delete, Ctrl-D         takes away a character
 *      Ctrl-W, -U, -K                    a word, all before, all after
 *      Tab                               completes a file's name, a command
 *      Ctrl-L                            clears the screen
 *
 * I1  at <= length < LINE_MAX; text[length] is zero.
 */
#ifndef SHELL_LINE_H
#define SHELL_LINE_H

#include <stdbool.h>

enum { LINE_MAX_BYTES = 400, LINE_HISTORY = 32, LINE_COLUMNS = 80 };

enum line_result { LINE_MORE, LINE_DONE, LINE_END };

/* Shows the prompt and begins an empty line. */
void line_begin(const char *prompt);
/* A key: LINE_DONE when it was the last, LINE_END: Ctrl-D on an empty line. */
enum line_result line_key(int key);
/* The line's text, when it is done; it goes into the history. */
const char *line_text(void);
/* Prompt and line again, after something else was printed. */
void line_redraw(void);
/* The n-th line typed before, from 1; NULL: there is none. */
const char *line_history(unsigned n);

#endif
