/*
 * net: TCP, UDP and names for programs, over one network adapter.
 *
 *      rom/net [ADDRESS/BITS[,GATEWAY[,NAMESERVER]]]
 *
 *      capabilities: net_server (the gate it serves), nic (a gate of
 * servers/nic or servers/switch; without it there is only the machine itself)
 *
 * Without an address it asks for a lease (DHCP). One thread does all.
 */
#include "net.h"
#include <stdio.h>

struct l4re_server net_server;

int main(int argc, char **argv)
{
    static struct client root;
    long error = l4re_server_init(&net_server, L4RE_SERVER_LATER);
    if (error >= 0)
        error = link_init(argc > 1 ? argv[1] : NULL);
    if (error >= 0)
        error = client_init(&root);
    if (error < 0) {
        printf("cannot start: %s\n", l4sys_errtostr(error));
        return 1;
    }
    return (int)l4re_server_run(&net_server);
}
