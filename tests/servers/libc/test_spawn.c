/*
 * Programs started by a program: posix_spawn(), waitpid(), kill() over the
 * process server and the file server (spawn.cfg). The child is this program
 * again, with a word that says what to do. A TAP producer.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <l4/sys/thread.h>
#include <poll.h>
#include <pthread-l4.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SELF "/rom/test-spawn"

extern char **environ;

static int copy_input(void)
{
    char line[100];

    while (fgets(line, sizeof line, stdin))
        printf("<%s", line);
    return 0;
}

static int tell_environment(void)
{
    char here[100];

    printf("%s %s\n", getenv("COLOUR"), getcwd(here, sizeof here));
    return 0;
}

static volatile int *volatile nowhere = (volatile int *)8;

/* What the child does. */
static int be_child(const char *what)
{
    if (!strcmp(what, "copy"))
        return copy_input();
    if (!strcmp(what, "tell"))
        return tell_environment();
    if (!strcmp(what, "sleep"))
        return (int)sleep(1000);
    if (!strcmp(what, "fault"))
        return *nowhere;
    return atoi(what);
}

static pid_t spawn(const char *what, posix_spawn_file_actions_t *actions)
{
    char *argv[] = {SELF, (char *)what, 0};
    pid_t child = -1;
    int error = posix_spawn(&child, SELF, actions, 0, argv, environ);

    if (error)
        printf("# posix_spawn: %s\n", strerror(error));
    return error ? -1 : child;
}

static int status_of(pid_t child)
{
    int status = -1;

    return waitpid(child, &status, 0) == child ? status : -1;
}

static int fails(long result, int error)
{
    return result < 0 && errno == error;
}

static void children_end(void)
{
    int status = status_of(spawn("7", 0));

    fact(WIFEXITED(status) && WEXITSTATUS(status) == 7,
         "a_child_has_an_exit_code");
    status = status_of(spawn("fault", 0));
    fact(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
         "a_child_ends_by_a_fault");
    pid_t child = spawn("sleep", 0);
    fact(waitpid(child, &status, WNOHANG) == 0, "a_child_is_still_there");
    fact(!kill(child, 0) && !kill(child, SIGTERM), "a_child_can_be_killed");
    status = status_of(child);
    fact(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
         "and_its_parent_hears_how");
    fact(fails(waitpid(child, &status, 0), ECHILD) &&
             fails(wait(&status), ECHILD),
         "a_child_is_waited_for_once");
    pid_t a = spawn("3", 0), b = spawn("4", 0), first = wait(&status), second;
    int sum = WEXITSTATUS(status);
    second = wait(&status);
    sum += WEXITSTATUS(status);
    fact(((first == a && second == b) || (first == b && second == a)) &&
             sum == 7,
         "any_child_can_be_waited_for");
    char *argv[] = {"nothing", 0};
    fact(posix_spawn(&a, "/rom/nothing", 0, 0, argv, environ) == ENOENT,
         "what_is_not_there_is_not_started");
    fact(posix_spawnp(&a, "test-spawn", 0, 0, (char *[]){SELF, "5", 0},
                      environ) == 0 &&
             WEXITSTATUS(status_of(a)) == 5,
         "a_name_is_looked_for");
}

/* Reads a small file whole. */
static void read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY);
    long got = read(fd, text, size - 1);

    text[got < 0 ? 0 : got] = 0;
    close(fd);
}

static void files_are_passed_on(void)
{
    posix_spawn_file_actions_t actions;
    char text[100];
    int fd = open("/in", O_RDWR | O_CREAT, 0600);

    write(fd, "one\ntwo\n", 8);
    close(fd);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/in", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/out", O_WRONLY | O_CREAT,
                                     0600);
    fact(!status_of(spawn("copy", &actions)), "a_child_has_files");
    read_file("/out", text, sizeof text);
    fact(!strcmp(text, "<one\n<two\n"), "and_reads_and_writes_them");
    posix_spawn_file_actions_destroy(&actions);

    setenv("COLOUR", "green", 1);
    chdir("/rom");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/out", O_WRONLY | O_TRUNC,
                                     0);
    fact(!status_of(spawn("tell", &actions)), "a_child_has_an_environment");
    chdir("/");
    read_file("/out", text, sizeof text);
    fact(!strcmp(text, "green /rom\n"), "and_its_parents_directory");
    posix_spawn_file_actions_destroy(&actions);
}

static void pipes_join_programs(void)
{
    posix_spawn_file_actions_t actions;
    char text[100] = "";
    int to[2], from[2], status;
    size_t sum = 0;

    pipe2(to, O_CLOEXEC);
    pipe2(from, O_CLOEXEC);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    pid_t child = spawn("copy", &actions);
    close(to[0]), close(from[1]);
    write(to[1], "through\n", 8);
    close(to[1]);
    for (long got;
         (got = read(from[0], text + sum, sizeof text - 1 - sum)) > 0;)
        sum += (size_t)got;
    close(from[0]);
    status = status_of(child);
    fact(!status && !strcmp(text, "<through\n"), "a_pipe_joins_two_programs");
    posix_spawn_file_actions_destroy(&actions);
}

/* Processor time this thread takes to wait so long for nothing, us. */
static l4_kernel_clock_t cost_of_waiting(int fd, int seconds)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    l4_kernel_clock_t before, after;

    l4_thread_stats_time(pthread_l4_cap(pthread_self()), &before);
    poll(&entry, 1, seconds * 1000);
    l4_thread_stats_time(pthread_l4_cap(pthread_self()), &after);
    return after - before;
}

/* A pipe of the file server tells when it is ready. */
static void pipes_are_polled(void)
{
    l4_kernel_clock_t brief, lengthy;
    struct pollfd entry = {.events = POLLIN};
    posix_spawn_file_actions_t actions;
    int ends[2];

    pipe2(ends, O_CLOEXEC);
    cost_of_waiting(ends[0], 1); /* prepares */
    brief = cost_of_waiting(ends[0], 1);
    lengthy = cost_of_waiting(ends[0], 20);
    fact(lengthy <= brief + 20, "waiting_long_costs_no_more_than_waiting");
    printf("# %llu us for 1 s, %llu us for 20 s\n", brief, lengthy);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    pid_t child = spawn("tell", &actions);
    close(ends[1]);
    entry.fd = ends[0];
    fact(poll(&entry, 1, -1) == 1 && entry.revents & POLLIN,
         "a_childs_output_ends_a_poll");
    status_of(child);
    while (read(ends[0], &(char){0}, 1) == 1)
        ;
    fact(poll(&entry, 1, -1) == 1 && entry.revents & POLLHUP,
         "its_end_is_told");
    close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return be_child(argv[1]);
    children_end();
    files_are_passed_on();
    pipes_join_programs();
    pipes_are_polled();
    return tap_end();
}
