/*
 * Lines and bytes over a connection (see connection.h).
 */
#include "connection.h"
#include "socket-client.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/util/util.h>
#include <l4/vitrine/net.h>
#include <pthread-l4.h>

enum { IDLE_MS = 20000, DRAIN_MAX = 65536 };

long connection_start(struct connection *c, l4_cap_idx_t socket)
{
    l4_umword_t flags;
    c->socket = socket;
    c->irq = l4re_util_cap_alloc();
    long error = l4_error(l4_factory_create_irq(l4re_env()->factory, c->irq));
    if (error >= 0)
        error = l4_error(
            l4_rcv_ep_bind_thread(c->irq, pthread_l4_cap(pthread_self()), 0));
    if (error >= 0)
        error = socket_notify(socket, c->irq);
    if (error >= 0)
        error = socket_flags(socket, NET_NONBLOCK, NET_NONBLOCK, &flags);
    return error;
}

/* Until a call that answered `error` may be tried again; 0: it need not be. */
static int has_waited(struct connection *c, long error)
{
    l4_timeout_t idle =
        l4_timeout(L4_IPC_TIMEOUT_NEVER, l4util_micros2l4to(IDLE_MS * 1000));
    return error == -L4_EAGAIN &&
           !l4_ipc_error(l4_irq_receive(c->irq, idle), l4_utcb());
}

int connection_byte(struct connection *c)
{
    long error;
    if (c->at == c->size) {
        do {
            c->at = 0;
            c->size = sizeof c->buffer;
            error = socket_receive(c->socket, c->size, 0, c->buffer, &c->size);
        } while (has_waited(c, error));
        if (error < 0 || !c->size) {
            c->size = 0;
            return -1;
        }
    }
    return (unsigned char)c->buffer[c->at++];
}

void connection_end(struct connection *c)
{
    size_t drained = 0;
    if (socket_shutdown(c->socket, NET_SHUT_SEND) >= 0)
        while (drained++ < DRAIN_MAX && connection_byte(c) >= 0)
            ;
    l4re_util_cap_free_um(c->socket);
    l4re_util_cap_free_um(c->irq);
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
        if (has_waited(c, error))
            continue;
        if (error < 0)
            return error;
        from += taken;
        size -= taken;
    }
    return 0;
}
