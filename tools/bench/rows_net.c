/* The figures of rows_net.h. */
#include "rows_net.h"
#include "child.h"
#include "rows_files.h"
#include "system.h"

#include <stdio.h>
#include <unistd.h>

static bool run(const struct bench *b, struct row *r, const char *trace)
{
    static const char *const programs[] = {"sigma0", "moe", "ned",
                                           "switch", "net", "bench_net"};
    struct command c;

    system_start(&c, b, "rom/ned rom/net.cfg");
    command_add_trace(&c, trace);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        command_add_program(&c, programs[i]);
    command_add(&c, "%s/tools/bench/net.cfg", b->root);
    return system_run(&c, r);
}

bool measure_net_tcp(const struct bench *b, struct row *r)
{
    if (!run(b, r, NULL))
        return false;
    if (!child_figure(&result, r->name, &r->value))
        return cannot(r, "bench_net printed no such figure");
    r->floor = 1;
    return true;
}

bool measure_net_lease(const struct bench *b, struct row *r)
{
    char trace[PATH];

    snprintf(trace, sizeof(trace), "%s/bench-net.vtr", b->build);
    bool is_done = run(b, r, trace) && count_calls(trace, r, 1);
    unlink(trace);
    return is_done;
}
