/*
 * Apps: the programs ned has started, how they ended, and whether they are
 * started again.
 */
#ifndef NED_APP_H
#define NED_APP_H

#include "../lib/loader/loader.h"
#include <l4/re/c/server.h>
#include <l4/sys/types.h>
#include <stdbool.h>

enum app_state { APP_RUNNING, APP_EXITED, APP_FAULTED, APP_KILLED };

/* When a program that ended by itself is started again; all 0: never. */
struct app_rule {
    bool after_exit, after_fault; /* killed by another program counts as one */
    unsigned most;                /* times within `within_us`, then no more */
    l4_cpu_time_t within_us;
    l4_cpu_time_t delay_us;
    l4_cap_idx_t cpu_limit; /* its scheduler, with a limit; 0: it has none */
};

struct app {
    struct l4re_endpoint last_words; /* first: messages of its parent gate */
    enum app_state state;
    enum app_state last_state; /* how it ended the last time, */
    int code;                  /* when EXITED, or the signal it was killed by */
    bool waited;               /* the script asked: the end is its business */
    bool counted;              /* its end went into the system's result */
    l4_cap_idx_t parent;       /* gate, bound to ned's thread */
    struct loader_app task;
    l4_cap_idx_t log; /* made for it alone, 0: none */
    int exit_handler; /* reference into Lua's registry, or LUA_NOREF */

    struct app_rule rule;
    struct app_plan *plan;    /* what to start again; NULL: never */
    struct l4re_timer again;  /* set: it has ended and will be started */
    unsigned starts;          /* all of them */
    unsigned recent;          /* starts since `since` */
    l4_cpu_time_t since;      /* us */
    l4_cpu_time_t time_us;    /* of CPU time, of what has ended */
    char name[24], where[64]; /* for people; "file:line: " */
};

/* Once, before all others; ned's main thread becomes a server. */
long apps_init(void);
/* Ends all: ned does not leave programs without a parent. */
void apps_kill(void);

/* Starts a program; r->parent is filled in here. `log` (0: none) is its own
 * and goes with it. `where` it stands in the description. NULL: *ret_error
 * says why, the log is gone. */
struct app *app_start(struct loader_request *r, l4_cap_idx_t log,
                      const struct app_rule *rule, const char *where,
                      struct loader_error *ret_error);
/* Ends it if it runs; it is not started again. */
void app_kill(struct app *a);
/* It has used up its CPU time: it ends for good. */
void app_over(l4_cap_idx_t cpu_limit);
/* Likewise, for another program: the rule holds. */
void app_kill_for(struct app *a, int signal);
/* us of CPU time, its main thread's. */
l4_cpu_time_t app_time(const struct app *a);
bool app_has_task(const struct app *a);

/* The n-th that was started (from 0), NULL: there are not so many. */
struct app *app_at(unsigned n);
struct l4re_server *app_server(void);

/*
 * Serves until a program has ended, at most until `deadline` (us since boot,
 * 0: for ever). The app that has ended, perhaps to be started again, or NULL.
 */
struct app *app_serve(l4_cpu_time_t deadline);
/* Is any still running, or about to be started again? */
bool app_any_running(void);
/*
 * The ends nobody waited for: faults are counted, the first non-zero exit
 * code becomes the system's result. That result.
 */
int app_publish_result(void);

#endif
