/* The disk's driver, with a port for all of it and one for a part. */
#include "block-client.h"
#include "kernel.h"

const struct host_server host_server = {
    .argv = {"block", "block_server", "part:10+20:ro"},
    .gates = {"block_server", "part"},
    .protocols = {BLOCK_PROTOCOL},
};
