/*
 * A web client: gets a page and prints it.
 *
 *      rom/http_client HOST PATH...      capabilities: net
 *
 * HOST is a name or an address. The exit code is 0 if all were there.
 */
#include "connection.h"
#include "net-client.h"
#include "socket-client.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/vitrine/net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 80, LINE = 256, TRIES = 50, PAUSE_MS = 20, LEASE_US = 20000000 };

/* Connects; a server that is not there yet is tried again. */
static long connect_to(l4_cap_idx_t net, struct connection *c,
                       const l4_uint8_t *host)
{
    long error = 0;
    for (unsigned i = 0; i < TRIES; i++) {
        l4_cap_idx_t socket = l4re_util_cap_alloc();
        error = net_open(net, NET_IPV6, NET_STREAM, socket);
        if (error >= 0)
            error = socket_connect(socket, host, NET_HOST_SIZE, PORT);
        if (error >= 0)
            return connection_start(c, socket);
        l4re_util_cap_free_um(socket);
        l4_ipc_sleep_ms(PAUSE_MS);
    }
    return error;
}

/* The answer's status, and its body on the console. */
static int show_answer(struct connection *c)
{
    char line[LINE];
    int status = 0, byte;
    if (connection_line(c, line, sizeof line) > 0)
        sscanf(line, "HTTP/%*d.%*d %d", &status);
    while (connection_line(c, line, sizeof line) > 0)
        ;
    while ((byte = connection_byte(c)) >= 0)
        putchar(byte);
    return status;
}

static int get(l4_cap_idx_t net, const l4_uint8_t *host, const char *path)
{
    char request[LINE];
    struct connection *c = calloc(1, sizeof *c);
    long error = connect_to(net, c, host);
    int status = 0;
    snprintf(request, sizeof request, "GET %s HTTP/1.0\r\n\r\n", path);
    if (error >= 0)
        error = connection_send(c, request, strlen(request));
    if (error >= 0) {
        status = show_answer(c);
        connection_end(c);
    }
    printf("%s: %s %d\n", path, error < 0 ? "error" : "status",
           error < 0 ? (int)-error : status);
    free(c);
    return status == 200;
}

int main(int argc, char **argv)
{
    l4_uint8_t host[NET_RESOLVE_HOSTS_MAX];
    size_t size = sizeof host;
    int got = 1;
    l4_cap_idx_t net = l4re_env_get_cap("net");
    if (argc < 3) {
        printf("usage: http_client HOST PATH...\n");
        return 2;
    }
    long error = net_ready(net, LEASE_US);
    if (error >= 0)
        error = net_resolve(net, argv[1], 0, host, &size);
    if (error < 0) {
        printf("%s: no address (error %ld)\n", argv[1], -error);
        return 1;
    }
    for (int i = 2; i < argc; i++)
        got &= get(net, host, argv[i]);
    return got ? 0 : 1;
}
