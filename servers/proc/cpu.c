/*
 * Limits of CPU time for processes: servers/lib/cpulimit holds who has used up
 * its time and says so; here it is ended.
 */
#include "child.h"
#include "cpulimit.h"
#include <l4/re/c/util/cap_alloc.h>

_Static_assert((int)PROCESS_CPU_SIGNAL == (int)CPULIMIT_SIGNAL, "one number");

static struct l4re_irq used_up;

static void on_used_up(struct l4re_server *server, struct l4re_irq *irq)
{
    l4_cap_idx_t limit;
    (void)irq;
    while (l4_is_valid_cap(limit = cpulimit_used_up())) {
        struct child *p = child_limited(limit);
        if (p)
            child_kill(p, server, PROCESS_CPU_SIGNAL);
    }
}

long cpu_limit_make(struct l4re_server *s, l4_cap_idx_t scheduler, unsigned ms,
                    l4_cap_idx_t *ret_limit)
{
    long error = used_up.cap ? 0 : l4re_irq_make(s, &used_up, on_used_up);
    if (error < 0)
        return error;
    l4_cap_idx_t slot = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(slot))
        return -L4_ENOMEM;
    error = cpulimit_make(slot, scheduler, ms * 1000ull, used_up.cap);
    if (error < 0)
        l4re_util_cap_free(slot);
    else
        *ret_limit = slot;
    return error < 0 ? error : 0;
}
