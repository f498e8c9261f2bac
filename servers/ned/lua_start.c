/*
 * Starting programs from Lua.
 *
 *      local app = L4.default_loader:start(
 *          {caps = {svc = chan:svr()}, log = {"server", "green"}, prio = 5},
 *          "rom/server -v", {HOME = "/"})
 *      local code, why = app:wait()    -- code, or nil and "fault"
 *
 * Options of start, all optional:
 *      caps       name -> capability
 *      log        capability, or tag, or {tag, color}
 *      mem        bytes the program may allocate
 *      kmem       bytes of kernel memory, from ned's, as a factory of its own
 *                 (a sixteenth of what ned has left); false: it shares ned's
 *      objects    objects and names it may have in moe, from ned's (likewise)
 *      cpu        ms of CPU time, of all its threads: then it ends (limit.h)
 *      prio       priority (2), quantum in us (the kernel's)
 *      stack      bytes (64 KiB)
 *      scheduler, factory, mem_alloc   capabilities
 *      restart    true | "fault" | {after, most, within, delay}: when it is
 *                 started again (app.h)
 *      cpus       L4.Cpu_set(...): a scheduler proxy for these alone
 *      l4re_dbg, ldr_flags             accepted for L4Re's sake, no effect
 * A misspelt option is an error, so is a value of the wrong type: the
 * message begins with file and line of the script.
 */
#include "lua_start.h"
#include "app.h"
#include "control.h"
#include "lua_app.h"
#include "lua_cap.h"
#include "limit.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <lauxlib.h>
#include <string.h>

enum {
    ARGUMENTS_MAX = 64,
    CAPS_MAX = 64,
    ENVIRONMENT_MAX = 64,
    OPTIONS_MAX = 64, /* there are not so many */
};

/* A request with room for what it points to; texts stay on Lua's stack. */
struct start {
    struct loader_request request;
    const char *argv[ARGUMENTS_MAX + 1];
    const char *envp[ENVIRONMENT_MAX + 1];
    struct loader_cap caps[CAPS_MAX];
    char name[24];
    l4_cap_idx_t own_log; /* made here, 0: none */
    unsigned cpu_ms;      /* 0: no limit */
    bool shares_kernel;   /* no factory of its own */
    struct app_rule rule;
};

/* --- options -------------------------------------------------------- */

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
        struct lua_cap *c = lua_cap_test(L, -1);
        if (!c)
            luaL_error(L, "caps: '%s': a capability expected, got %s", name,
                       luaL_typename(L, -1));
        cap_insert(s,
                   (struct loader_cap){name, c->cap, c->rights, c->attributes});
        lua_pop(L, 1);
    }
}

/* log = capability | "tag" | {"tag", "color"} */
static void option_log(lua_State *L, struct start *s)
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
        L, l4_error(l4_factory_create_commit(l4re_env()->mem_alloc, t)), "log");
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

/* A scheduler with limits: of all CPUs, up to priority 255 (moe's sched.h). */
static l4_cap_idx_t sched_proxy(lua_State *L, lua_Integer limit,
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

/* A number of the table at `index`, or `otherwise`. */
static lua_Integer field(lua_State *L, int index, const char *name,
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
        r->most = (unsigned)field(L, at, "most", r->most, 1, 1000000);
        r->within_us =
            1000 * (l4_cpu_time_t)field(L, at, "within", 10000, 1, 1 << 30);
        r->delay_us =
            1000 * (l4_cpu_time_t)field(L, at, "delay", 0, 0, 1 << 30);
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
        option_log(L, s);
    else if (!strcmp(name, "scheduler"))
        r->scheduler = option_cap(L, name)->cap;
    else if (!strcmp(name, "cpus"))
        r->scheduler =
            sched_proxy(L, L4_SCHED_MAX_PRIO, 0,
                        option_number(L, name, LUA_MININTEGER, LUA_MAXINTEGER));
    else if (!strcmp(name, "factory"))
        r->factory = option_cap(L, name)->cap;
    else if (!strcmp(name, "mem_alloc"))
        r->mem_alloc = option_cap(L, name)->cap;
    else if (!strcmp(name, "prio"))
        r->priority = (unsigned)option_number(L, name, 1, 255);
    else if (!strcmp(name, "quantum"))
        r->quantum = (l4_umword_t)option_number(L, name, 1, 1000000000);
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
    else if (strcmp(name, "l4re_dbg") && strcmp(name, "ldr_flags"))
        luaL_error(L, "start: unknown option '%s'", name);
}

/* In order of their names, as some make objects: Lua's own order is another on
 * each machine. */
static void options(lua_State *L, int index, struct start *s)
{
    const char *names[OPTIONS_MAX]; /* the table's own */
    unsigned count = 0;
    luaL_checktype(L, index, LUA_TTABLE);
    lua_pushnil(L);
    for (; lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "start: options must have names");
        if (count == OPTIONS_MAX)
            luaL_error(L, "start: more than %d options", OPTIONS_MAX);
        const char *name = lua_tostring(L, -2);
        unsigned at = count++;
        for (; at && strcmp(names[at - 1], name) > 0; at--)
            names[at] = names[at - 1];
        names[at] = name;
    }
    for (unsigned i = 0; i < count; i++) {
        lua_getfield(L, index, names[i]);
        option(L, s, names[i]);
        lua_pop(L, 1);
    }
}

/* --- arguments ------------------------------------------------------ */

static void argument_add(lua_State *L, struct start *s, const char *text)
{
    if (s->request.argc == ARGUMENTS_MAX)
        luaL_error(L, "start: more than %d arguments", ARGUMENTS_MAX);
    s->argv[s->request.argc++] = text;
}

/* "rom/prog a b": split at spaces, into texts on Lua's stack. */
static void arguments_split(lua_State *L, const char *command, struct start *s)
{
    luaL_checkstack(L, ARGUMENTS_MAX + 4, "arguments");
    while (*command) {
        size_t n = strcspn(command, " ");
        if (n)
            argument_add(L, s, lua_pushlstring(L, command, n));
        command += n;
        command += strspn(command, " ");
    }
}

static void environment(lua_State *L, int index, struct start *s)
{
    int n = 0;
    if (lua_isnoneornil(L, index))
        return;
    luaL_checktype(L, index, LUA_TTABLE);
    luaL_checkstack(L, ENVIRONMENT_MAX + 4, "environment");
    lua_newtable(L); /* keeps the texts */
    int keep = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        if (n == ENVIRONMENT_MAX || lua_type(L, -2) != LUA_TSTRING ||
            !lua_isstring(L, -1))
            luaL_error(L, "environment: name = \"text\" expected");
        s->envp[n] = lua_pushfstring(L, "%s=%s", lua_tostring(L, -2),
                                     lua_tostring(L, -1));
        lua_rawseti(L, keep, ++n);
        lua_pop(L, 1);
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Programs get `rom` unless the description gives another. */
static void add_rom(struct start *s)
{
    l4_cap_idx_t rom = l4re_env_get_cap("rom");
    for (unsigned i = 0; i < s->request.cap_count; i++)
        if (!strcmp(s->caps[i].name, "rom"))
            return;
    if (s->request.cap_count < CAPS_MAX && l4_is_valid_cap(rom))
        s->caps[s->request.cap_count++] =
            (struct loader_cap){"rom", rom, L4_CAP_FPAGE_R, 0};
}

/* A log of its own, with the program's name as tag. */
static void add_log(lua_State *L, struct start *s)
{
    if (s->request.log)
        return;
    lua_pushstring(L, base_name(s->argv[0]));
    option_log(L, s);
}

static int start(lua_State *L, struct start *s)
{
    if (!s->request.argc)
        return luaL_error(L, "start: no program named");
    add_rom(s);
    add_log(L, s);
    if (!s->name[0])
        strncpy(s->name, base_name(s->argv[0]), sizeof s->name - 1);
    s->request.argv = s->argv;
    s->request.envp = s->envp;
    s->request.caps = s->caps;
    s->request.name = s->name;
    if (!s->request.kernel_limit && !s->request.factory && !s->shares_kernel)
        s->request.kernel_limit = LOADER_SHARE;
    if (!s->request.object_limit)
        s->request.object_limit = LOADER_SHARE;
    if (s->cpu_ms)
        s->rule.cpu_limit = limit_cpu(L, &s->request.scheduler, s->cpu_ms);
    struct loader_error error = {0};
    luaL_where(L, 1);
    struct app *a = app_start(&s->request, s->own_log, &s->rule,
                              lua_tostring(L, -1), &error);
    if (!a)
        return luaL_error(L, "%s", error.text);
    lua_app_push(L, a);
    return 1;
}

/* --- the loader's methods ------------------------------------------- */

/* A method called with '.': that is always a slip. */
static void check_self(lua_State *L, const char *method)
{
    if (!lua_istable(L, 1))
        luaL_error(L, "write loader:%s(...), with a colon", method);
}

static int loader_lua_start(lua_State *L)
{
    struct start s = {0};
    check_self(L, "start");
    const char *command = luaL_checkstring(L, 3);
    options(L, 2, &s);
    environment(L, 4, &s);
    arguments_split(L, command, &s);
    return start(L, &s);
}

/* The environment may follow the arguments. */
static int loader_lua_startv(lua_State *L)
{
    struct start s = {0};
    check_self(L, "startv");
    int top = lua_gettop(L);
    options(L, 2, &s);
    if (top > 3 && lua_istable(L, top))
        environment(L, top--, &s);
    for (int i = 3; i <= top; i++)
        argument_add(L, &s, luaL_checkstring(L, i));
    return start(L, &s);
}

static int loader_lua_new_channel(lua_State *L)
{
    l4_cap_idx_t slot = lua_cap_slot(L);
    lua_l4_check(L,
                 l4_error(l4_factory_create_gate(l4re_env()->factory, slot,
                                                 L4_INVALID_CAP, 0)),
                 "new_channel");
    if (lua_isstring(L, 2)) /* a name, for diagrams */
        l4_debugger_set_object_name(slot, lua_tostring(L, 2));
    lua_cap_push(L, slot, L4_CAP_FPAGE_RO, 0);
    return 1;
}

/* L4.Loader.create_sched_proxy{prio_limit, prio_offset, cpus}, also as a
 * method. */
static int loader_lua_sched_proxy(lua_State *L)
{
    int at = lua_gettop(L);
    luaL_checktype(L, at, LUA_TTABLE);
    l4_cap_idx_t proxy = sched_proxy(
        L,
        field(L, at, "prio_limit", L4_SCHED_MAX_PRIO, LUA_MININTEGER,
              LUA_MAXINTEGER),
        field(L, at, "prio_offset", 0, LUA_MININTEGER, LUA_MAXINTEGER),
        field(L, at, "cpus", ~0ll, LUA_MININTEGER, LUA_MAXINTEGER));
    lua_cap_push(L, proxy, L4_CAP_FPAGE_RWS, 0);
    return 1;
}

/* The table at `index` as a name space: capabilities by their names, and name
 * spaces below it as tables. It stays on the stack as a capability. */
static void namespace_build(lua_State *L, int index, int depth)
{
    l4_cap_idx_t space = lua_cap_slot(L);
    if (depth > 8)
        luaL_error(L, "create_namespace: name spaces within more than 8");
    lua_l4_check(L,
                 l4_error(l4_factory_create(l4re_env()->mem_alloc,
                                            L4RE_PROTO_NAMESPACE, space)),
                 "create_namespace");
    lua_cap_push(L, space, L4_CAP_FPAGE_RW, 0);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "create_namespace: names must be texts");
        if (lua_istable(L, -1)) {
            namespace_build(L, lua_gettop(L), depth + 1);
            lua_remove(L, -2);
        }
        const char *name = lua_tostring(L, -2);
        const struct lua_cap *c = lua_cap_test(L, -1);
        if (!c)
            luaL_error(L,
                       "create_namespace: '%s': a capability or a table "
                       "expected, got %s",
                       name, luaL_typename(L, -1));
        lua_cap_register(L, space, name, c);
        lua_pop(L, 1);
    }
}

/* L4.Loader.create_namespace{name = capability, name = {...}}, also as a
 * method. */
static int loader_lua_namespace(lua_State *L)
{
    int at = lua_gettop(L);
    luaL_checktype(L, at, LUA_TTABLE);
    luaL_checkstack(L, 64, "create_namespace");
    namespace_build(L, at, 1);
    return 1;
}

/* The capability by which other programs see and end ned's (control.c). */
static int loader_lua_control(lua_State *L)
{
    static l4_cap_idx_t control = L4_INVALID_CAP;
    if (l4_is_invalid_cap(control)) {
        l4_cap_idx_t slot = lua_cap_slot(L);
        lua_l4_check(L, control_create(slot), "control");
        control = slot;
    }
    lua_cap_push(L, control, L4_CAP_FPAGE_RS, 0);
    return 1;
}

/* L4.Loader.new{...}: the options are kept for the script's own use. */
static int loader_lua_new(lua_State *L)
{
    if (lua_isnoneornil(L, 1))
        lua_newtable(L);
    else
        lua_settop(L, 1);
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_setmetatable(L, -2);
    return 1;
}

void lua_start_open(lua_State *L)
{
    static const luaL_Reg loader_methods[] = {
        {"start", loader_lua_start},
        {"startv", loader_lua_startv},
        {"new_channel", loader_lua_new_channel},
        {"create_sched_proxy", loader_lua_sched_proxy},
        {"create_namespace", loader_lua_namespace},
        {"control", loader_lua_control},
        {NULL, NULL},
    };
    lua_app_open(L);
    luaL_newlib(L, loader_methods);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, loader_lua_new, 1);
    lua_setfield(L, -2, "new");
}
