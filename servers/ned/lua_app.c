/*
 * Apps as Lua values: an app's end, and what is done about it.
 */
#include "lua_app.h"
#include "cpulimit.h"
#include <lauxlib.h>

static const char class_name[] = "L4.App";

void lua_app_push(lua_State *L, struct app *a)
{
    *(struct app **)lua_newuserdatauv(L, sizeof a, 0) = a;
    luaL_setmetatable(L, class_name);
}

static struct app *app_check(lua_State *L)
{
    return *(struct app **)luaL_checkudata(L, 1, class_name);
}

/* What wait() returns for an app that has ended. */
static int app_push_end(lua_State *L, const struct app *a)
{
    if (a->last_state == APP_EXITED) {
        lua_pushinteger(L, a->code);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, a->last_state == APP_FAULTED ? "fault"
                      : a->code == CPULIMIT_SIGNAL ? "cpu"
                                                   : "killed");
    return 2;
}

void lua_app_serve(lua_State *L, unsigned long deadline)
{
    struct app *a = app_serve(deadline);
    if (!a || a->exit_handler == LUA_NOREF)
        return;
    lua_rawgeti(L, LUA_REGISTRYINDEX, a->exit_handler);
    lua_call(L, app_push_end(L, a), 0);
}

static int app_wait(lua_State *L)
{
    struct app *a = app_check(L);
    a->waited = true;
    while (a->state == APP_RUNNING)
        lua_app_serve(L, 0);
    return app_push_end(L, a);
}

static int app_lua_kill(lua_State *L)
{
    struct app *a = app_check(L);
    a->waited = true;
    app_kill(a);
    return 0;
}

/* Ends it as another program would: its rule holds. */
static int app_lua_restart(lua_State *L)
{
    struct app *a = app_check(L);
    if (!a->plan && a->state == APP_RUNNING)
        return luaL_error(L, "restart: %s has no restart rule", a->name);
    app_kill_for(a, 0);
    return 0;
}

static int app_exit_handler(lua_State *L)
{
    struct app *a = app_check(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    luaL_unref(L, LUA_REGISTRYINDEX, a->exit_handler);
    a->exit_handler = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

void lua_app_open(lua_State *L)
{
    static const luaL_Reg app_methods[] = {
        {"wait", app_wait},
        {"kill", app_lua_kill},
        {"exit_handler", app_exit_handler},
        {"restart", app_lua_restart},
        {NULL, NULL},
    };
    luaL_newmetatable(L, class_name);
    luaL_setfuncs(L, app_methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
