/*
 * The module L4: what a description can name.
 *
 *      L4.Env.rom, .log, .icu, ...   ned's own capabilities
 *      L4.Proto.Dataspace, ...       for cap:create()
 *      L4.Dbg, L4.Ldr_flags          L4Re's numbers for l4re_dbg, ldr_flags
 *      L4.cast, L4.Unset             lua_cap.c
 *      L4.default_loader, L4.Loader  starting programs (lua_start.c)
 *      L4.Cpu_set(0, 2)              a set of CPUs, as a number
 *      L4.Info.cpus()                how many are online
 *      L4.Info.arch(), .uart(), .devices()   the machine
 *      L4.sleep(ms), L4.time()       virtual time
 *
 * require("NAME") loads rom/NAME.lua.
 *
 * Asking L4.Env or L4.Proto for a name they do not have is an error, not
 * nil: nil would silently drop the capability from a caps table. Whether there
 * is one, rawget(L4.Env, "NAME") says.
 */
#include "lua_l4.h"
#include "lua_app.h"
#include "lua_cap.h"
#include "lua_start.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/kip.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/vitrine/bootinfo.h>
#include <lauxlib.h>

/* --- tables that complain ------------------------------------------- */

static int unknown_name(lua_State *L)
{
    return luaL_error(L, "%s has no '%s'", lua_tostring(L, lua_upvalueindex(1)),
                      luaL_tolstring(L, 2, NULL));
}

/* The table on top errs on unknown names. */
static void make_strict(lua_State *L, const char *name)
{
    lua_newtable(L);
    lua_pushstring(L, name);
    lua_pushcclosure(L, unknown_name, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

/* --- L4.Env --------------------------------------------------------- */

static void env_set(lua_State *L, const char *name, l4_cap_idx_t cap,
                    unsigned rights)
{
    if (l4_is_invalid_cap(cap) || !cap)
        return;
    lua_cap_push(L, cap, rights, 0);
    lua_setfield(L, -2, name);
}

static void push_env(lua_State *L)
{
    const l4re_env_t *e = l4re_env();
    lua_newtable(L);
    env_set(L, "factory", e->factory, L4_CAP_FPAGE_RWS);
    env_set(L, "mem_alloc", e->mem_alloc, L4_CAP_FPAGE_RS);
    env_set(L, "user_factory", e->mem_alloc, L4_CAP_FPAGE_RS);
    env_set(L, "log", e->log, L4_CAP_FPAGE_RW);
    env_set(L, "scheduler", e->scheduler, L4_CAP_FPAGE_RWS);
    env_set(L, "parent", e->parent, L4_CAP_FPAGE_RO);
    for (const l4re_env_cap_entry_t *c = e->caps; c->flags != ~0ul; c++)
        env_set(L, c->name, c->cap, L4_CAP_FPAGE_RWS);
    make_strict(L, "L4.Env");
}

/* --- L4.Proto ------------------------------------------------------- */

struct number {
    const char *name;
    lua_Integer value;
};

/* A strict table of numbers, on top of the stack. */
static void push_numbers(lua_State *L, const char *table,
                         const struct number *numbers, unsigned count)
{
    lua_newtable(L);
    for (unsigned i = 0; i < count; i++) {
        lua_pushinteger(L, numbers[i].value);
        lua_setfield(L, -2, numbers[i].name);
    }
    make_strict(L, table);
}

static void push_proto(lua_State *L)
{
    static const struct number protos[] = {
        {"Namespace", L4RE_PROTO_NAMESPACE},
        {"Dataspace", L4RE_PROTO_DATASPACE},
        {"Parent", L4RE_PROTO_PARENT},
        {"Goos", L4RE_PROTO_GOOS},
        {"Rm", L4RE_PROTO_RM},
        {"Event", L4RE_PROTO_EVENT},
        {"Inhibitor", L4RE_PROTO_INHIBITOR},
        {"Mmio_space", L4RE_PROTO_MMIO_SPACE},
        {"Itas", L4RE_PROTO_ITAS},
        {"Mem_alloc", L4RE_PROTO_MEM_ALLOC},
        {"Remote_access", L4RE_PROTO_REMOTE_ACCESS},
        {"Debug", L4RE_PROTO_DEBUG},
        {"Factory", L4_PROTO_FACTORY},
        {"Log", L4_PROTO_LOG},
        {"Scheduler", L4_PROTO_SCHEDULER},
        {"Ipc_gate", L4_PROTO_NONE},
        {"Irq", L4_PROTO_IRQ_SENDER},
        {"Irq_sender", L4_PROTO_IRQ_SENDER},
        {"Thread_group", L4_PROTO_THREAD_GROUP},
        {"Kobject", L4_PROTO_KOBJECT},
        {"Meta", L4_PROTO_META},
        {"Iommu", L4_PROTO_IOMMU},
        {"Debugger", L4_PROTO_DEBUGGER},
        {"Smccc", L4_PROTO_SMCCC},
        {"Vcpu_context", L4_PROTO_VCPU_CONTEXT},
        {"Semaphore", L4_PROTO_SEMAPHORE},
        {"Task", L4_PROTO_TASK},
        {"Thread", L4_PROTO_THREAD},
        {"Dma_space", L4_PROTO_DMA_SPACE},
        {"Vm", L4_PROTO_VM},
        {"Sigma0", L4_PROTO_SIGMA0},
    };
    push_numbers(L, "L4.Proto", protos, sizeof protos / sizeof protos[0]);
}

/* What l4re_dbg and ldr_flags are made of in L4Re: without effect here. */
static void push_dbg(lua_State *L)
{
    static const struct number dbg[] = {
        {"Info", 1},      {"Warn", 2},           {"Boot", 4},
        {"Server", 0x10}, {"Exceptions", 32},    {"Cmd_line", 0x40},
        {"Loader", 0x80}, {"Name_space", 0x400}, {"All", 0xffffffffll},
    };
    push_numbers(L, "L4.Dbg", dbg, sizeof dbg / sizeof dbg[0]);
}

static void push_ldr_flags(lua_State *L)
{
    static const struct number flags[] = {
        {"Eager_map", 1}, {"All_segs_cow", 2}, {"Pinned_segs", 4}};
    push_numbers(L, "L4.Ldr_flags", flags, sizeof flags / sizeof flags[0]);
}

/* --- L4.Info -------------------------------------------------------- */

static int info_arch(lua_State *L)
{
#if defined(__x86_64__)
    lua_pushliteral(L, "amd64");
#elif defined(__aarch64__)
    lua_pushliteral(L, "arm64");
#else
    lua_pushliteral(L, "riscv64");
#endif
    return 1;
}

static int info_mword_bits(lua_State *L)
{
    lua_pushinteger(L, 8 * sizeof(l4_umword_t));
    return 1;
}

/* The boot information, attached for the moment; NULL: there is none. */
static struct l4_vitrine_bootinfo *bootinfo_open(l4_cap_idx_t ds)
{
    void *at = NULL;
    if (l4re_ns_query_srv(l4re_env_get_cap("rom"), "bootinfo", ds) < 0 ||
        l4re_rm_attach(&at, l4re_ds_size(ds),
                       L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_R, ds, 0, 0) < 0)
        return NULL;
    return at;
}

/* base, irq of the console device; nothing where there is none. */
static int push_uart(lua_State *L, const struct l4_vitrine_bootinfo *b)
{
    if (!b->uart_base)
        return 0;
    lua_pushinteger(L, (lua_Integer)b->uart_base);
    lua_pushinteger(L, b->uart_irq);
    return 2;
}

static void set_integer(lua_State *L, const char *name, l4_uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

/* A list of {compatible, base, size, irq, irq_mode}, by base. */
static int push_devices(lua_State *L, const struct l4_vitrine_bootinfo *b)
{
    const struct l4_vitrine_device *d = l4_vitrine_bootinfo_devices(b);
    lua_newtable(L);
    for (unsigned i = 0; i < b->device_count; i++) {
        lua_newtable(L);
        lua_pushstring(L, d[i].compatible);
        lua_setfield(L, -2, "compatible");
        set_integer(L, "base", d[i].base);
        set_integer(L, "size", d[i].size);
        set_integer(L, "irq", d[i].irq);
        set_integer(L, "irq_mode", d[i].irq_mode);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* What `push` finds in the boot information. */
static int info_of_boot(lua_State *L,
                        int (*push)(lua_State *,
                                    const struct l4_vitrine_bootinfo *))
{
    l4_cap_idx_t ds = lua_cap_slot(L);
    struct l4_vitrine_bootinfo *b = bootinfo_open(ds);
    int results = b ? push(L, b) : 0;
    if (b)
        l4re_rm_detach(b);
    l4re_util_cap_free_um(ds);
    return results;
}

/* CPUs that programs of this description may use. */
static int info_cpus(lua_State *L)
{
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 0);
    lua_l4_check(L,
                 l4_error(l4_scheduler_info(l4re_env()->scheduler, NULL, &set)),
                 "cpus");
    lua_pushinteger(L, __builtin_popcountl(set.map));
    return 1;
}

static int info_uart(lua_State *L)
{
    return info_of_boot(L, push_uart);
}

static int info_devices(lua_State *L)
{
    return info_of_boot(L, push_devices);
}

static void push_info(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"arch", info_arch}, {"mword_bits", info_mword_bits},
        {"uart", info_uart}, {"devices", info_devices},
        {"cpus", info_cpus}, {NULL, NULL},
    };
    luaL_newlib(L, functions);
    make_strict(L, "L4.Info");
}

/* --- time ----------------------------------------------------------- */

/* Events of programs are dealt with meanwhile. */
static int l4_sleep(lua_State *L)
{
    lua_Integer ms = luaL_checkinteger(L, 1);
    luaL_argcheck(L, ms >= 0, 1, "must not be negative");
    l4_cpu_time_t end = l4_kip_clock(l4_kip()) + (l4_cpu_time_t)ms * 1000;
    while (l4_kip_clock(l4_kip()) < end)
        lua_app_serve(L, end);
    return 0;
}

/* Virtual time since boot, in us. */
static int l4_time(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)l4_kip_clock(l4_kip()));
    return 1;
}

/* --- sets of CPUs ---------------------------------------------------- */

/* L4.Cpu_set(n, ...): bit n for CPU n. */
static int l4_cpu_set(lua_State *L)
{
    enum { CPUS = 64 };
    lua_Unsigned set = 0;
    int top = lua_gettop(L);
    for (int i = 1; i <= top; i++) {
        lua_Integer cpu = luaL_checkinteger(L, i);
        luaL_argcheck(L, cpu >= 0 && cpu < CPUS, i, "no CPU is called that");
        set |= (lua_Unsigned)1 << cpu;
    }
    lua_pushinteger(L, (lua_Integer)set);
    return 1;
}

/* --- the module ------------------------------------------------------ */

static int loader_module(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"sleep", l4_sleep},
        {"time", l4_time},
        {"Cpu_set", l4_cpu_set},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    push_env(L);
    lua_setfield(L, -2, "Env");
    push_proto(L);
    lua_setfield(L, -2, "Proto");
    push_dbg(L);
    lua_setfield(L, -2, "Dbg");
    push_ldr_flags(L);
    lua_setfield(L, -2, "Ldr_flags");
    lua_cap_names(L);
    push_info(L);
    lua_setfield(L, -2, "Info");
    lua_start_open(L);
    lua_getfield(L, -1, "new");
    lua_call(L, 0, 1);
    lua_setfield(L, -3, "default_loader");
    lua_setfield(L, -2, "Loader");
    make_strict(L, "L4");
    return 1;
}

void lua_l4_open(lua_State *L)
{
    lua_cap_open(L);
    luaL_requiref(L, "L4", loader_module, 1);
    lua_pop(L, 1);
    lua_getglobal(L, "package");
    lua_pushliteral(L, "rom/?.lua");
    lua_setfield(L, -2, "path");
    lua_pop(L, 1);
}
