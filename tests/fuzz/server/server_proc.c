/* proc, with a loader that starts nothing. */
#include "kernel.h"
#include "proc-client.h"
#include "process-client.h"

const struct host_server host_server = {
    .argv = {"proc"},
    .gates = {"proc_server"},
    .protocols = {PROC_PROTOCOL, PROCESS_PROTOCOL},
    .takes_gates = true,
};
