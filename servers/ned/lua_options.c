/*
 * The options of start (lua_start.c has their list): from a Lua table to a
 * request to the loader.
 *
 *      L4.Loader.new{mem = quota, log_fab = cons}   what each program gets that
 *      loader:start({log = "a"}, ...)               does not say otherwise;
 *      loader:start({mem = L4.Unset}, ...)          or says that it does not
 */
#include "lua_options.h"
#include "lua_cap.h"
#include <l4/re/env.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/scheduler.h>
#include <lauxlib.h>
#include <string.h>

static const char *const known[] = {
    "caps",      "cpu",     "cpus",    "factory",   "kmem",      "l4re_dbg",
    "ldr_flags", "log",     "log_fab", "mem",       "mem_alloc", "objects",
    "prio",      "quantum", "restart", "scheduler", "stack",
};
enum { OPTIONS_MAX = sizeof known / sizeof known[0] };

static bool is_known(const char *name)
{
    unsigned i = 0;
    while (i < OPTIONS_MAX && strcmp(known[i], name))
        i++;
    return i < OPTIONS_MAX;
}

/* A table's value of the wrong type: says where and what. */
static int wrong_type(lua_State *L, const char *what, const char *wanted)
{
    return luaL_error(L, "%s: %s expected, got %s", what, wanted,
                      luaL_typename(L, -1));
}

/* The value on top must be a capability. */
static struct lua_cap *option_cap(lua_State *L, const char *what)
{
    struct lua_cap *c = lua_cap_test(L, -1);
    if (!c)
        wrong_type(L, what, "a capability");
    return c;
}

/* By name: the order of Lua's tables is another on each machine. */
static void cap_insert(struct start *s, struct loader_cap cap)
{
    unsigned i = s->request.cap_count++;
    for (; i && strcmp(s->caps[i - 1].name, cap.name) > 0; i--)
        s->caps[i] = s->caps[i - 1];
    s->caps[i] = cap;
}

static void option_caps(lua_State *L, struct start *s)
{
    if (!lua_istable(L, -1))
        wrong_type(L, "caps", "a table");
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "caps: names must be texts");
        const char *name = lua_tostring(L, -2);
        if (strlen(name) > 15)
            luaL_error(L, "caps: name '%s' is longer than 15", name);
        if (s->request.cap_count == CAPS_MAX)
            luaL_error(L, "caps: more than %d", CAPS_MAX);
        if (lua_is_unset(L, -1)) {
            lua_pop(L, 1);
            continue;
        }
        const struct lua_cap *c = lua_cap_of(L, "caps", name, "a capability");
        cap_insert(s,
                   (struct loader_cap){name, c->cap, c->rights, c->attributes});
        lua_pop(L, 1);
    }
}

/* log = capability | "tag" | {"tag", "color"} */
void lua_option_log(lua_State *L, struct start *s)
{
    struct lua_cap *given = lua_cap_test(L, -1);
    const char *tag = NULL, *color = "";
    if (given) {
        s->request.log = given->cap;
        return;
    }
    if (lua_isstring(L, -1)) {
        tag = lua_tostring(L, -1);
    } else if (lua_istable(L, -1)) {
        lua_rawgeti(L, -1, 1);
        lua_rawgeti(L, -2, 2);
        tag = lua_tostring(L, -2);
        color = lua_isnil(L, -1) ? "" : lua_tostring(L, -1);
        lua_pop(L, 2); /* the table still holds the texts */
    }
    if (!tag || !color)
        wrong_type(L, "log", "a capability, \"tag\" or {\"tag\", \"color\"}");
    strncpy(s->name, tag, sizeof s->name - 1);
    l4_cap_idx_t slot = lua_cap_slot(L);
    l4_msgtag_t t = l4_factory_create_start(L4_PROTO_LOG, slot);
    l4_factory_create_add_str(tag, &t);
    l4_factory_create_add_str(color, &t);
    lua_l4_check(
        L,
        l4_error(l4_factory_create_commit(
            s->log_factory ? s->log_factory : l4re_env()->mem_alloc, t)),
        "log");
    l4_debugger_set_object_name(slot, lua_pushfstring(L, "%s.log", tag));
    lua_pop(L, 1);
    s->request.log = s->own_log = slot;
}

static lua_Integer option_number(lua_State *L, const char *what,
                                 lua_Integer min, lua_Integer max)
{
    if (!lua_isinteger(L, -1))
        wrong_type(L, what, "a whole number");
    lua_Integer n = lua_tointeger(L, -1);
    if (n < min || n > max)
        luaL_error(L, "%s: %I is not in %I..%I", what, n, min, max);
    return n;
}

l4_cap_idx_t lua_option_scheduler(lua_State *L, lua_Integer limit,
                                  lua_Integer offset, lua_Integer cpus)
{
    l4_cap_idx_t slot = lua_cap_slot(L);
    l4_msgtag_t t = l4_factory_create_start(L4_PROTO_SCHEDULER, slot);
    l4_factory_create_add_uint((l4_umword_t)limit, &t);
    l4_factory_create_add_uint((l4_umword_t)offset, &t);
    l4_factory_create_add_uint((l4_umword_t)cpus, &t);
    lua_l4_check(L,
                 l4_error(l4_factory_create_commit(l4re_env()->mem_alloc, t)),
                 "scheduler proxy");
    return slot;
}

lua_Integer lua_option_field(lua_State *L, int index, const char *name,
                             lua_Integer otherwise, lua_Integer min,
                             lua_Integer max)
{
    lua_getfield(L, index, name);
    if (!lua_isnil(L, -1))
        otherwise = option_number(L, name, min, max);
    lua_pop(L, 1);
    return otherwise;
}

/* A restart rule's names are known ones. */
static void rule_check(lua_State *L)
{
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        const char *name =
            lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
        if (strcmp(name, "after") && strcmp(name, "most") &&
            strcmp(name, "within") && strcmp(name, "delay"))
            luaL_error(L, "restart: unknown field '%s'", name);
    }
}

/* restart = true | "fault" | {after = "fault" | "end", most = n, within = ms,
 * delay = ms} */
static void option_restart(lua_State *L, struct start *s)
{
    struct app_rule *r = &s->rule;
    *r = (struct app_rule){.most = 10, .within_us = 10000000};
    if (lua_isboolean(L, -1)) {
        r->after_exit = r->after_fault = lua_toboolean(L, -1);
        return;
    }
    const char *after = lua_tostring(L, -1);
    if (lua_istable(L, -1)) {
        rule_check(L);
        int at = lua_gettop(L);
        r->most =
            (unsigned)lua_option_field(L, at, "most", r->most, 1, 1000000);
        r->within_us = 1000 * (l4_cpu_time_t)lua_option_field(
                                  L, at, "within", 10000, 1, 1 << 30);
        r->delay_us = 1000 * (l4_cpu_time_t)lua_option_field(L, at, "delay", 0,
                                                             0, 1 << 30);
        lua_getfield(L, at, "after");
        after = lua_isnil(L, -1) ? "end" : lua_tostring(L, -1);
        lua_pop(L, 1); /* the table still holds the text */
    }
    if (!after || (strcmp(after, "fault") && strcmp(after, "end")))
        luaL_error(L, "restart: true, \"fault\", \"end\" or a table expected");
    r->after_fault = true;
    r->after_exit = !strcmp(after, "end");
}

/* kmem = bytes | false. Shares the program ned's kernel memory? */
static bool option_kernel(lua_State *L, struct start *s)
{
    if (lua_isboolean(L, -1) && !lua_toboolean(L, -1))
        return true;
    s->request.kernel_limit = (l4_size_t)option_number(L, "kmem", 1, 1l << 40);
    return false;
}

/* One option: its name and, on top of the stack, its value. */
static void option(lua_State *L, struct start *s, const char *name)
{
    struct loader_request *r = &s->request;
    if (!strcmp(name, "caps"))
        option_caps(L, s);
    else if (!strcmp(name, "log"))
        lua_option_log(L, s);
    else if (!strcmp(name, "scheduler"))
        r->scheduler = option_cap(L, name)->cap;
    else if (!strcmp(name, "cpus"))
        r->scheduler = lua_option_scheduler(
            L, L4_SCHED_MAX_PRIO, 0,
            option_number(L, name, LUA_MININTEGER, LUA_MAXINTEGER));
    else if (!strcmp(name, "factory"))
        r->factory = option_cap(L, name)->cap;
    else if (!strcmp(name, "mem_alloc"))
        r->mem_alloc = option_cap(L, name)->cap;
    else if (!strcmp(name, "prio"))
        r->priority = (unsigned)option_number(L, name, 1, 255);
    else if (!strcmp(name, "quantum"))
        r->quantum = (l4_umword_t)option_number(L, name, 1, 1000000000);
    else if (!strcmp(name, "mem") && lua_cap_test(L, -1))
        r->mem_alloc = option_cap(L, name)->cap;
    else if (!strcmp(name, "mem"))
        r->memory_limit = (l4_size_t)option_number(L, name, 1, 1l << 40);
    else if (!strcmp(name, "kmem"))
        s->shares_kernel = option_kernel(L, s);
    else if (!strcmp(name, "cpu"))
        s->cpu_ms = (unsigned)option_number(L, name, 1, 1 << 30);
    else if (!strcmp(name, "objects"))
        r->object_limit = (unsigned)option_number(L, name, 1, 1 << 20);
    else if (!strcmp(name, "stack"))
        r->stack_size = (l4_size_t)option_number(L, name, 4096, 64 << 20);
    else if (!strcmp(name, "restart"))
        option_restart(L, s);
    /* l4re_dbg, ldr_flags: no effect; log_fab: lua_options() */
}

void lua_options_check(lua_State *L, int index)
{
    lua_pushnil(L);
    for (; lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "start: options must have names");
        if (!is_known(lua_tostring(L, -2)))
            luaL_error(L, "start: unknown option '%s'", lua_tostring(L, -2));
    }
}

/* The option's value, of the program's or else of the loader's, is pushed. */
static void value_push(lua_State *L, int loader, int index, const char *name)
{
    lua_pushstring(L, name);
    lua_rawget(L, index);
    if (!lua_isnil(L, -1))
        return;
    lua_pop(L, 1);
    lua_pushstring(L, name);
    lua_rawget(L, loader);
}

/* In order of their names, as some make objects: Lua's own order is another on
 * each machine. */
void lua_options(lua_State *L, int loader, int index, struct start *s)
{
    luaL_checktype(L, index, LUA_TTABLE);
    luaL_checkstack(L, CAPS_MAX + 16, "options");
    lua_options_check(L, index);
    value_push(L, loader, index, "log_fab"); /* comes behind `log` */
    if (!lua_isnil(L, -1) && !lua_is_unset(L, -1))
        s->log_factory = option_cap(L, "log_fab")->cap;
    lua_pop(L, 1);
    for (unsigned i = 0; i < OPTIONS_MAX; i++) {
        value_push(L, loader, index, known[i]);
        if (!lua_isnil(L, -1) && !lua_is_unset(L, -1))
            option(L, s, known[i]);
        lua_pop(L, 1);
    }
}
