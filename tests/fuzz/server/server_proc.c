/* proc, with a loader that starts nothing. What it has others do aside it does
 * itself, at once; nobody's CPU time is over. */
#include "aside.h"
#include "cpulimit.h"
#include "kernel.h"
#include "proc-client.h"
#include "process-client.h"

const struct host_server host_server = {
    .argv = {"proc"},
    .gates = {"proc_server"},
    .protocols = {PROC_PROTOCOL, PROCESS_PROTOCOL},
    .takes_gates = true,
};

long aside_do(struct l4re_server *server, struct aside_work *w)
{
    (void)server;
    w->work(w);
    w->done(w);
    return 0;
}

long cpulimit_make(l4_cap_idx_t slot, l4_cap_idx_t scheduler,
                   l4_kernel_clock_t us, l4_cap_idx_t irq)
{
    (void)scheduler, (void)us, (void)irq;
    return host_object_in(slot, HOST_KERNEL);
}

l4_cap_idx_t cpulimit_used_up(void)
{
    return L4_INVALID_CAP;
}
