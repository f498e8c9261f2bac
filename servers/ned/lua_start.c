/*
 * Starting programs from Lua.
 *
 *      local app = L4.default_loader:start(
 *          {caps = {svc = chan:svr()}, log = {"server", "green"}, prio = 5},
 *          "rom/server -v", {HOME = "/"})
 *      local code, why = app:wait()    -- code, or nil and "fault"
 *
 * Options of start, all optional:
 *      caps       name -> capability, or "rom/NAME"
 *      log        capability, or tag, or {tag, color}
 *      log_fab    capability: who makes the log (moe)
 *      mem        bytes the program may allocate, or as mem_alloc
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
 * L4.Loader.new{...} makes a loader whose options hold for all it starts, where
 * the program's own do not say otherwise; L4.Unset: as if it were not there.
 *
 * A command is split at white space and has no quotes, as L4Re's; startv takes
 * arguments one by one, and the environment as its last.
 *
 * A misspelt option is an error, so is a value of the wrong type: the
 * message begins with file and line of the script.
 */
#include "lua_start.h"
#include "app.h"
#include "control.h"
#include "lua_app.h"
#include "lua_cap.h"
#include "lua_options.h"
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

/* --- arguments ------------------------------------------------------ */

static void argument_add(lua_State *L, struct start *s, const char *text)
{
    if (s->request.argc == ARGUMENTS_MAX)
        luaL_error(L, "start: more than %d arguments", ARGUMENTS_MAX);
    s->argv[s->request.argc++] = text;
}

/* "rom/prog a b": split at white space, into texts on Lua's stack. */
static void arguments_split(lua_State *L, const char *command, struct start *s)
{
    static const char space[] = " \t\n\v\f\r";
    luaL_checkstack(L, ARGUMENTS_MAX + 4, "arguments");
    while (*command) {
        size_t n = strcspn(command, space);
        if (n)
            argument_add(L, s, lua_pushlstring(L, command, n));
        command += n;
        command += strspn(command, space);
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
    for (; lua_next(L, index); lua_pop(L, 1)) {
        if (lua_is_unset(L, -1))
            continue;
        if (n == ENVIRONMENT_MAX || lua_type(L, -2) != LUA_TSTRING ||
            !lua_isstring(L, -1))
            luaL_error(L, "environment: name = \"text\" expected");
        s->envp[n] = lua_pushfstring(L, "%s=%s", lua_tostring(L, -2),
                                     lua_tostring(L, -1));
        lua_rawseti(L, keep, ++n);
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
    lua_option_log(L, s);
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
    lua_options(L, 1, 2, &s);
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
    lua_options(L, 1, 2, &s);
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
    l4_cap_idx_t proxy = lua_option_scheduler(
        L,
        lua_option_field(L, at, "prio_limit", L4_SCHED_MAX_PRIO, LUA_MININTEGER,
                         LUA_MAXINTEGER),
        lua_option_field(L, at, "prio_offset", 0, LUA_MININTEGER,
                         LUA_MAXINTEGER),
        lua_option_field(L, at, "cpus", ~0ll, LUA_MININTEGER, LUA_MAXINTEGER));
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
        if (lua_is_unset(L, -1)) {
            lua_pop(L, 1);
            continue;
        }
        if (lua_istable(L, -1)) {
            namespace_build(L, lua_gettop(L), depth + 1);
            lua_remove(L, -2);
        }
        const char *name = lua_tostring(L, -2);
        const struct lua_cap *c =
            lua_cap_of(L, "create_namespace", name, "a capability or a table");
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

/* L4.Loader.new{...}: a loader with options of its own. */
static int loader_lua_new(lua_State *L)
{
    if (lua_isnoneornil(L, 1))
        lua_newtable(L);
    else
        lua_settop(L, 1);
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_options_check(L, lua_gettop(L));
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
