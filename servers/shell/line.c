/*
 * Line editing with a history (see line.h).
 *
 * After a change the line is written again from its start: two control
 * sequences (start of line, clear to its end) are all that is asked of a
 * terminal. A key at the end of the line is just echoed.
 */
#include "line.h"
#include "console.h"
#include <stdio.h>
#include <string.h>

enum {
    KEY_HOME = 1,
    KEY_EOF = 4,
    KEY_BS = 8,
    KEY_KILL_AFTER = 11,
    KEY_KILL_BEFORE = 21,
    KEY_ESCAPE = 27,
    KEY_DEL = 127,
};

static const char *prompt;
static char text[LINE_MAX_BYTES];
static unsigned at, length;  /* I1 */
static unsigned escape_used; /* bytes of an escape sequence */

static char history[LINE_HISTORY][LINE_MAX_BYTES];
static unsigned history_count; /* lines, all */
static unsigned back;          /* how far back the line shown is; 0: new */

static void show(void)
{
    tell("\r\033[K%s%s", prompt, text);
    if (at < length)
        tell("\033[%uD", length - at);
}

void line_redraw(void)
{
    show();
}

void line_begin(const char *new_prompt)
{
    prompt = new_prompt;
    at = length = back = escape_used = 0;
    text[0] = 0;
    tell("%s", prompt);
}

const char *line_history(unsigned n)
{
    unsigned kept = history_count < LINE_HISTORY ? history_count : LINE_HISTORY;
    unsigned first = history_count - kept;
    return n && n <= kept ? history[(first + n - 1) % LINE_HISTORY] : NULL;
}

static void history_add(void)
{
    const char *last =
        history_count ? history[(history_count - 1) % LINE_HISTORY] : "";
    if (length && strcmp(last, text))
        strcpy(history[history_count++ % LINE_HISTORY], text);
}

const char *line_text(void)
{
    return text;
}

/* --- changes
 * -------------------------------------------------------------------- */

static void line_set(const char *new_text)
{
    strcpy(text, new_text);
    at = length = (unsigned)strlen(text);
    show();
}

/* One line further back in the history (+1), or forward. */
static void history_move(int by)
{
    unsigned kept = history_count < LINE_HISTORY ? history_count : LINE_HISTORY;
    unsigned to = back + (unsigned)by;
    if (to > kept)
        return;
    back = to;
    line_set(back ? history[(history_count - back) % LINE_HISTORY] : "");
}

static void take_out(unsigned from, unsigned count)
{
    memmove(text + from, text + from + count, length - from - count + 1);
    length -= count;
    at = from;
    show();
}

static void put_in(char key)
{
    if (length == LINE_MAX_BYTES - 1)
        return;
    memmove(text + at + 1, text + at, length - at + 1);
    text[at++] = key;
    length++; /* keeps I1 */
    if (at == length)
        tell("%c", key);
    else
        show();
}

static void move_to(unsigned to)
{
    at = to;
    show();
}

/* The last byte of ESC [ ... */
static void arrow(int key)
{
    if (key == 'A')
        history_move(1);
    else if (key == 'B' && back)
        history_move(-1);
    else if (key == 'C' && at < length)
        move_to(at + 1);
    else if (key == 'D' && at)
        move_to(at - 1);
    else if (key == 'H')
        move_to(0);
    else if (key == 'F')
        move_to(length);
}

/* True: the key belongs to an escape sequence. */
static bool is_escape(int key)
{
    if (key == KEY_ESCAPE) {
        escape_used = 1;
        return true;
    }
    if (!escape_used)
        return false;
    if (escape_used == 1 && (key == '[' || key == 'O')) {
        escape_used = 2;
        return true;
    }
    if (escape_used == 2 && key >= '0' && key <= '9')
        return true;
    if (escape_used == 2)
        arrow(key);
    escape_used = 0;
    return true;
}

enum line_result line_key(int key)
{
    if (is_escape(key))
        return LINE_MORE;
    if (key == '\r' || key == '\n') {
        tell("\n");
        history_add();
        return LINE_DONE;
    }
    if (key == KEY_EOF && !length) {
        tell("\n");
        return LINE_END;
    }
    if ((key == KEY_BS || key == KEY_DEL) && at)
        take_out(at - 1, 1);
    else if (key == KEY_HOME)
        move_to(0);
    else if (key == KEY_KILL_BEFORE)
        take_out(0, at);
    else if (key == KEY_KILL_AFTER)
        take_out(at, length - at);
    else if (key >= ' ' && key < KEY_DEL)
        put_in((char)key);
    return LINE_MORE;
}
