/*
 * Apps: the programs ned has started, and how they ended.
 */
#ifndef NED_APP_H
#define NED_APP_H

#include "../lib/loader/loader.h"
#include <l4/sys/types.h>
#include <stdbool.h>

enum app_state { APP_RUNNING, APP_EXITED, APP_FAULTED, APP_KILLED };

struct app {
    enum app_state state;
    int code;            /* when EXITED */
    bool waited;         /* the script asked: the end is its business */
    bool counted;        /* its end went into the system's result */
    l4_cap_idx_t parent; /* gate, bound to ned's thread */
    struct loader_app task;
    l4_cap_idx_t log; /* made for it alone, 0: none */
    int exit_handler; /* reference into Lua's registry, or LUA_NOREF */
};

/* Starts a program; r->parent is filled in here. `log` (0: none) is its own
 * and goes with it. NULL: *ret_error says why, the log is gone. */
struct app *app_start(struct loader_request *r, l4_cap_idx_t log,
                      struct loader_error *ret_error);
/* Ends it if it runs. */
void app_kill(struct app *a);

/*
 * Waits for one message of a program, at most until `deadline` (us since
 * boot, 0: for ever), and deals with it. The app that has ended by it, or
 * NULL.
 */
struct app *app_serve(l4_cpu_time_t deadline);
/* Is any still running? */
bool app_any_running(void);
/*
 * The ends nobody waited for: faults are counted, the first non-zero exit
 * code becomes the system's result. That result.
 */
int app_publish_result(void);

#endif
