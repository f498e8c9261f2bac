/* The adapter's driver. */
#include "kernel.h"
#include "nic-client.h"

const struct host_server host_server = {
    .argv = {"nic"},
    .gates = {"nic_server"},
    .protocols = {NIC_PROTOCOL},
};
