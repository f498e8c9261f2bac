/* The watcher's end of live.h. */
#include "live.h"
#include "util.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE = 128, DIED = 104 };

/* In the child: ARGV[0] --control FD ARGV[1] ... */
static _Noreturn void become(char **argv, int socket, const char *console)
{
    unsigned count = 0;
    char number[16];

    while (argv[count])
        count++;
    char **all = xcalloc(count + 3, sizeof(*all));
    snprintf(number, sizeof(number), "%d", socket);
    all[0] = argv[0];
    all[1] = "--control";
    all[2] = number;
    memcpy(&all[3], &argv[1], count * sizeof(*all));
    if (console) {
        int fd = open(console, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666);
        int nothing = open("/dev/null", O_RDONLY);
        dup2(nothing, STDIN_FILENO);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
    }
    execv(all[0], all);
    _exit(EXIT_BUG);
}

void live_start(struct live *l, char **argv, const char *console)
{
    int ends[2];

    *l = (struct live){.running = true};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        die(EXIT_BUG, "no socket pair");
    signal(SIGPIPE, SIG_IGN);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    l->first = fork();
    if (l->first < 0)
        die(EXIT_BUG, "the simulator could not be started");
    if (!l->first)
        become(argv, ends[1], console);
    close(ends[1]);
    l->socket = ends[0];
    l->lines = fdopen(ends[0], "r");
    setvbuf(l->lines, NULL, _IONBF, 0);
    live_answer(l, -1);
}

static __attribute__((format(printf, 2, 3))) void say(struct live *l,
                                                      const char *format, ...)
{
    char line[LINE];
    va_list values;

    va_start(values, format);
    int size = vsnprintf(line, sizeof(line), format, values);
    va_end(values);
    if (write(l->socket, line, (size_t)size) != size)
        l->gone = true;
}

void live_to(struct live *l, uint64_t record)
{
    if (record < l->at)
        l->over = false;
    say(l, "to %" PRIu64 "\n", record);
    l->running = true;
}

void live_kinds(struct live *l, uint64_t events)
{
    if (!l->running)
        say(l, "kinds %" PRIx64 "\n", events);
}

void live_pause(struct live *l)
{
    if (l->running)
        say(l, "pause\n");
}

bool live_answer(struct live *l, int ms)
{
    struct pollfd p = {.fd = l->socket, .events = POLLIN};
    char line[LINE];
    int code;
    long pid;

    while (l->running && !l->gone) {
        if (poll(&p, 1, ms) <= 0)
            return false;
        if (!fgets(line, sizeof(line), l->lines))
            l->gone = true;
        else if (sscanf(line, "at %" SCNu64 " %ld", &l->at, &pid) == 2)
            l->running = false;
        else if (sscanf(line, "end %d %" SCNu64 " %ld", &code, &l->at, &pid) ==
                 3) {
            l->running = false;
            l->over = true;
            l->code = code;
        }
        if (!l->running)
            l->pid = (pid_t)pid;
    }
    return true;
}

void live_debug(struct live *l)
{
    say(l, "debug\n");
    l->running = true;
}

/* Waits until nobody holds the socket's other end: who goes on may be another
 * process than the one that was started, and it writes the trace as it ends. */
static void wait_for_all(struct live *l)
{
    enum { LONGEST_MS = 10000 };
    struct pollfd p = {.fd = l->socket, .events = POLLIN};
    char line[LINE];

    while (poll(&p, 1, LONGEST_MS) > 0 && fgets(line, sizeof(line), l->lines))
        ;
}

int live_quit(struct live *l)
{
    int status = 0;

    if (!l->gone) {
        say(l, "quit\n");
        wait_for_all(l);
    }
    fclose(l->lines);
    if (l->over)
        return l->code;
    if (waitpid(l->first, &status, 0) == l->first && WIFEXITED(status))
        return WEXITSTATUS(status);
    return DIED;
}
