/*
 * ned: runs a system description, a Lua script that starts programs and
 * connects them.
 *
 *      rom/ned rom/clntsrv.cfg [argument ...]
 *
 * The script finds its arguments in `arg` and the module L4 (lua_l4.c) as a
 * global. When it is done, ned stays as parent of the programs that still
 * run (app.c), and exits when all have ended: with the first non-zero exit
 * code of a program that the script did not wait for.
 *
 * A mistake in the script is one line: file, line, and what is wrong.
 */
#include "app.h"
#include "lua_app.h"
#include "lua_l4.h"
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_SCRIPT_ERROR = 1, EXIT_USAGE = 2 };

/* print(): as Lua's, through the log, whole lines. */
static int ned_print(lua_State *L)
{
    luaL_Buffer b;
    int n = lua_gettop(L);
    luaL_buffinit(L, &b);
    for (int i = 1; i <= n; i++) {
        if (i > 1)
            luaL_addchar(&b, '\t');
        luaL_tolstring(L, i, NULL);
        luaL_addvalue(&b);
    }
    luaL_addchar(&b, '\n');
    luaL_pushresult(&b);
    fputs(lua_tostring(L, -1), stdout);
    fflush(stdout);
    return 0;
}

static void push_arguments(lua_State *L, int argc, char **argv)
{
    lua_newtable(L);
    for (int i = 1; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i - 1); /* arg[0]: the script */
    }
    lua_setglobal(L, "arg");
}

static _Noreturn void script_failed(lua_State *L)
{
    const char *text = lua_tostring(L, -1);
    fprintf(stderr, "ned: %s\n", text ? text : "error without a text");
    exit(EXIT_SCRIPT_ERROR);
}

static int run_script(lua_State *L)
{
    const char *file = lua_touserdata(L, 1);
    if (luaL_loadfile(L, file) != LUA_OK)
        return lua_error(L);
    lua_call(L, 0, 0);
    while (app_publish_result(), app_any_running())
        lua_app_serve(L, 0);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: rom/ned rom/DESCRIPTION [argument ...]\n");
        return EXIT_USAGE;
    }
    lua_State *L = luaL_newstate();
    if (!L || apps_init() < 0 || atexit(apps_kill)) {
        fprintf(stderr, "ned: no memory\n");
        return EXIT_SCRIPT_ERROR;
    }
    luaL_openlibs(L);
    lua_l4_open(L);
    lua_register(L, "print", ned_print);
    push_arguments(L, argc, argv);
    lua_pushcfunction(L, run_script);
    lua_pushlightuserdata(L, argv[1]);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK)
        script_failed(L);
    return app_publish_result();
}
