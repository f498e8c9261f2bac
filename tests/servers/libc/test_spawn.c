/*
 * Programs started by a program: posix_spawn(), waitpid(), kill() over the
 * process server and the file server (spawn.cfg). The child is this program
 * again, with a word that says what to do. A TAP producer.
 */
#define _GNU_SOURCE
#include "tap.h"
#include "waiting.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

/* "7 1 1 0 3": own number, parent's, SIGUSR1 blocked, SIGUSR2 ignored, names of
 * ours in the environment. */
static int tell_origin(void)
{
    struct sigaction action;
    sigset_t mask;
    int ours = 0;

    sigprocmask(SIG_BLOCK, 0, &mask);
    sigaction(SIGUSR2, 0, &action);
    for (char **entry = environ; *entry; entry++)
        ours += !strncmp(*entry, "VITRINE_", 8);
    printf("%d %d %d %d %d\n", getpid(), getppid(), sigismember(&mask, SIGUSR1),
           action.sa_handler == SIG_IGN, ours);
    return 0;
}

/* Which descriptors are open, and what comes from number 7 goes to 9. */
static int tell_descriptors(void)
{
    char text[20] = "";
    ssize_t got;

    for (int fd = 3; fd < 20; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            printf("%d ", fd);
    printf("\n");
    got = read(7, text, sizeof text);
    return got > 0 && write(9, text, (size_t)got) == got ? 0 : 1;
}

static volatile int *volatile nowhere = (volatile int *)8;

/* What the child does. */
static int be_child(const char *what)
{
    if (!strcmp(what, "copy"))
        return copy_input();
    if (!strcmp(what, "tell"))
        return tell_environment();
    if (!strcmp(what, "origin"))
        return tell_origin();
    if (!strcmp(what, "descriptors"))
        return tell_descriptors();
    if (!strcmp(what, "abort"))
        abort();
    if (!strcmp(what, "sleep"))
        return (int)sleep(1000);
    if (!strcmp(what, "fault"))
        return *nowhere;
    return atoi(what);
}

static pid_t spawn_as(const char *what, posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *attributes)
{
    char *argv[] = {SELF, (char *)what, 0};
    pid_t child = -1;
    int error = posix_spawn(&child, SELF, actions, attributes, argv, environ);

    if (error)
        printf("# posix_spawn: %s\n", strerror(error));
    return error ? -1 : child;
}

static pid_t spawn(const char *what, posix_spawn_file_actions_t *actions)
{
    return spawn_as(what, actions, 0);
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

/* A pipe of the file server tells when it is ready. */
static void pipes_are_polled(void)
{
    struct pollfd entry = {.events = POLLIN};
    posix_spawn_file_actions_t actions;
    int ends[2];

    pipe2(ends, O_CLOEXEC);
    entry.fd = ends[0];
    waiting_is_free(&entry, 1);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    pid_t child = spawn("tell", &actions);
    close(ends[1]);
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

/* --- who they are --------------------------------------------------------- */

static void children_know_themselves(void)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int self, parent, blocked, ignored, ours;
    char text[100];
    sigset_t set;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/out",
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, 0);
    signal(SIGUSR2, SIG_IGN);
    pid_t child = spawn("origin", &actions);
    status_of(child);
    read_file("/out", text, sizeof text);
    sscanf(text, "%d%d%d%d%d", &self, &parent, &blocked, &ignored, &ours);
    fact(self == child && child != getpid(), "a_child_knows_its_number");
    fact(parent == getpid(), "and_its_parents");
    fact(blocked && ignored && !ours, "and_inherits_masks");
    sigemptyset(&set);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &set);
    sigaddset(&set, SIGUSR2);
    posix_spawnattr_setsigdefault(&attributes, &set);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    status_of(spawn_as("origin", &actions, &attributes));
    read_file("/out", text, sizeof text);
    sscanf(text, "%d%d%d%d%d", &self, &parent, &blocked, &ignored, &ours);
    fact(!blocked && !ignored, "unless_attributes_say_otherwise");
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    fact(posix_spawn(&child, SELF, 0, &attributes, (char *[]){SELF, 0},
                     environ) == ENOSYS,
         "there_are_no_sessions");
    signal(SIGUSR2, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &set, 0);
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, 0);
    posix_spawn_file_actions_destroy(&actions);
}

static void descriptors_are_passed_on(void)
{
    posix_spawn_file_actions_t actions;
    int ends[2], file, closes, gone;
    char text[100];

    pipe2(ends, O_CLOEXEC);
    file = open("/in", O_RDONLY);               /* as it is */
    closes = open("/in", O_RDONLY | O_CLOEXEC); /* stays here */
    gone = open("/in", O_RDONLY);
    mkdir("/dir", 0700);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/out",
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addclose(&actions, gone);
    posix_spawn_file_actions_adddup2(&actions, ends[0], 7);
    posix_spawn_file_actions_addchdir_np(&actions, "/dir");
    posix_spawn_file_actions_addopen(&actions, 9, "made", O_WRONLY | O_CREAT,
                                     0600);
    write(ends[1], "passed", 6);
    fact(!status_of(spawn("descriptors", &actions)), "descriptors_are_passed");
    read_file("/out", text, sizeof text);
    fact(atoi(text) == file && strstr(text, " 7 9 \n") &&
             strlen(text) == strlen("3 7 9 \n"),
         "those_that_shall_be");
    read_file("/dir/made", text, sizeof text);
    fact(!strcmp(text, "passed"), "files_open_in_another_directory");
    close(ends[0]), close(ends[1]), close(file), close(closes), close(gone);
    posix_spawn_file_actions_destroy(&actions);
}

static volatile sig_atomic_t ends_seen;
static volatile pid_t end_of;
static volatile int end_status, end_code;

static void on_child(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)context;
    ends_seen++;
    end_of = info->si_pid;
    end_status = info->si_status;
    end_code = info->si_code;
}

static void ends_are_signalled(void)
{
    struct sigaction action = {.sa_sigaction = on_child,
                               .sa_flags = SA_SIGINFO};
    siginfo_t info = {0};
    pid_t child;
    int status;

    sigaction(SIGCHLD, &action, 0);
    child = spawn("5", 0);
    while (!ends_seen)
        usleep(1000);
    fact(end_of == child && end_status == 5 && end_code == CLD_EXITED,
         "a_childs_end_is_signalled");
    fact(!waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) &&
             info.si_pid == child && info.si_status == 5,
         "waitid_looks");
    fact(!waitid(P_ALL, 0, &info, WEXITED) && info.si_pid == child,
         "waitid_takes");
    fact(fails(waitid(P_ALL, 0, &info, WEXITED), ECHILD), "then_it_is_gone");
    child = spawn("abort", 0);
    status = status_of(child);
    fact(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
         "abort_is_an_end_by_signal");
    signal(SIGCHLD, SIG_DFL);
    child = spawn("sleep", 0);
    info.si_pid = 1;
    fact(!waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG) && !info.si_pid,
         "one_that_runs_is_none");
    kill(child, SIGTERM);
    fact(wait(&status) == child && WIFSIGNALED(status),
         "wait_takes_any_of_them");
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return be_child(argv[1]);
    children_end();
    files_are_passed_on();
    pipes_join_programs();
    pipes_are_polled();
    children_know_themselves();
    descriptors_are_passed_on();
    ends_are_signalled();
    return tap_end();
}
