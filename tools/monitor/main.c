/*
 * vitrine-monitor: shows a run on the terminal (screen.h).
 *
 *      vitrine-monitor FILE                    plays a trace, also one that
 *                                              is still being written
 *      vitrine-monitor FILE -- SIMULATOR ...   runs a system, with its trace
 *                                              in FILE: stops it, steps it,
 *                                              and goes back (live.h)
 */
#include "live.h"
#include "screen.h"
#include "times.h"
#include "util.h"

#include <argp.h>
#include <inttypes.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_MS = 50, SPEED_FIRST = 64, SPEED_MAX = 1 << 20 };
enum { OPT_TEXT = 256, OPT_TO, OPT_BREAK, OPT_BACK, OPT_GDB, OPT_GDB_WORD };
enum { GDB_WORDS = 9, GDB_MORE = 64 };

struct monitor {
    const char *path, *command; /* `vitrine` */
    char **run;                 /* simulator and arguments; NULL: a trace */
    char *file;                 /* that is read: path, or path.PID.part */
    char console[4096];         /* file of the run's console, "": ours */
    struct view view;
    struct screen screen;
    struct stop stop;
    struct live live;
    uint64_t to; /* stop at this time */
    uint64_t back;
    const char *gdb_words[GDB_MORE];
    unsigned gdb_count;
    bool text, paused, hit, gdb, go_back;
    unsigned speed; /* events a frame */
    char words[STOP_TEXT];
};

static const struct argp_option option_table[] = {
    {"text", OPT_TEXT, NULL, 0, "no terminal: print the last screen", 0},
    {"to", OPT_TO, "TIME", 0, "stop at this virtual time", 0},
    {"break", OPT_BREAK, "WORDS", 0,
     "stop when this happens (\"ned maps to server\", \"client calls calc\", "
     "\"anybody faults\", or words of an event's line)",
     0},
    {"back", OPT_BACK, "N", 0,
     "a run: to its end, then back N events (its final picture not counted)",
     0},
    {"gdb", OPT_GDB, NULL, 0, "a run: gdb where it stands then", 0},
    {"gdb-word", OPT_GDB_WORD, "WORD", 0, "one more argument for gdb", 0},
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
        stop_parse(&m->stop, m->words);
        return 0;
    case OPT_BACK:
        m->go_back = true;
        m->back = strtoull(arg, NULL, 10);
        return 0;
    case OPT_GDB:
        m->gdb = true;
        return 0;
    case OPT_GDB_WORD:
        if (m->gdb_count < GDB_MORE)
            m->gdb_words[m->gdb_count++] = arg;
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

/* Up to `events` records of the file, as far as nothing stops it. */
static void play(struct monitor *m, uint64_t events)
{
    while (events-- && !m->hit && m->screen.time < m->to)
        if (!screen_step(&m->screen, &m->hit))
            break;
    if (m->hit || m->screen.time >= m->to)
        m->paused = true;
}

/* --- a run -----------------------------------------------------------------
 */

/* The file from its beginning: its end may be another one than it was. */
static void read_again(struct monitor *m)
{
    screen_clear(&m->screen);
    input_close(&m->view.in);
    input_open(&m->view.in, m->file, INPUT_GROWING);
}

/* All that the run has written up to where it stands. */
static void catch_up(struct monitor *m)
{
    m->hit = false;
    if (m->screen.events > m->live.at)
        read_again(m);
    while (m->screen.events < m->live.at)
        if (!screen_step(&m->screen, &m->hit) &&
            !screen_step(&m->screen, &m->hit))
            break;
    m->screen.ended = m->live.over;
}

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Runs until there are `record` records, or what is to stop it comes; up to
 * `ms`, -1: as long as it takes. */
static void run_to(struct monitor *m, uint64_t record, int ms)
{
    uint64_t end = ms < 0 ? ~0ull : now_ms() + (uint64_t)ms;

    if (m->live.over && record > m->live.at)
        return;
    if (!m->live.running) {
        live_kinds(&m->live, stop_is_set(&m->stop) ? m->stop.events : 0);
        live_to(&m->live, record);
    }
    while (live_answer(&m->live, ms)) {
        catch_up(m);
        if (m->hit || m->screen.time >= m->to)
            m->paused = true;
        if (m->paused || m->live.over || m->live.gone || m->live.at >= record ||
            now_ms() > end)
            return;
        live_to(&m->live, record);
    }
}

static void back_to(struct monitor *m, uint64_t record)
{
    struct stop none = m->stop;

    if (m->live.running) {
        live_pause(&m->live);
        live_answer(&m->live, -1);
    }
    stop_parse(&m->stop, "");
    live_to(&m->live, record);
    live_answer(&m->live, -1);
    catch_up(m);
    m->stop = none;
    m->paused = true;
    m->hit = false;
}

/* With what --gdb-ARGUMENT options ask for behind. */
static _Noreturn void become_gdb(const struct monitor *m,
                                 const char *const *words)
{
    char *argv[GDB_WORDS + GDB_MORE + 1];
    unsigned count = 0;

    for (; *words; words++)
        argv[count++] = (char *)*words;
    for (unsigned i = 0; i < m->gdb_count; i++)
        argv[count++] = (char *)m->gdb_words[i];
    argv[count] = NULL;
    execvp(argv[0], argv);
    _exit(EXIT_BUG);
}

/* The simulator waits for it in the middle of what the kernel does. */
static void debug(struct monitor *m)
{
    char pid[32], folder[4096], script[4200];
    const char *root = m->command ? m->command : "./vitrine";
    int size = (int)(strrchr(root, '/') - root);

    if (m->live.running) {
        live_pause(&m->live);
        live_answer(&m->live, -1);
    }
    snprintf(pid, sizeof(pid), "%d", (int)m->live.pid);
    snprintf(folder, sizeof(folder), "python vitrine_gdb = '%.*s/tools/gdb'",
             size, root);
    snprintf(script, sizeof(script), "%.*s/tools/gdb/attach.gdb", size, root);
    live_debug(&m->live);
    pid_t child = fork();
    if (!child) {
        become_gdb(m, (const char *[]){"gdb", "-q", "-nx", "-p", pid, "-ex",
                                       folder, "-x", script, NULL});
    }
    waitpid(child, NULL, 0);
    m->live.gone = true;
}

static const char *status(const struct monitor *m)
{
    if (m->live.gone)
        return "gdb had it";
    if (m->hit)
        return "stopped: the break";
    if (m->screen.ended)
        return "ended";
    return m->paused ? "paused" : "running";
}

/* --- the terminal ----------------------------------------------------------
 */

/* The last lines of the run's console, below all else. */
static int draw_console(const struct monitor *m, int lines)
{
    char text[2048];
    FILE *f = m->console[0] ? fopen(m->console, "rb") : NULL;
    int y = LINES - 1;

    if (!f)
        return y;
    if (fseek(f, -(long)sizeof(text) + 1, SEEK_END))
        rewind(f);
    size_t size = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    while (size && text[size - 1] == '\n')
        size--;
    text[size] = 0;
    for (char *at; size && lines--; *at = 0) {
        at = strrchr(text, '\n');
        mvaddnstr(--y, 0, at ? at + 1 : text, COLS - 1);
        if (!at)
            break;
    }
    mvhline(--y, 0, '-', COLS);
    return y;
}

static void draw(struct monitor *m)
{
    char *text, *line, *rest = NULL;
    size_t length;
    int y = 0, bottom;
    FILE *f = open_memstream(&text, &length);

    erase();
    bottom = draw_console(m, LINES / 6);
    screen_draw(&m->screen, f, (unsigned)bottom, status(m));
    fclose(f);
    for (line = text; line && *line && y < bottom; line = rest) {
        rest = strchr(line, '\n');
        if (rest)
            *rest++ = 0;
        mvaddnstr(y++, 0, line, COLS - 1);
    }
    mvaddnstr(LINES - 1, 0,
              m->run ? "space pause  s step  a back  + - speed  b break  "
                       "c to the break  g gdb here  q quit"
                     : "space pause  s step  + - speed  b break  g gdb here  "
                       "q quit",
              COLS - 1);
    refresh();
    free(text);
}

static void ask_break(struct monitor *m)
{
    move(LINES - 1, 0);
    clrtoeol();
    addstr("stop when: ");
    echo();
    timeout(-1);
    getnstr(m->words, sizeof(m->words) - 1);
    stop_parse(&m->stop, m->words);
    timeout(FRAME_MS);
    noecho();
}

/* A run stops where it is; a trace is run again, to this moment. */
static void into_gdb(struct monitor *m)
{
    char time[32];

    endwin();
    if (m->run) {
        debug(m);
        return;
    }
    snprintf(time, sizeof(time), "%" PRIu64 "ns", m->screen.time);
    if (m->command)
        execl(m->command, m->command, "replay", m->path, "--to", time, "--gdb",
              (char *)NULL);
    printf("./vitrine replay %s --to %s --gdb\n", m->path, time);
    exit(0);
}

static void step(struct monitor *m)
{
    m->hit = false;
    if (m->run)
        run_to(m, m->screen.events + 1, -1);
    else
        screen_step(&m->screen, &m->hit);
    m->paused = true;
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
        step(m);
        break;
    case 'a':
        if (m->run && m->screen.events > 1)
            back_to(m, m->screen.events - 1);
        break;
    case '+':
        m->speed = m->speed < SPEED_MAX ? m->speed * 2 : SPEED_MAX;
        break;
    case '-':
        m->speed = m->speed > 1 ? m->speed / 2 : 1;
        break;
    case 'c':
        m->speed = SPEED_MAX;
        m->paused = m->hit = false;
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

/* What a frame shows more than the one before. */
static void go_on(struct monitor *m)
{
    if (!m->run || m->live.gone)
        play(m, m->speed);
    else
        run_to(m, m->screen.events + m->speed, FRAME_MS);
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
            go_on(m);
        draw(m);
    } while (on_key(m, getch()));
    endwin();
}

static void run_text(struct monitor *m)
{
    if (m->run && !m->go_back)
        run_to(m, ~0ull - 1, -1);
    while (!m->run && !m->paused && !m->screen.ended)
        play(m, SPEED_MAX);
    screen_draw(&m->screen, stdout, 200, status(m));
}

/* The run, its trace, and where --back asks for. */
static void start(struct monitor *m)
{
    if (m->run) {
        if (!m->text)
            snprintf(m->console, sizeof(m->console), "%s.console", m->path);
        live_start(&m->live, m->run, m->console[0] ? m->console : NULL);
        if (m->live.gone)
            exit(live_quit(&m->live));
    }
    m->file = input_growing(m->path);
    input_open(&m->view.in, m->file,
               strcmp(m->file, m->path) ? INPUT_GROWING : 0);
    if (m->run)
        catch_up(m);
    if (!m->go_back)
        return;
    run_to(m, ~0ull - 1, -1);
    if (m->back >= m->screen.worked) {
        live_quit(&m->live);
        die(EXIT_BAD_USAGE, "the run has only %" PRIu64 " events",
            m->screen.worked);
    }
    back_to(m, m->screen.worked - m->back);
}

/* What is behind `--` is the run. */
static int split(int argc, char **argv, char ***ret_run)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--") && i + 1 < argc) {
            *ret_run = &argv[i + 1];
            argv[i] = NULL;
            return i;
        }
    return argc;
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        option_table,
        parse,
        "FILE\nFILE -- SIMULATOR ARGUMENT...",
        "Shows a run on the terminal, event by event.",
        NULL,
        NULL,
        NULL};
    struct monitor m = {.to = ~0ull,
                        .speed = SPEED_FIRST,
                        .command = getenv("VITRINE_COMMAND"),
                        .view = {.until = ~0ull}};
    int code = 0;

    argp_err_exit_status = EXIT_BAD_USAGE;
    argc = split(argc, argv, &m.run);
    argp_parse(&argp, argc, argv, 0, NULL, &m);
    if ((m.go_back || m.gdb) && !m.run)
        die(EXIT_BAD_USAGE, "--back and --gdb need a run, not a trace");
    m.view.out = stdout;
    m.screen.view = &m.view;
    m.screen.stop = &m.stop;
    start(&m);
    if (m.gdb)
        debug(&m);
    else if (m.text)
        run_text(&m);
    else
        run_terminal(&m);
    if (m.run && !m.live.gone)
        code = live_quit(&m.live);
    if (m.text && (m.hit || m.go_back))
        code = 0; /* it was stopped where it was to be */
    if (m.console[0])
        unlink(m.console);
    screen_clear(&m.screen);
    input_close(&m.view.in);
    free(m.file);
    return code;
}
