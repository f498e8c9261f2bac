/*
 * What it costs to start a program and to wait for its end.
 *
 *      bench_spawn            capabilities: proc (a session), jdb
 *      bench_spawn TEXT       marks the trace with TEXT, and ends
 *      bench_spawn -          ends
 *
 * The program that is started is this one, with "-". Prints "BENCH spawn_time
 * ns": posix_spawn() through proc and waitpid(), host time, the best of several
 * rounds. Between marks in the trace: SPAWNS of them. What ned's own start
 * costs is counted between two programs that mark the trace (spawn.cfg).
 */
#include "bench_program.h"
#include <l4/re/env.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

const char bench_name[] = "bench_spawn";

enum { ROUNDS = 7, SPAWNS = 10 };

static void start_one(void)
{
    static char path[] = "rom/bench_spawn", nothing[] = "-";
    char *argv[] = {path, nothing, NULL}, *envp[] = {NULL};
    pid_t child;
    int status = 1;
    check("spawn", -posix_spawn(&child, path, NULL, NULL, argv, envp));
    if (waitpid(child, &status, 0) != child || status)
        check("wait", -L4_EIO);
}

static int64_t start_some(void)
{
    int64_t from = now();
    for (int i = 0; i < SPAWNS; i++)
        start_one();
    return (now() - from) / SPAWNS;
}

int main(int argc, char **argv)
{
    bench_jdb = l4re_env_get_cap("jdb");
    if (argc > 1 && strcmp(argv[1], "-"))
        mark(argv[1]);
    if (argc > 1)
        return 0;
    int64_t best = start_some();
    for (int i = 1; i < ROUNDS; i++)
        best = least(best, start_some());
    printf("BENCH spawn_time %ld\n", (long)best);
    mark("spawn");
    start_some();
    mark("end");
    return 0;
}
