/*
 * The options of start, and of the loader it is a method of.
 */
#ifndef NED_LUA_OPTIONS_H
#define NED_LUA_OPTIONS_H

#include "app.h"
#include <lua.h>

enum { ARGUMENTS_MAX = 64, CAPS_MAX = 64, ENVIRONMENT_MAX = 64 };

/* A request with room for what it points to; texts stay on Lua's stack. */
struct start {
    struct loader_request request;
    const char *argv[ARGUMENTS_MAX + 1];
    const char *envp[ENVIRONMENT_MAX + 1];
    struct loader_cap caps[CAPS_MAX];
    char name[24];
    l4_cap_idx_t log_factory; /* 0: ned's own allocator */
    l4_cap_idx_t own_log;     /* made here, 0: none */
    unsigned cpu_ms;          /* 0: no limit */
    bool shares_kernel;       /* no factory of its own */
    struct app_rule rule;
};

/* The options in the table at `index`, and what it does not say in that of the
 * loader: a Lua error names the first that is wrong. The
 * tables stay on the stack as long as `s` is used. */
void lua_options(lua_State *L, int loader, int index, struct start *s);
/* The table at `index` has the names of options only, or it is a Lua error. */
void lua_options_check(lua_State *L, int index);
/* The option `log` with the text on top of the stack. */
void lua_option_log(lua_State *L, struct start *s);
/* A number of the table at `index`, or `otherwise`. */
lua_Integer lua_option_field(lua_State *L, int index, const char *name,
                             lua_Integer otherwise, lua_Integer min,
                             lua_Integer max);
/* A scheduler with limits (moe's sched.h). */
l4_cap_idx_t lua_option_scheduler(lua_State *L, lua_Integer limit,
                                  lua_Integer offset, lua_Integer cpus);

#endif
