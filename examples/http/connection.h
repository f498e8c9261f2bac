/*
 * Lines and bytes over one connection of socket.iface: what HTTP needs of it.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <l4/sys/types.h>
#include <stddef.h>

struct connection {
    l4_cap_idx_t socket;
    char buffer[464]; /* received, not read */
    size_t at, size;
};

/* The next byte, -1: there are no more. */
int connection_byte(struct connection *c);
/* The next line without its end, cut to `room`; -1: there is none. */
int connection_line(struct connection *c, char *ret_line, size_t room);
/* Sends all of it. 0, or an error. */
long connection_send(struct connection *c, const void *data, size_t size);

#endif
