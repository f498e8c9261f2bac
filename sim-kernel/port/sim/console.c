/*
 * Console: characters of the run to stdout, and input to the UART.
 *
 * Output is written a line at a time. Input comes from a file (--input:
 * bytes arrive one byte time apart from the moment somebody listens, so the
 * run is reproducible) or live from a terminal (at the virtual time at which
 * the machine looks).
 */
#include "sim.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    char line[512];
    size_t used;
    uint64_t shown; /* bytes of output before `line` */
    int input;      /* file descriptor, -1: none */
    bool live;      /* a terminal: look, never block while others can run */
    uint64_t looks; /* for input, so far */
    bool plain;     /* output is no terminal: colours are left out */
    enum { TEXT, ESCAPE, SEQUENCE } state;
} console = {.input = -1};

void console_init(void)
{
    const char *no_color = getenv("NO_COLOR");
    console.plain = !isatty(STDOUT_FILENO) || (no_color && *no_color);
    replay_init();
    if (sim_options.replay) {
        console.input = -1;
    } else if (sim_options.input && strcmp(sim_options.input, "-")) {
        console.input = open(sim_options.input, O_RDONLY | O_CLOEXEC);
        if (console.input < 0)
            sim_die("%s: cannot read the console input: %s", sim_options.input,
                    strerror(errno));
    } else if (sim_options.input || isatty(STDIN_FILENO)) {
        console.input = STDIN_FILENO;
        console.live = isatty(STDIN_FILENO);
        if (console.live && sim_options.keys)
            terminal_lend();
    }
}

void console_flush(void)
{
    size_t at = checkpoint_shown(console.shown, console.used);
    console.shown += console.used;
    while (at < console.used) {
        ssize_t n = write(STDOUT_FILENO, console.line + at, console.used - at);
        if (n < 0 && errno != EINTR)
            break; /* nobody reads: the run itself goes on */
        if (n > 0)
            at += (size_t)n;
    }
    console.used = 0;
}

/* Is the byte part of an escape sequence (ECMA-48: ESC [ ... final byte)? */
static bool console_is_colour(uint8_t byte)
{
    bool inside = console.state != TEXT || byte == 0x1b;
    if (byte == 0x1b)
        console.state = ESCAPE;
    else if (console.state == ESCAPE)
        console.state = byte == '[' ? SEQUENCE : TEXT;
    else if (console.state == SEQUENCE && byte >= 0x40 && byte <= 0x7e)
        console.state = TEXT;
    return inside;
}

void console_out(uint8_t byte)
{
    if (console.plain && console_is_colour(byte))
        return;
    console.line[console.used++] = (char)byte;
    if (byte == '\n' || console.used == sizeof(console.line))
        console_flush();
}

void port_console_write(const char *text, size_t length)
{
    sim_own_tp();
    for (size_t i = 0; i < length; i++)
        console_out((uint8_t)text[i]);
}

/* What the UART has goes first: it may have no room for another byte. */
int port_console_read(void)
{
    sim_own_tp();
    int byte = devices_kernel_input();
    if (byte >= 0)
        return byte;
    console_poll();
    return devices_kernel_input();
}

static void console_take_byte(uint8_t byte)
{
    core_trace_input(INPUT_CONSOLE, byte, console.looks);
    devices_console_input(byte);
}

static bool console_is_replayed(void)
{
    return sim_options.replay || replay_left(INPUT_CONSOLE);
}

/* One look for the input of an earlier run. */
static bool console_replay(void)
{
    int byte = replay_console(console.looks);
    if (byte >= 0)
        console_take_byte((uint8_t)byte);
    return byte >= 0;
}

/* One byte of input to the UART; false: there is none now. */
static bool console_take(void)
{
    uint8_t byte;
    ssize_t n = read(console.input, &byte, 1);
    if (n == 1) {
        replay_keep(INPUT_CONSOLE, byte, console.looks);
        console_take_byte(byte);
    } else if (n == 0 || errno != EINTR)
        console.input = -1;
    return n == 1;
}

static bool console_has_input(int timeout_ms)
{
    struct pollfd p = {.fd = console.input, .events = POLLIN};
    return console.input >= 0 && (!console.live || poll(&p, 1, timeout_ms) > 0);
}

void console_poll(void)
{
    console.looks++;
    if (console_is_replayed())
        console_replay();
    else if (console_has_input(0))
        console_take();
}

bool console_wait(void)
{
    console_flush();
    core_trace_flush();
    console.looks++;
    if (console_is_replayed())
        return console_replay();
    return console_has_input(-1) && console_take();
}
