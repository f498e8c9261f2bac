/*
 * vitrine-monitor: plays a trace on the terminal (screen.h), also one that is
 * still being written.
 */
#include "screen.h"
#include "times.h"
#include "util.h"

#include <argp.h>
#include <inttypes.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAME_MS = 50, SPEED_FIRST = 64, SPEED_MAX = 1 << 20 };
enum { OPT_TEXT = 256, OPT_TO, OPT_BREAK };

struct monitor {
    const char *path, *replay;
    struct view view;
    struct screen screen;
    uint64_t to; /* stop at this time */
    bool text, paused, hit;
    unsigned speed; /* events a frame */
    char words[128];
};

static const struct argp_option option_table[] = {
    {"text", OPT_TEXT, NULL, 0, "no terminal: print the last screen", 0},
    {"to", OPT_TO, "TIME", 0, "stop at this virtual time", 0},
    {"break", OPT_BREAK, "WORDS", 0,
     "stop at the first event whose line has all the words", 0},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct monitor *m = state->input;

    switch (key) {
    case OPT_TEXT:
        m->text = true;
        return 0;
    case OPT_TO:
        if (!time_parse(arg, &m->to))
            argp_error(state, "'%s' is not a time (1500, 1.5us, 20ms)", arg);
        return 0;
    case OPT_BREAK:
        snprintf(m->words, sizeof(m->words), "%s", arg);
        return 0;
    case ARGP_KEY_ARG:
        if (m->path)
            argp_error(state, "one trace at a time");
        m->path = arg;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which trace FILE?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Up to `events` records, as far as nothing stops it. */
static void play(struct monitor *m, unsigned events)
{
    while (events-- && !m->hit && m->screen.time < m->to)
        if (!screen_step(&m->screen, &m->hit))
            break;
    if (m->hit || m->screen.time >= m->to)
        m->paused = true;
}

static const char *status(const struct monitor *m)
{
    if (m->hit)
        return "stopped: the break";
    if (m->screen.ended)
        return "ended";
    return m->paused ? "paused" : "running";
}

/* --- the terminal
 * ---------------------------------------------------------------- */

static void draw(struct monitor *m)
{
    char *text, *line, *rest = NULL;
    size_t length;
    int y = 0;
    FILE *f = open_memstream(&text, &length);

    screen_draw(&m->screen, f, (unsigned)LINES - 1, status(m));
    fclose(f);
    erase();
    for (line = text; line && *line && y < LINES - 1; line = rest) {
        rest = strchr(line, '\n');
        if (rest)
            *rest++ = 0;
        mvaddnstr(y++, 0, line, COLS - 1);
    }
    mvaddnstr(LINES - 1, 0,
              "space pause  s step  + - speed  b break  g gdb here  q quit",
              COLS - 1);
    refresh();
    free(text);
}

static void ask_break(struct monitor *m)
{
    move(LINES - 1, 0);
    clrtoeol();
    addstr("stop when an event has all of: ");
    echo();
    timeout(-1);
    getnstr(m->words, sizeof(m->words) - 1);
    timeout(FRAME_MS);
    noecho();
}

/* Ends the monitor; the run again, to this moment, under gdb. */
static void into_gdb(const struct monitor *m)
{
    char time[32];

    endwin();
    snprintf(time, sizeof(time), "%" PRIu64 "ns", m->screen.time);
    if (m->replay)
        execl(m->replay, m->replay, "replay", m->path, "--to", time, "--gdb",
              (char *)NULL);
    printf("./vitrine replay %s --to %s --gdb\n", m->path, time);
    exit(0);
}

static bool on_key(struct monitor *m, int key)
{
    switch (key) {
    case 'q':
        return false;
    case ' ':
        m->paused = !m->paused;
        m->hit = false;
        break;
    case 's':
        m->paused = true;
        m->hit = false;
        screen_step(&m->screen, &m->hit);
        break;
    case '+':
        m->speed = m->speed < SPEED_MAX ? m->speed * 2 : SPEED_MAX;
        break;
    case '-':
        m->speed = m->speed > 1 ? m->speed / 2 : 1;
        break;
    case 'b':
        ask_break(m);
        break;
    case 'g':
        into_gdb(m);
        break;
    default:
        break;
    }
    return true;
}

static void run_terminal(struct monitor *m)
{
    initscr();
    cbreak();
    noecho();
    curs_set(0);
    timeout(FRAME_MS);
    do {
        if (!m->paused)
            play(m, m->speed);
        draw(m);
    } while (on_key(m, getch()));
    endwin();
}

static void run_text(struct monitor *m)
{
    while (!m->paused && !m->screen.ended)
        play(m, SPEED_MAX);
    screen_draw(&m->screen, stdout, 200, status(m));
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        option_table, parse,
        "FILE",       "Shows a run on the terminal, event by event.",
        NULL,         NULL,
        NULL};
    struct monitor m = {.to = ~0ull,
                        .speed = SPEED_FIRST,
                        .replay = getenv("VITRINE_COMMAND"),
                        .view = {.until = ~0ull}};

    argp_err_exit_status = EXIT_BAD_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &m);
    char *file = input_growing(m.path);
    input_open(&m.view.in, file, strcmp(file, m.path) ? INPUT_GROWING : 0);
    m.view.out = stdout;
    m.screen.view = &m.view;
    m.screen.stop_at = m.words;
    if (m.text)
        run_text(&m);
    else
        run_terminal(&m);
    screen_free(&m.screen);
    input_close(&m.view.in);
    free(file);
    return 0;
}
