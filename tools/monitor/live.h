/*
 * A run that is watched while it goes on: the simulator, started here, at the
 * other end of a socket (sim-kernel/port/sim/control.c).
 *
 *      live_to(900) --> runs --> live_answer(): at 900
 *      live_to(899) --> another process goes on from a checkpoint: at 899
 *
 * While it stands, everything up to `at` is in the trace file.
 */
#ifndef TOOLS_LIVE_H
#define TOOLS_LIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct live {
    int socket;
    FILE *lines;  /* from it */
    pid_t pid;    /* that stands now */
    pid_t first;  /* that was started */
    uint64_t at;  /* records so far */
    bool running; /* no answer yet to the last live_to() */
    bool over;    /* the run has ended at `at`, with `code` */
    bool gone;    /* nobody answers any more */
    int code;
};

/* Starts argv (NULL ended) with --control; its console goes to `console`, or
 * stays ours for NULL. Comes back when it stands at its first record, or has
 * gone. */
void live_start(struct live *l, char **argv, const char *console);
/* Goes on, or back, until there are so many records. */
void live_to(struct live *l, uint64_t record);
/* Stops behind each record of these events, too; while it stands. */
void live_kinds(struct live *l, uint64_t events);
/* A running one stops at its next record. */
void live_pause(struct live *l);
/* Waits up to `ms` (-1: as long as it takes) for it to stand. */
bool live_answer(struct live *l, int ms);
/* It waits for a debugger, and is its from then on. */
void live_debug(struct live *l);
/* Ends it, with its trace; the exit code. */
int live_quit(struct live *l);

#endif
