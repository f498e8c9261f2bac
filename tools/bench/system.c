/* The commands of system.h. */
#include "system.h"
#include "floor.h"

#include <stdio.h>
#include <string.h>

struct child_result result;

bool cannot(struct row *r, const char *why)
{
    snprintf(r->why, sizeof(r->why), "%s", why);
    return false;
}

void command_add(struct command *c, const char *format, const char *arg)
{
    snprintf(c->text[c->count], PATH, format, arg);
    c->argv[c->count] = c->text[c->count];
    c->argv[++c->count] = NULL;
}

void command_add_trace(struct command *c, const char *trace)
{
    if (!trace)
        return;
    command_add(c, "%s", "--trace");
    command_add(c, "%s", trace);
}

void command_add_program(struct command *c, const char *name)
{
    char path[PATH];

    snprintf(path, sizeof(path), "%s/programs/%s", c->bench->build, name);
    command_add(c, "%s", path);
}

void system_start(struct command *c, const struct bench *b, const char *boot)
{
    *c = (struct command){.bench = b};
    command_add(c, "%s/sim-kernel/port/sim/vitrine-sim", b->build);
    command_add(c, "%s", "--host-clock");
    command_add(c, "%s", "--system");
    command_add(c, "%s", "bench");
    command_add(c, "%s", "--command");
    command_add(c, "%s", boot);
}

bool system_run(struct command *c, struct row *r)
{
    if (!child_run(c->argv, &result))
        return cannot(r, "the simulator could not be started");
    if (result.code) {
        char *end = strchr(result.output, '\n');
        if (end)
            *end = 0;
        snprintf(r->why, sizeof(r->why), "exit code %d: %.180s", result.code,
                 result.output);
        return false;
    }
    return true;
}

void ipc_system(struct command *c, const struct bench *b, const char *boot,
                const char *trace)
{
    system_start(c, b, boot);
    command_add_trace(c, trace);
    command_add_program(c, "sigma0");
    command_add_program(c, "moe");
    command_add_program(c, "ned");
    command_add_program(c, "bench_server");
    command_add_program(c, "bench_ipc");
    command_add(c, "%s/tools/bench/ipc.cfg", b->root);
}

bool floor_figure(struct row *r, const char *name, double times)
{
    if (!child_figure(&result, name, &r->value))
        return cannot(r, "the program printed no such figure");
    r->floor = floor_round_trip();
    r->target = times * r->floor;
    return true;
}
