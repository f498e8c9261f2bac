/*
 * Descriptions of buses, in Lua (see io.h).
 *
 *      Io.bus("disk", {Io.match("virtio-block", 0)})
 *      Io.bus("input", {Io.all("virtio-input")})
 *      for i, d in ipairs(Io.devices()) do print(d.kind, d.base, d.irq) end
 *
 * Io.match(kind, n) is the n-th device of a kind (from 0), or nil, Io.all(kind)
 * are all of them. A bus is served at the gate of its name in io's environment
 * (buses.lua makes both for a system). Devices whose registers share a page
 * are for one bus, or for several with {share = true} as the last argument:
 * then their drivers can disturb each other.
 *
 *      Io.patience(2000)       so many ms drivers may hold up sleep and end
 */
#include "io.h"
#include "power.h"
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

static int io_match(lua_State *L)
{
    const char *kind = luaL_checkstring(L, 1);
    lua_Integer n = luaL_optinteger(L, 2, 0);
    struct io_device *d = n < 0 ? NULL : device_of_kind(kind, (unsigned)n);
    if (d)
        lua_pushlightuserdata(L, d);
    else
        lua_pushnil(L);
    return 1;
}

static int io_all(lua_State *L)
{
    const char *kind = luaL_checkstring(L, 1);
    struct io_device *d;
    int n = 0;
    luaL_checkstack(L, DEVICES_MAX, NULL);
    for (; (d = device_of_kind(kind, (unsigned)n)); n++)
        lua_pushlightuserdata(L, d);
    return n;
}

static void set_number(lua_State *L, const char *name, l4_uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

static int io_devices(lua_State *L)
{
    lua_newtable(L);
    for (unsigned i = 0; i < io.devices; i++) {
        const struct l4_vitrine_device *w = &io.device[i].what;
        lua_newtable(L);
        lua_pushstring(L, io.device[i].kind);
        lua_setfield(L, -2, "kind");
        set_number(L, "base", w->base);
        set_number(L, "size", w->size);
        set_number(L, "irq", w->irq);
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

/* Puts what is on the stack's top on the bus. */
static void give(lua_State *L, struct bus *b, bool may_share)
{
    struct io_device *d = lua_touserdata(L, -1);
    if (!d)
        luaL_error(L, "bus %s: a device expected (Io.match)", b->name);
    const struct bus *other = device_page_shared(d, b);
    if (other && !may_share)
        luaL_error(L,
                   "bus %s: %s shares a page of registers with bus %s (allow "
                   "it by {share = true}, or use one bus)",
                   b->name, d->kind, other->name);
    if (other)
        printf("bus %s: its driver can reach registers of bus %s\n", b->name,
               other->name);
    const char *wrong = device_give(d, b);
    if (wrong)
        luaL_error(L, "bus %s: %s %s", b->name, d->kind, wrong);
}

static int io_patience(lua_State *L)
{
    lua_Integer ms = luaL_checkinteger(L, 1);
    luaL_argcheck(L, ms >= 0, 1, "milliseconds expected");
    power_patience((unsigned long)ms);
    return 0;
}

static int io_bus(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    bool may_share = false;
    if (lua_istable(L, 3)) {
        lua_getfield(L, 3, "share");
        may_share = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    struct bus *b = bus_new(name);
    if (!b)
        return luaL_error(L, "bus %s: no such gate, or too many buses", name);
    lua_pushnil(L);
    while (lua_next(L, 2)) {
        give(L, b, may_share);
        lua_pop(L, 1);
    }
    return 0;
}

bool description_run(const char *text)
{
    static const luaL_Reg functions[] = {
        {"match", io_match}, {"all", io_all},           {"devices", io_devices},
        {"bus", io_bus},     {"patience", io_patience}, {NULL, NULL}};
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    luaL_newlib(L, functions);
    lua_setglobal(L, "Io");
    bool good = !luaL_loadbuffer(L, text, strlen(text), "=buses") &&
                !lua_pcall(L, 0, 0, 0);
    if (!good)
        printf("%s\n", lua_tostring(L, -1));
    lua_close(L);
    return good;
}
