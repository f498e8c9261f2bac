/*
 * Given: sets alarms and waits for its bells. Arguments: microseconds, one
 * alarm each, all set before the first rings; "0" checks the refusals.
 */
#include "protocol.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>
#include <stdlib.h>

static l4_cap_idx_t new_bell(unsigned number)
{
    l4_cap_idx_t bell = l4re_util_cap_alloc();
    l4_factory_create_irq(l4re_env()->factory, bell);
    l4_debugger_set_object_name(bell, "bell");
    l4_rcv_ep_bind_thread(bell, l4re_env()->main_thread, (number + 1) << 4);
    return bell;
}

static long ask(long protocol, unsigned words, unsigned long us,
                l4_cap_idx_t bell)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    unsigned items = bell != L4_INVALID_CAP;
    m->mr[0] = us;
    m->mr[words] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    m->mr[words + 1] = l4_obj_fpage(bell, 0, L4_CAP_FPAGE_RWS).raw;
    return l4_error(l4_ipc_call(l4re_env_get_cap("alarm"), l4_utcb(),
                                l4_msgtag(protocol, words, items, 0),
                                L4_IPC_NEVER));
}

int main(int argc, char **argv)
{
    unsigned set = 0;
    for (int i = 1; i < argc; i++) {
        unsigned long us = strtoul(argv[i], 0, 0);
        if (!us) {
            ask(ALARM_PROTOCOL + 5, 1, 1000, L4_INVALID_CAP);
            ask(ALARM_PROTOCOL, 1, 1000, L4_INVALID_CAP);
            ask(ALARM_PROTOCOL, 0, 1000, new_bell(set));
            continue;
        }
        if (ask(ALARM_PROTOCOL, 1, us, new_bell(set)) == 0)
            set++;
    }
    for (unsigned i = 0; i < set; i++) {
        l4_umword_t label;
        l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        printf("bell %lu rings\n", label >> 4);
    }
    return 0;
}
