/* The clock. */
#include "kernel.h"
#include "walltime-client.h"

const struct host_server host_server = {
    .argv = {"rtc"},
    .gates = {"rtc_server"},
    .protocols = {WALLTIME_PROTOCOL},
};
