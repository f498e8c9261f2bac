/*
 * Starting programs from Lua: L4.default_loader.
 */
#ifndef NED_LUA_START_H
#define NED_LUA_START_H

#include <lua.h>

/* Once: makes the classes; leaves the loader class on the stack, a table
 * with new, start, startv, new_channel. */
void lua_start_open(lua_State *L);

#endif
