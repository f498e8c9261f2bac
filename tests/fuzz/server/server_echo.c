/* The example's server: the framework itself, with few methods above it. */
#include "echo-client.h"
#include "kernel.h"

const struct host_server host_server = {
    .argv = {"echo"},
    .gates = {"echo_server"},
    .protocols = {ECHO_PROTOCOL},
};
