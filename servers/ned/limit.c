/*
 * Limits of CPU time (see limit.h). ned itself runs at a low priority; that a
 * program does not run on meanwhile is the business of the library's thread.
 */
#include "limit.h"
#include "app.h"
#include "lua_cap.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>

static struct l4re_irq used_up;

static void on_used_up(struct l4re_server *server, struct l4re_irq *irq)
{
    l4_cap_idx_t limit;
    (void)server, (void)irq;
    while (l4_is_valid_cap(limit = cpulimit_used_up()))
        app_over(limit);
}

static void irq_make(lua_State *L)
{
    l4_cap_idx_t irq = lua_cap_slot(L);
    lua_l4_check(L, l4_error(l4_factory_create_irq(l4re_env()->factory, irq)),
                 "cpu");
    lua_l4_check(L, l4re_irq_attach(app_server(), &used_up, irq, on_used_up),
                 "cpu");
}

l4_cap_idx_t limit_cpu(lua_State *L, l4_cap_idx_t *inout_scheduler, unsigned ms)
{
    l4_cap_idx_t slot = lua_cap_slot(L), before = *inout_scheduler;
    if (!used_up.cap)
        irq_make(L);
    lua_l4_check(L,
                 cpulimit_make(slot, before ? before : l4re_env()->scheduler,
                               ms * 1000ull, used_up.cap),
                 "cpu");
    return *inout_scheduler = slot;
}
