/*
 * Lua as programs have it: the whole language and its libraries run over our
 * C library (and, here, over the fake kernel). A TAP producer.
 */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>

/* Each returns true, or raises an error that is shown. */
static const char *const facts[] = {
    "return 2^10 == 1024.0 and 7 // 2 == 3 and 1 << 40 == 1099511627776",
    "return ('a b c'):gsub('%w', '<%0>') == '<a> <b> <c>'",
    "local t = {} for i = 1, 2000 do t[i] = (i * 7919) % 2000 end "
    "table.sort(t) return t[1] == 0 and t[2000] == 1999",
    "local co = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) "
    "return b * 2 end) return co(1) == 2 and co(21) == 42",
    "return select(2, pcall(error, {code = 5})).code == 5",
    "local s = 0 for i = 1, 20000 do s = s + #tostring(i) end "
    "return s == 88894 and collectgarbage() == 0",
    "return string.format('%5.1f|%x|%q', 3.14159, 255, 'q') == "
    "'  3.1|ff|\"q\"'",
    "return math.type(math.maxinteger) == 'integer' and math.pi > 3.14",
    "return os.time() >= 1767225600 and os.getenv('HOME') == nil",
    "return io.open('nowhere/x') == nil",
    "return package.path == 'rom/?.lua;rom/?/init.lua' and not "
    "pcall(require, 'nothing')",
    "return not load('return +') and load('return 4')() == 4",
    "return utf8.char(228, 8364) == 'ä€' and utf8.len('ä€') == 2",
};

int main(void)
{
    lua_State *lua = luaL_newstate();
    int count = sizeof facts / sizeof *facts, failures = 0;

    luaL_openlibs(lua);
    printf("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        int bad = luaL_dostring(lua, facts[i]) || !lua_toboolean(lua, 1);
        printf("%s %d - %.60s\n", bad ? "not ok" : "ok", i + 1, facts[i]);
        if (bad)
            printf("# %s\n", luaL_tolstring(lua, -1, 0));
        lua_settop(lua, 0);
        failures += bad;
    }
    lua_close(lua);
    return failures != 0;
}
