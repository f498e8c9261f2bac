/*
 * Lines and bytes over one connection of socket.iface: what HTTP needs of it.
 *
 *      socket --IRQ: something may be possible--> the connection's thread
 *
 * A call to the socket never waits; who has nothing to do waits for the IRQ,
 * so long that the other end is given up.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <l4/sys/types.h>
#include <stddef.h>

struct connection {
    l4_cap_idx_t socket, irq;
    char buffer[464]; /* received, not read */
    size_t at, size;
};

/*
 * Makes the socket one that does not wait, and the calling thread the one that
 * hears of it. 0, or an error.
 */
long connection_start(struct connection *c, l4_cap_idx_t socket);
/*
 * Says that no more comes and waits until the other end has done so, too: then
 * it has got all (RFC 9112, 9.6). Gives the socket up.
 */
void connection_end(struct connection *c);
/* The next byte, -1: there are no more. */
int connection_byte(struct connection *c);
/* The next line without its end, cut to `room`; -1: there is none. */
int connection_line(struct connection *c, char *ret_line, size_t room);
/* Sends all of it. 0, or an error. */
long connection_send(struct connection *c, const void *data, size_t size);

#endif
