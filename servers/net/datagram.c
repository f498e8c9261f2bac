/*
 * Datagrams: UDP. What comes is kept, up to QUEUE_BYTES for a socket, until it
 * is received; more is lost, as datagrams may be.
 *
 * I1  datagram_bytes is the sum of what those in the queue take: pieces of ROOM
 *     bytes, so that the heap is not torn by sizes that others choose
 */
#include "net.h"
#include <lwip/udp.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_BYTES = 65536, ROOM = 2048, DATAGRAM_MAX = 65507 };

struct datagram {
    struct datagram *next;
    ip_addr_t ip;
    unsigned short port;
    size_t size, room;
    char data[];
};

static void on_receive(void *arg, struct udp_pcb *pcb, struct pbuf *p,
                       const ip_addr_t *ip, u16_t port)
{
    struct socket *s = arg;
    struct datagram *d = NULL;
    (void)pcb;
    size_t room = (sizeof *d + p->tot_len + ROOM - 1) / ROOM * ROOM;
    if (s->datagram_bytes + room <= QUEUE_BYTES)
        d = malloc(room);
    if (d) {
        *d = (struct datagram){
            .ip = *ip, .port = port, .size = p->tot_len, .room = room};
        pbuf_copy_partial(p, d->data, p->tot_len, 0);
        *s->last_datagram = d;
        s->last_datagram = &d->next;
        s->datagram_bytes += room;
        socket_mark(s);
    }
    pbuf_free(p);
}

static void datagram_drop(struct socket *s)
{
    struct datagram *d = s->datagrams;
    s->datagrams = d->next;
    if (!s->datagrams)
        s->last_datagram = &s->datagrams;
    s->datagram_bytes -= d->room; /* keeps I1 */
    free(d);
}

static long datagram_open(struct socket *s, bool ipv6)
{
    s->udp = udp_new_ip_type(ipv6 ? IPADDR_TYPE_ANY : IPADDR_TYPE_V4);
    if (!s->udp)
        return -L4_ENOMEM;
    udp_recv(s->udp, on_receive, s);
    return 0;
}

static void datagram_close(struct socket *s)
{
    while (s->datagrams)
        datagram_drop(s);
    if (s->udp)
        udp_remove(s->udp);
}

static long datagram_bind(struct socket *s, const ip_addr_t *ip,
                          unsigned short port)
{
    return address_error(udp_bind(s->udp, ip, port));
}

static long datagram_connect(struct socket *s, const ip_addr_t *ip,
                             unsigned short port)
{
    err_t err = udp_connect(s->udp, ip, port);
    if (err == ERR_OK)
        s->state = NET_STATE_CONNECTED;
    return address_error(err);
}

static long datagram_send(struct socket *s, const ip_addr_t *ip,
                          unsigned short port, const void *data, size_t size)
{
    if (!ip && s->state != NET_STATE_CONNECTED)
        return -NET_ENOTCONN;
    if (s->shut_send)
        return -NET_EPIPE;
    if (size > DATAGRAM_MAX)
        return -NET_EMSGSIZE;
    struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, (u16_t)size, PBUF_RAM);
    if (!p)
        return -L4_ENOMEM;
    pbuf_take(p, data, (u16_t)size);
    err_t err = ip ? udp_sendto(s->udp, p, ip, port) : udp_send(s->udp, p);
    pbuf_free(p);
    return err == ERR_OK ? (long)size : address_error(err);
}

static long datagram_receive(struct socket *s, void *data, size_t size,
                             l4_umword_t flags, struct outcome *ret_from)
{
    const struct datagram *d = s->datagrams;
    if (!d)
        return s->shut_receive ? 0 : -L4_EAGAIN;
    if (size > d->size)
        size = d->size;
    memcpy(data, d->data, size);
    address_write(&d->ip, ret_from->host);
    ret_from->port = d->port;
    if (!(flags & NET_PEEK))
        datagram_drop(s);
    return (long)size;
}

static unsigned datagram_ready(const struct socket *s)
{
    unsigned ready = s->shut_send ? 0 : NET_CAN_SEND;
    if (s->datagrams || s->shut_receive)
        ready |= NET_CAN_RECEIVE;
    return ready;
}

static long datagram_shutdown(struct socket *s, unsigned how)
{
    if (s->state != NET_STATE_CONNECTED)
        return -NET_ENOTCONN;
    s->shut_send |= (how & NET_SHUT_SEND) != 0;
    s->shut_receive |= (how & NET_SHUT_RECEIVE) != 0;
    return 0;
}

static void datagram_set_flags(struct socket *s)
{
    if (s->flags & NET_REUSE)
        ip_set_option(s->udp, SOF_REUSEADDR);
    else
        ip_reset_option(s->udp, SOF_REUSEADDR);
    if (s->flags & NET_BROADCAST)
        ip_set_option(s->udp, SOF_BROADCAST);
    else
        ip_reset_option(s->udp, SOF_BROADCAST);
}

static void datagram_address(const struct socket *s, bool peer,
                             ip_addr_t *ret_ip, unsigned short *ret_port)
{
    *ret_ip = peer ? s->udp->remote_ip : s->udp->local_ip;
    *ret_port = peer ? s->udp->remote_port : s->udp->local_port;
}

const struct socket_kind datagram_kind = {
    .number = NET_DATAGRAM,
    .open = datagram_open,
    .bind = datagram_bind,
    .connect = datagram_connect,
    .send = datagram_send,
    .receive = datagram_receive,
    .ready = datagram_ready,
    .shutdown = datagram_shutdown,
    .set_flags = datagram_set_flags,
    .address = datagram_address,
    .close = datagram_close,
};
