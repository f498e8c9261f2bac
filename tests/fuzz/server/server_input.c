/* Two input devices. */
#include "event-client.h"
#include "kernel.h"
#include <l4/sys/consts.h>
#include <l4/sys/types.h>

const struct host_server host_server = {
    .argv = {"input"},
    .gates = {"input_server"},
    .protocols = {EVENT_PROTOCOL, L4_PROTO_IRQ},
};
