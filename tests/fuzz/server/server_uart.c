/* A serial port. */
#include "kernel.h"
#include <l4/sys/consts.h>
#include <l4/sys/types.h>

const struct host_server host_server = {
    .argv = {"uart"},
    .gates = {"uart_server"},
    .protocols = {L4_PROTO_LOG, L4_PROTO_IRQ},
};
