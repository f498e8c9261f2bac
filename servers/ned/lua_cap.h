/*
 * Capabilities as Lua values.
 */
#ifndef NED_LUA_CAP_H
#define NED_LUA_CAP_H

#include <l4/sys/types.h>
#include <lua.h>
#include <stdbool.h>

struct lua_cap {
    l4_cap_idx_t cap;
    unsigned rights;     /* passed on: L4_CAP_FPAGE_* */
    unsigned attributes; /* passed on: LOADER_ATTRIBUTE_SERVER */
};

/* Once: makes the class. */
void lua_cap_open(lua_State *L);
/* cast and Unset into the module's table, on top of the stack. */
void lua_cap_names(lua_State *L);
void lua_cap_push(lua_State *L, l4_cap_idx_t cap, unsigned rights,
                  unsigned attributes);
/* The capability at `index`, or NULL: it is something else. */
struct lua_cap *lua_cap_test(lua_State *L, int index);
/* Likewise, or a Lua error that names the argument. */
struct lua_cap *lua_cap_check(lua_State *L, int index);
/* The value on top, that of `name` in a table of `what`: a capability, or the
 * text "SPACE/NAME" by which ned finds one (it takes the text's place). A Lua
 * error if it is neither, but `wanted` was. */
struct lua_cap *lua_cap_of(lua_State *L, const char *what, const char *name,
                           const char *wanted);
/* Is the value L4.Unset? */
bool lua_is_unset(lua_State *L, int index);
/* A fresh slot, or a Lua error. */
l4_cap_idx_t lua_cap_slot(lua_State *L);
/* Registers c under a name, with its rights, or a Lua error. */
void lua_cap_register(lua_State *L, l4_cap_idx_t space, const char *name,
                      const struct lua_cap *c);
/* A Lua error "WHAT: TEXT of code" if `error` is negative. */
void lua_l4_check(lua_State *L, long error, const char *what);

#endif
