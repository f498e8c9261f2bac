/* cons, with two clients of the description and a gate for more. */
#include "kernel.h"
#include <l4/sys/consts.h>
#include <l4/sys/types.h>

const struct host_server host_server = {
    .argv = {"cons"},
    .gates = {"cons_server", "vcon.one", "vcon.two"},
    .others = {"terminal"},
    .protocols = {L4_PROTO_LOG, L4_PROTO_IRQ},
};
