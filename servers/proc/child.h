/*
 * A process: what is being prepared, the task, and what is known of its end.
 *
 *      account (a client's) <--- process <--- handle (a capability) ... n
 *                                   |  \---- waiters, notifications
 *                                   +--- parent gate: its last words
 *
 * I1  a process is on the list, by ascending numbers, exactly while it was
 *     started and has not been freed.
 * I2  it is freed when it does not run and no handle is left.
 * I3  it counts for its account from its making until it has ended (or, if it
 *     was never started, is freed).
 * I4  one that does not run has no task, no parent gate and no waiters; one
 *     that has ended holds no capabilities.
 * I5  one that is held runs, and somebody has a handle to let it go on.
 * I6  one whose file is being read is PROCESS_NEW, is not changed, and is freed
 *     only when that is over.
 */
#ifndef PROC_CHILD_H
#define PROC_CHILD_H

#include "image.h"
#include "../lib/loader/loader.h"
#include <l4/re/c/server.h>
#include <l4/vitrine/process.h>

enum {
    PROCESS_ARGUMENTS = 64,
    PROCESS_VARIABLES = 64,
    PROCESS_TEXT = 8192, /* bytes of arguments and variables */
    PROCESS_CAPS = 32,
    PROCESS_CAP_NAME = 15,
    PROCESS_PATH = 200,
    PROCESS_NAME = 31,
    PROCESS_WAITERS = 8,
};

/* What a client may have; outlives its session. */
struct account {
    unsigned references; /* its session, and processes that count for it */
    unsigned processes, limit;
};

struct child {
    /* First: messages of the parent gate come here. */
    struct l4re_endpoint last_words;
    struct child *next; /* I1 */
    struct account *account;
    l4_umword_t id; /* 0: never started */
    unsigned state; /* PROCESS_... */
    int code;
    unsigned handles;

    /* being prepared */
    char path[PROCESS_PATH + 1];
    char *argv[PROCESS_ARGUMENTS + 1], *envp[PROCESS_VARIABLES + 1];
    unsigned argc, envc;
    size_t text; /* bytes */
    struct loader_cap caps[PROCESS_CAPS];
    char cap_names[PROCESS_CAPS][PROCESS_CAP_NAME + 1];
    unsigned cap_count;
    l4_size_t memory, stack;
    unsigned priority;
    unsigned cpu_ms; /* 0: as much as there is */
    struct loader_error problem;

    /* being started */
    struct image_reading reading;
    bool is_read; /* I6 */
    struct l4re_caller starter;

    /* running */
    struct loader_app app;
    l4_cap_idx_t parent;
    l4_cap_idx_t cpu_limit; /* its scheduler, with a limit; 0: it has none */
    l4_umword_t time_us;    /* kept at its end */
    bool is_held;           /* I5 */

    struct l4re_caller waiters[PROCESS_WAITERS];
    unsigned waiter_count;
    l4_cap_idx_t notify; /* L4_INVALID_CAP: nobody */
};

/* NULL: no memory, or the account's limit is reached. */
struct child *child_new(struct account *a, const char *path);
/* One handle less; keeps I2. */
void child_drop(struct child *p);
/* The first with a number above `after`, or NULL. */
struct child *child_after(l4_umword_t after);

long child_argument(struct child *p, const char *text);
long child_variable(struct child *p, const char *text);
/* `cap` is the process's from now on, whatever comes of it. */
long child_give(struct child *p, const char *name, unsigned rights,
                l4_cap_idx_t cap);
/* Can it still be prepared, and started? */
bool child_is_new(const struct child *p);
/* Starts it, or, where its file is read first, answers later. */
long child_start(struct child *p, struct l4re_session *session,
                 l4_umword_t *ret_id);
void child_kill(struct child *p, struct l4re_server *s, int signal);

/* The running one with this scheduler; NULL: there is none. */
struct child *child_limited(l4_cap_idx_t cpu_limit);

const char *child_name(const struct child *p);
/* us of CPU time (loader_time()). */
l4_umword_t child_time(const struct child *p);
/* For clients: PROCESS_... */
unsigned child_state(const struct child *p);
/* It gets no CPU time from now on (on), or again. */
long child_hold(struct child *p, bool on);

/* The interrupt is triggered at its end; it is the process's from now on. */
void child_notify(struct child *p, l4_cap_idx_t irq);

/* With one reference; NULL: no memory. */
struct account *account_new(unsigned limit);
void account_drop(struct account *a);

/* Check the invariants after each start and end, and stop if one is broken. */
extern bool child_checks;
/* ---- cpu.c ---- */

/* A scheduler with a limit into *ret_limit, which passes on to `scheduler`; the
 * last capability to it ends it. */
long cpu_limit_make(struct l4re_server *s, l4_cap_idx_t scheduler, unsigned ms,
                    l4_cap_idx_t *ret_limit);

/* NULL, or the invariant that does not hold. */
const char *child_check(void);

#endif
