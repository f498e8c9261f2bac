/*
 * Lines and bytes over a connection (see connection.h).
 */
#include "connection.h"
#include "socket-client.h"

int connection_byte(struct connection *c)
{
    if (c->at == c->size) {
        c->at = 0;
        c->size = sizeof c->buffer;
        long error = socket_receive(c->socket, c->size, 0, c->buffer, &c->size);
        if (error < 0 || !c->size) {
            c->size = 0;
            return -1;
        }
    }
    return (unsigned char)c->buffer[c->at++];
}

int connection_line(struct connection *c, char *ret_line, size_t room)
{
    size_t n = 0;
    int byte = connection_byte(c);
    if (byte < 0)
        return -1;
    for (; byte >= 0 && byte != '\n'; byte = connection_byte(c))
        if (byte != '\r' && n + 1 < room)
            ret_line[n++] = (char)byte;
    ret_line[n] = 0;
    return (int)n;
}

long connection_send(struct connection *c, const void *data, size_t size)
{
    const char *from = data;
    while (size) {
        l4_umword_t taken = 0;
        size_t most = SOCKET_SEND_DATA_MAX;
        long error =
            socket_send(c->socket, from, size < most ? size : most, &taken);
        if (error < 0)
            return error;
        from += taken;
        size -= taken;
    }
    return 0;
}
