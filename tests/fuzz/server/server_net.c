/*
 * net over a wire (wire.c): with a lease, which does not end.
 */
#include "kernel.h"
#include "net-client.h"
#include "socket-client.h"

const struct host_server host_server = {
    .argv = {"net"},
    .gates = {"net_server"},
    .others = {"nic"},
    .protocols = {NET_PROTOCOL, SOCKET_PROTOCOL},
    .settles = 120,
};
