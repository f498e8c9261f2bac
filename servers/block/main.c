/*
 * block: a disk, driven for others (block.iface, block.h).
 *
 *      rom/block [--disk N] [PORT[:FIRST+COUNT][:ro]] ...
 *
 * A port is a gate of the environment that clients come by, with the sectors
 * they may reach (default: `block_server`, all of them). Further capabilities:
 * those of a driver (servers/lib/drivers).
 */
#include "block.h"
#include <l4/re/env.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct disk_server block;

static void on_interrupt(struct l4re_server *server, struct l4re_irq *irq)
{
    (void)server, (void)irq;
    block.listens = false;
    BLOCK_POINT();
    virtio_interrupt(&block.disk.v);
    if (virtio_is_broken(&block.disk.v)) {
        printf("the disk is broken\n"); /* a new driver will reset it */
        exit(1);
    }
    requests_end();
    requests_start();
    BLOCK_POINT();
}

/* --- ports ------------------------------------------------------------ */

/* FIRST+COUNT, of what the disk has. */
static bool range_read(struct port *p, const char *text)
{
    char *end;
    p->first = strtoull(text, &end, 0);
    if (*end++ != '+')
        return false;
    p->count = strtoull(end, &end, 0);
    return !*end && p->count && p->first <= block.disk.sectors &&
           p->count <= block.disk.sectors - p->first;
}

static bool port_read(struct port *p, char *text)
{
    p->name = strtok(text, ":");
    p->count = block.disk.sectors;
    p->read_only = block.disk.read_only;
    queue_init(&p->queue);
    while ((text = strtok(NULL, ":"))) {
        if (!strcmp(text, "ro"))
            p->read_only = true;
        else if (!range_read(p, text))
            return false;
    }
    return p->name && l4_is_valid_cap(l4re_env_get_cap(p->name));
}

static bool port_add(char *text)
{
    struct port *p = &block.port[block.ports];
    if (block.ports == PORTS_MAX || !port_read(p, text)) {
        printf("no port %s: NAME[:FIRST+COUNT][:ro], a gate of the "
               "environment and sectors of the disk (%llu), %d at most\n",
               text, (unsigned long long)block.disk.sectors, PORTS_MAX);
        return false;
    }
    block.ports++;
    return port_publish(p) >= 0;
}

/* --- start ------------------------------------------------------------ */

static bool disk_find(unsigned number)
{
    const char *failed;
    long error = virtio_block_open(&block.disk, number, l4re_env()->main_thread,
                                   &failed);
    if (error)
        printf("no %s: %s (is there a disk? --disk FILE)\n", failed,
               l4sys_errtostr(error));
    else
        printf("a disk of %llu sectors%s\n",
               (unsigned long long)block.disk.sectors,
               block.disk.read_only ? ", read only" : "");
    return !error;
}

static bool ports_add(int argc, char **argv)
{
    static char standard[] = "block_server";
    for (int i = 0; i < argc; i++)
        if (!port_add(argv[i]))
            return false;
    return argc || port_add(standard);
}

int main(int argc, char **argv)
{
    unsigned number = 0;
    int first = 1;
    if (argc > 2 && !strcmp(argv[1], "--disk")) {
        number = (unsigned)strtoul(argv[2], NULL, 0);
        first = 3;
    }
    if (!disk_find(number))
        return 1;
    if (l4re_server_init(&block.server, L4RE_SERVER_LATER) < 0 ||
        l4re_irq_attach(&block.server, &block.irq, block.disk.v.device.irq,
                        on_interrupt) < 0 ||
        !ports_add(argc - first, argv + first))
        return 1;
    return (int)l4re_server_run(&block.server);
}
