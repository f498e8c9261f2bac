/* The watcher of child.h. */
#include "child.h"
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pid_t spawn(char *const argv[], int output)
{
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, output, 2);
    if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ))
        pid = -1;
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

/* Reads all there is; notes when the first line was complete. */
static void read_output(int fd, uint64_t start, struct child_result *r)
{
    size_t used = 0;
    char dropped[4096] = "";

    for (;;) {
        size_t room = sizeof(r->output) - 1 - used;
        char *to = room ? r->output + used : dropped;
        ssize_t n = read(fd, to, room ? room : sizeof(dropped));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        if (r->first_line_ms < 0 && memchr(to, '\n', (size_t)n))
            r->first_line_ms = (double)(clock_ns() - start) / 1e6;
        used += room ? (size_t)n : 0;
    }
    r->output[used] = 0;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

bool child_run(char *const argv[], struct child_result *r)
{
    uint64_t start = clock_ns();
    struct rusage usage;
    int ends[2], status;

    *r = (struct child_result){.first_line_ms = -1};
    if (pipe2(ends, O_CLOEXEC))
        return false;
    pid_t pid = spawn(argv, ends[1]);
    close(ends[1]);
    if (pid > 0)
        read_output(ends[0], start, r);
    close(ends[0]);
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
        return false;
    r->total_s = (double)(clock_ns() - start) / 1e9;
    r->cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    r->rss_mib = (double)usage.ru_maxrss / 1024;
    r->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

bool child_figure(const struct child_result *r, const char *name,
                  double *ret_value)
{
    char key[64];
    const char *at;

    snprintf(key, sizeof(key), "BENCH %s ", name);
    at = strstr(r->output, key);
    if (!at)
        return false;
    *ret_value = strtod(at + strlen(key), NULL);
    return true;
}
