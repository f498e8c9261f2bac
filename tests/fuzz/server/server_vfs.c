/* vfs over two file systems that answer what the input says. */
#include "file-client.h"
#include "fs-client.h"
#include "kernel.h"

const struct host_server host_server = {
    .argv = {"vfs", "/=root", "/ro/x=other:ro"},
    .gates = {"fs_server"},
    .others = {"root", "other"},
    .protocols = {FS_PROTOCOL, FILE_PROTOCOL},
};
