/*
 * Systems that figures come from: the simulator's command line put together
 * piece by piece, and what its run printed.
 */
#ifndef BENCH_SYSTEM_H
#define BENCH_SYSTEM_H

#include "child.h"
#include "rows.h"

enum { PATH = 512, ARGS = 24 };

/* Of the last system_run(). */
extern struct child_result result;

struct command {
    const struct bench *bench;
    char text[ARGS][PATH];
    char *argv[ARGS + 1];
    unsigned count;
};

/* false, with the reason in r->why. */
bool cannot(struct row *r, const char *why);

void command_add(struct command *c, const char *format, const char *arg);
void command_add_program(struct command *c, const char *name);
/* The run writes a trace; NULL: none. */
void command_add_trace(struct command *c, const char *trace);
/* The simulator, for a system that starts with `boot`. */
void system_start(struct command *c, const struct bench *b, const char *boot);
/* Runs it; what went wrong goes to r->why. */
bool system_run(struct command *c, struct row *r);

/* A client, a server, a gate: bench_ipc. With a trace (NULL: without) so few
 * calls a batch (IPC_BOOT_FEW) that the ring holds them, or more. */
#define IPC_BOOT     "rom/ned rom/ipc.cfg"
#define IPC_BOOT_FEW "rom/ned rom/ipc.cfg 2000"
void ipc_system(struct command *c, const struct bench *b, const char *boot,
                const char *trace);
/* A figure of `result` that may be `times` the floor. */
bool floor_figure(struct row *r, const char *name, double times);

#endif
