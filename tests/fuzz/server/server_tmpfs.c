/* tmpfs, small enough to be full soon: what it keeps is its clients'. */
#include "file-client.h"
#include "fs-client.h"
#include "kernel.h"

const struct host_server host_server = {
    .argv = {"tmpfs", "64K"},
    .gates = {"fs_server"},
    .protocols = {FS_PROTOCOL, FILE_PROTOCOL},
    .keeps = true,
};
