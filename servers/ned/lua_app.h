/*
 * Apps as Lua values: what L4.default_loader:start() returns.
 */
#ifndef NED_LUA_APP_H
#define NED_LUA_APP_H

#include "app.h"
#include <lua.h>

/* Once, before the first app. */
void lua_app_open(lua_State *L);
/* Pushes it, with the methods wait, kill, exit_handler, restart. */
void lua_app_push(lua_State *L, struct app *a);
/* Waits for the next event of a program until `deadline` (us since boot, 0:
 * for ever), and runs the exit handler of one that ended. */
void lua_app_serve(lua_State *L, unsigned long deadline);

#endif
