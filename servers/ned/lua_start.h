/*
 * Starting programs from Lua: L4.default_loader, and apps as Lua values.
 */
#ifndef NED_LUA_START_H
#define NED_LUA_START_H

#include <lua.h>

/* Once: makes the classes; leaves the loader class on the stack, a table
 * with new, start, startv, new_channel. */
void lua_start_open(lua_State *L);
/* Waits for the next event of a program until `deadline` (0: for ever), and
 * runs the exit handler of one that ended. */
void lua_start_serve(lua_State *L, unsigned long deadline);

#endif
