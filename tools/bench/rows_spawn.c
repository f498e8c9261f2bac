/* The figures of rows_spawn.h. */
#include "rows_spawn.h"
#include "floor.h"
#include "rows_files.h"
#include "system.h"

#include <stdio.h>
#include <unistd.h>

enum { SPAWNS = 10 }; /* between marks, in bench_spawn and spawn.cfg */

static bool run(const struct bench *b, struct row *r, const char *trace)
{
    static const char *const programs[] = {"sigma0", "moe", "ned", "proc",
                                           "bench_spawn"};
    struct command c;

    system_start(&c, b, "rom/ned rom/spawn.cfg");
    command_add_trace(&c, trace);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        command_add_program(&c, programs[i]);
    command_add(&c, "%s/tools/bench/spawn.cfg", b->root);
    return system_run(&c, r);
}

bool measure_spawn_calls(const struct bench *b, struct row *r)
{
    char trace[PATH];

    snprintf(trace, sizeof(trace), "%s/bench-spawn.vtr", b->build);
    bool is_done = run(b, r, trace) && count_calls(trace, r, SPAWNS);
    unlink(trace);
    return is_done;
}

bool measure_spawn_time(const struct bench *b, struct row *r)
{
    struct row calls = {.name = "spawn"};

    if (!measure_spawn_calls(b, &calls))
        return cannot(r, calls.why);
    if (!run(b, r, NULL))
        return false;
    if (!child_figure(&result, r->name, &r->value))
        return cannot(r, "bench_spawn printed no such figure");
    r->floor = calls.value * floor_round_trip();
    return true;
}
