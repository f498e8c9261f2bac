/* switch without an uplink. */
#include "kernel.h"
#include "nic-client.h"

const struct host_server host_server = {
    .argv = {"switch"},
    .gates = {"switch_server"},
    .protocols = {NIC_PROTOCOL},
};
