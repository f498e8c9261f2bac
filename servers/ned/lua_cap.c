/*
 * Capabilities as Lua values: which one, and with what rights it will be
 * passed on.
 *
 *      cap:m("rw")          the same, to be passed on with these rights
 *      cap:svr()            the server's end: bind, receive
 *      cap:create(proto...) asks a factory for a new object
 *      space:register("name", cap)   space:query("name")
 *      cap:is_valid()       is there an object behind it (still)?
 *      L4.cast(proto, cap)  as it is: capabilities here have one class
 *      L4.Unset             in a table: as if the name were not there
 *
 * Simplified: a slot is never given back while ned runs.
 */
#include "lua_cap.h"
#include "sessions.h"
#include "../lib/loader/loader.h"
#include <l4/re/c/namespace.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/task.h>
#include <lauxlib.h>
#include <string.h>

static const char class_name[] = "L4.Cap";

void lua_cap_push(lua_State *L, l4_cap_idx_t cap, unsigned rights,
                  unsigned attributes)
{
    struct lua_cap *c = lua_newuserdatauv(L, sizeof *c, 0);
    *c = (struct lua_cap){cap, rights, attributes};
    luaL_setmetatable(L, class_name);
}

struct lua_cap *lua_cap_test(lua_State *L, int index)
{
    return luaL_testudata(L, index, class_name);
}

struct lua_cap *lua_cap_check(lua_State *L, int index)
{
    return luaL_checkudata(L, index, class_name);
}

l4_cap_idx_t lua_cap_slot(lua_State *L)
{
    l4_cap_idx_t cap = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(cap))
        luaL_error(L, "out of capability slots");
    return cap;
}

void lua_l4_check(lua_State *L, long error, const char *what)
{
    if (error < 0)
        luaL_error(L, "%s: %s", what, l4sys_errtostr(error));
}

static unsigned rights_of(lua_State *L, const char *mode)
{
    unsigned rights = 0;
    for (const char *m = mode; *m; m++) {
        switch (*m) {
        case 'r':
            rights |= L4_CAP_FPAGE_R;
            break;
        case 'w':
            rights |= L4_CAP_FPAGE_W;
            break;
        case 's':
            rights |= L4_CAP_FPAGE_S;
            break;
        case 'd':
            rights |= L4_CAP_FPAGE_D;
            break;
        default:
            luaL_error(L, "rights '%s': only r, w, s and d", mode);
        }
    }
    return rights | L4_CAP_FPAGE_R;
}

static int cap_mode(lua_State *L)
{
    struct lua_cap *c = lua_cap_check(L, 1);
    unsigned rights = rights_of(L, luaL_checkstring(L, 2));
    lua_cap_push(L, c->cap, rights, c->attributes);
    return 1;
}

static int cap_server(lua_State *L)
{
    struct lua_cap *c = lua_cap_check(L, 1);
    lua_cap_push(L, c->cap, L4_CAP_FPAGE_RWS, LOADER_ATTRIBUTE_SERVER);
    return 1;
}

/* cap:create(proto, number | text | nil ...) */
static int cap_create(lua_State *L)
{
    struct lua_cap *c = lua_cap_check(L, 1);
    long proto = (long)luaL_checkinteger(L, 2);
    int top = lua_gettop(L), fits = 1;
    for (int i = 3; i <= top; i++)
        if (!lua_isnoneornil(L, i) && !lua_isstring(L, i))
            luaL_argerror(L, i, "a number or a text expected");
    l4_cap_idx_t slot = lua_cap_slot(L);
    l4_msgtag_t t = l4_factory_create_start(proto, slot);
    for (int i = 3; i <= top && fits; i++) {
        if (lua_isinteger(L, i))
            fits = l4_factory_create_add_int(lua_tointeger(L, i), &t);
        else if (lua_isnil(L, i))
            fits = l4_factory_create_add_nil(&t);
        else
            fits = l4_factory_create_add_str(lua_tostring(L, i), &t);
    }
    if (!fits)
        return luaL_error(L, "create: too many arguments");
    l4_umword_t words[L4_UTCB_GENERIC_DATA_SIZE];
    unsigned count = l4_msgtag_words(t);
    memcpy(words, l4_utcb_mr()->mr, count * sizeof words[0]);
    lua_l4_check(L, l4_error(l4_factory_create_commit(c->cap, t)), "create");
    luaL_where(L, 1);
    sessions_add(c->cap, slot, words, count, lua_tostring(L, -1));
    lua_cap_push(L, slot, L4_CAP_FPAGE_RWS, 0);
    return 1;
}

void lua_cap_register(lua_State *L, l4_cap_idx_t space, const char *name,
                      const struct lua_cap *c)
{
    unsigned flags =
        c->rights & L4_CAP_FPAGE_W ? L4RE_NS_REGISTER_RW : L4RE_NS_REGISTER_RO;
    if (c->rights & L4_CAP_FPAGE_S)
        flags |= L4RE_NS_REGISTER_STRONG;
    lua_l4_check(L, l4re_ns_register_obj_srv(space, name, c->cap, flags), name);
    sessions_named(c->cap, space, name, flags);
}

static int cap_register(lua_State *L)
{
    const struct lua_cap *space = lua_cap_check(L, 1);
    const char *name = luaL_checkstring(L, 2);
    lua_cap_register(L, space->cap, name, lua_cap_check(L, 3));
    return 0;
}

/* The capability, or nil. */
static int cap_query(lua_State *L)
{
    struct lua_cap *space = lua_cap_check(L, 1);
    const char *name = luaL_checkstring(L, 2);
    l4_cap_idx_t slot = lua_cap_slot(L);
    long error = l4re_ns_query_srv(space->cap, name, slot);
    if (error == -L4_ENOENT) {
        l4re_util_cap_free(slot);
        lua_pushnil(L);
        return 1;
    }
    lua_l4_check(L, error, name);
    lua_cap_push(L, slot, L4_CAP_FPAGE_RWS, 0);
    return 1;
}

static int cap_is_valid(lua_State *L)
{
    const struct lua_cap *c = lua_cap_check(L, 1);
    lua_pushboolean(
        L, l4_msgtag_label(l4_task_cap_valid(L4_BASE_TASK_CAP, c->cap)) > 0);
    return 1;
}

/* L4.cast(proto, cap): L4Re's ned has a class for each protocol. */
static int cap_cast(lua_State *L)
{
    luaL_checkinteger(L, 1);
    lua_cap_check(L, 2);
    lua_settop(L, 2);
    return 1;
}

static char unset; /* its address is L4.Unset */

bool lua_is_unset(lua_State *L, int index)
{
    return lua_touserdata(L, index) == &unset;
}

/* "rom/hello" -> the capability, on top in the text's place. */
static void cap_find(lua_State *L, const char *what, const char *name)
{
    const char *path = lua_tostring(L, -1), *slash = strchr(path, '/');
    const l4re_env_cap_entry_t *space =
        slash ? l4re_env_get_cap_l(path, (unsigned)(slash - path), l4re_env())
              : NULL;
    if (!space)
        luaL_error(L, "%s: '%s': %s: no such name space", what, name, path);
    l4_cap_idx_t slot = lua_cap_slot(L);
    long error = l4re_ns_query_srv(space->cap, slash + 1, slot);
    if (error < 0)
        luaL_error(L, "%s: '%s': %s: %s", what, name, path,
                   l4sys_errtostr(error));
    lua_cap_push(L, slot, L4_CAP_FPAGE_RO, 0);
    lua_remove(L, -2);
}

struct lua_cap *lua_cap_of(lua_State *L, const char *what, const char *name,
                           const char *wanted)
{
    if (lua_type(L, -1) == LUA_TSTRING)
        cap_find(L, what, name);
    struct lua_cap *c = lua_cap_test(L, -1);
    if (!c)
        luaL_error(L, "%s: '%s': %s expected, got %s", what, name, wanted,
                   luaL_typename(L, -1));
    return c;
}

static int cap_tostring(lua_State *L)
{
    struct lua_cap *c = lua_cap_check(L, 1);
    char mode[5] = "r", *m = mode + 1;
    if (c->rights & L4_CAP_FPAGE_W)
        *m++ = 'w';
    if (c->rights & L4_CAP_FPAGE_S)
        *m++ = 's';
    if (c->rights & L4_CAP_FPAGE_D)
        *m++ = 'd';
    *m = 0;
    lua_pushfstring(L, "capability %d (%s%s)", (int)(c->cap >> L4_CAP_SHIFT),
                    mode, c->attributes ? ", server" : "");
    return 1;
}

void lua_cap_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"m", cap_mode},
        {"mode", cap_mode},
        {"svr", cap_server},
        {"create", cap_create},
        {"register", cap_register},
        {"query", cap_query},
        {"is_valid", cap_is_valid},
        {"__tostring", cap_tostring},
        {NULL, NULL},
    };
    luaL_newmetatable(L, class_name);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}

void lua_cap_names(lua_State *L)
{
    lua_pushcfunction(L, cap_cast);
    lua_setfield(L, -2, "cast");
    lua_pushlightuserdata(L, &unset);
    lua_setfield(L, -2, "Unset");
}
