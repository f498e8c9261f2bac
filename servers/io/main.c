/*
 * io: hands out the machine's devices as virtual buses (io.h).
 *
 *      rom/io LUA              capabilities: sigma0, icu, rom, and a gate for
 *                              each bus of the description (description.c);
 *                              platform_ctl, if wanted (power.h)
 *
 * buses.lua starts it from a system's description. It drives nothing. A driver
 * has a bus's gate as `vbus` in place of sigma0 and icu, and so the devices of
 * that bus only.
 */
#include "io.h"
#include "power.h"
#include <l4/re/env.h>
#include <stdio.h>

struct io io;

int main(int argc, char **argv)
{
    if (argc != 2) {
        printf("usage: io 'Io.bus(\"NAME\", {Io.match(\"KIND\")})'\n");
        return 2;
    }
    if (l4re_server_init(&io.server, L4RE_SERVER_LATER) < 0)
        return 1;
    devices_find();
    if (!description_run(argv[1]) || power_start() < 0)
        return 1;
    for (unsigned i = 0; i < io.buses; i++)
        printf("bus %s: %u device%s\n", io.bus[i].name, io.bus[i].devices,
               io.bus[i].devices == 1 ? "" : "s");
    return (int)l4re_server_run(&io.server);
}
