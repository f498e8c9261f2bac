/*
 * Line editing with a history (see line.h).
 *
 * After a change the line is written again from its start: two control
 * sequences (start of line, clear to its end) are all that is asked of a
 * terminal. A key at the end of the line is just echoed. A line that is too
 * long for a row is shown in part: the part with the cursor.
 *
 * Characters are UTF-8, each one column wide.
 */
#include "line.h"
#include "complete.h"
#include "console.h"
#include <stdio.h>
#include <string.h>

enum {
    KEY_HOME = 1,
    KEY_LEFT = 2,
    KEY_EOF = 4,
    KEY_RIGHT = 6,
    KEY_BS = 8,
    KEY_TAB = 9,
    KEY_KILL_AFTER = 11,
    KEY_CLEAR = 12,
    KEY_DOWN = 14,
    KEY_UP = 16,
    KEY_KILL_BEFORE = 21,
    KEY_KILL_WORD = 23,
    KEY_ESCAPE = 27,
    KEY_DEL = 127,
};

static const char *prompt;
static char text[LINE_MAX_BYTES];
static unsigned at, length;    /* I1 */
static unsigned escape_used;   /* bytes of an escape sequence */
static unsigned escape_number; /* its number: ESC [ 3 ~ */

static char history[LINE_HISTORY][LINE_MAX_BYTES];
static unsigned history_count; /* lines, all */
static unsigned back;          /* how far back the line shown is; 0: new */

/* --- characters and columns
 * ----------------------------------------------------- */

static bool is_inside(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80; /* of a character */
}

static unsigned before(unsigned place)
{
    while (place && is_inside(text[--place]))
        ;
    return place;
}

static unsigned behind(unsigned place)
{
    while (place < length && is_inside(text[++place]))
        ;
    return place;
}

static unsigned columns(unsigned from, unsigned to)
{
    unsigned n = 0;
    for (; from < to; from++)
        n += !is_inside(text[from]);
    return n;
}

/* Columns for the text: the last one is the cursor's. */
static unsigned room(void)
{
    return LINE_COLUMNS - (unsigned)strlen(prompt) - 1;
}

static void show(void)
{
    unsigned first = 0, end = length;
    while (columns(first, at) > room())
        first = behind(first);
    while (columns(first, end) > room())
        end = before(end);
    tell("\r\033[K%s%.*s", prompt, (int)(end - first), text + first);
    if (at < end)
        tell("\033[%uD", columns(at, end));
}

void line_redraw(void)
{
    show();
}

void line_begin(const char *new_prompt)
{
    prompt = new_prompt;
    at = length = back = escape_used = escape_number = 0;
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
    if (at == length && columns(0, at) <= room())
        tell("%c", key);
    else
        show();
}

static void move_to(unsigned to)
{
    at = to;
    show();
}

static void take_word(void)
{
    unsigned from = at;
    while (from && text[from - 1] == ' ')
        from--;
    while (from && text[from - 1] != ' ')
        from--;
    take_out(from, at - from);
}

static void complete_word(void)
{
    char more[LINE_MAX_BYTES];
    if (complete(text, at, more, sizeof more))
        line_redraw(); /* it has shown what there is */
    for (const char *c = more; *c; c++)
        put_in(*c);
}

/* --- keys
 * ----------------------------------------------------------------------- */

/* The last byte of ESC [ ..., or what does the same. */
static void arrow(int key)
{
    if (key == 'A')
        history_move(1);
    else if (key == 'B' && back)
        history_move(-1);
    else if (key == 'C' && at < length)
        move_to(behind(at));
    else if (key == 'D' && at)
        move_to(before(at));
    else if (key == 'H')
        move_to(0);
    else if (key == 'F')
        move_to(length);
    else if (key == 'P' && at < length)
        take_out(at, behind(at) - at);
}

/* ESC [ NUMBER ~: as the arrows' letters. */
static int numbered(unsigned number)
{
    static const char letters[] = {
        [1] = 'H', [3] = 'P', [4] = 'F', [7] = 'H', [8] = 'F'};
    return number < sizeof letters ? letters[number] : 0;
}

/* True: the key belongs to an escape sequence. */
static bool is_escape(int key)
{
    if (key == KEY_ESCAPE) {
        escape_used = 1;
        escape_number = 0;
        return true;
    }
    if (!escape_used)
        return false;
    if (escape_used == 1 && (key == '[' || key == 'O')) {
        escape_used = 2;
        return true;
    }
    if (escape_used == 2 && key >= '0' && key <= '9') {
        escape_number = escape_number * 10 % 1000 + (unsigned)(key - '0');
        return true;
    }
    if (escape_used == 2 && key == ';') /* what follows: shift and the like */
        return true;
    if (escape_used == 2)
        arrow(key == '~' ? numbered(escape_number) : key);
    escape_used = 0;
    return true;
}

/* A key that changes the line, or none. */
static void edit(int key)
{
    static const char as_arrow[' '] = {
        [KEY_HOME] = 'H',  [KEY_LEFT] = 'D', [KEY_EOF] = 'P',
        [KEY_RIGHT] = 'C', [KEY_DOWN] = 'B', [KEY_UP] = 'A'};
    if (key == KEY_BS || key == KEY_DEL) {
        if (at)
            take_out(before(at), at - before(at));
    } else if (key == KEY_KILL_BEFORE) {
        take_out(0, at);
    } else if (key == KEY_KILL_AFTER) {
        take_out(at, length - at);
    } else if (key == KEY_KILL_WORD) {
        take_word();
    } else if (key == KEY_TAB) {
        complete_word();
    } else if (key == KEY_CLEAR) {
        tell("\033[H\033[2J");
        show();
    } else if (key >= ' ') {
        put_in((char)key);
    } else {
        arrow(as_arrow[key]);
    }
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
    edit(key);
    return LINE_MORE;
}
