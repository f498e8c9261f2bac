/*
 * The host's terminal, lent to the machine (--keys).
 *
 * A terminal edits lines and answers Ctrl-C itself. A system that does so, too
 * (a console with a shell), wants each key as it is typed: no echo, no lines,
 * Ctrl-C and Ctrl-Z as keys like others. The run itself is then interrupted by
 * Ctrl-\. Output stays as it was: a line's end is one.
 *
 * I1  the terminal is as it was found when the process ends, but by a signal
 *     that nobody handles.
 */
#include "sim.h"
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

enum { KEY_INTERRUPT = 0x1c }; /* Ctrl-\ */

static struct termios before;
static bool is_lent;

void terminal_lend(void)
{
    struct termios t;
    if (tcgetattr(STDIN_FILENO, &before))
        return;
    t = before;
    t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    t.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON);
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    t.c_cc[VINTR] = KEY_INTERRUPT;
    t.c_cc[VQUIT] = t.c_cc[VSUSP] = _POSIX_VDISABLE;
    is_lent = !tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
    atexit(terminal_take_back);
}

void terminal_take_back(void)
{
    if (is_lent)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before); /* keeps I1 */
    is_lent = false;
}
