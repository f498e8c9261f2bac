/*
 * The module L4 for descriptions.
 */
#ifndef NED_LUA_L4_H
#define NED_LUA_L4_H

#include <lua.h>

/* Makes L4 global and require("L4") work. */
void lua_l4_open(lua_State *L);

#endif
