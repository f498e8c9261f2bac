/* The screen. */
#include "goos-client.h"
#include "kernel.h"

const struct host_server host_server = {
    .argv = {"fb", "64x64"},
    .gates = {"fb_server"},
    .protocols = {GOOS_PROTOCOL},
};
