/*
 * Limits of CPU time for what ned starts: servers/lib/cpulimit.
 */
#ifndef NED_LIMIT_H
#define NED_LIMIT_H

#include "cpulimit.h"
#include <lua.h>

/* A scheduler for one program, which lets it have `ms` and then ends it
 * (app_over()); it takes the place of *inout_scheduler (0: ned's own). */
l4_cap_idx_t limit_cpu(lua_State *L, l4_cap_idx_t *inout_scheduler,
                       unsigned ms);

#endif
