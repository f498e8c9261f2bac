/*
 * Jobs: what a line started, as one thing to wait for and to end.
 *
 * I1  a job's process slots hold a capability exactly while it is not done.
 */
#ifndef SHELL_JOB_H
#define SHELL_JOB_H

#include "parse.h"
#include <l4/sys/types.h>

enum { JOBS_MAX = 16, JOB_STATUS_SIGNAL = 128 };

struct job {
    bool is_used;
    unsigned number; /* %1 ... */
    unsigned processes, running;
    l4_cap_idx_t process[PARSE_STAGES];
    bool is_running[PARSE_STAGES];
    bool in_background, is_held;
    int status; /* of the last process, when it is done */
    char text[64];
};

/* Starts the programs of a line; NULL: it has said why. A first stage for
 * which `is_builtin` is left out; its output goes to *ret_output then. */
struct job *job_start(const struct command *c, bool first_is_builtin,
                      l4_cap_idx_t *ret_output);
/* Its programs get no CPU time (on), or again; false: none of them can be
 * held. */
bool job_hold(struct job *j, bool on);
/* Lets it go on, and waits until it is done or stopped by Ctrl-Z; Ctrl-C ends
 * it. Its status. */
int job_wait(struct job *j);
void job_kill(struct job *j, int signal);
/* Looks who has ended; background jobs that are done are told and forgotten. */
void jobs_look(bool tells);
void jobs_list(void);
/* "%2", "2"; the last one for NULL. NULL: there is no such job. */
struct job *job_find(const char *text);

#endif
