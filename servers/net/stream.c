/*
 * Streams: TCP, over lwIP's callbacks.
 *
 *      on_receive --> ring (as large as the window) --> receive(), then the
 *                     window opens again
 *      send() --> lwIP's queue --on_sent--> room again
 *      on_accept --> a socket without a gate --> accept()
 *
 * What is received leaves lwIP's pool at once, so a client that does not read
 * keeps none of it from others.
 *
 * I1  ring_count is at most TCP_WND, and what the window is short of
 * I2  a socket that is connecting or connected has a pcb whose argument it is
 */
#include "net.h"
#include <lwip/tcp.h>
#include <stdlib.h>
#include <string.h>

enum { BACKLOG_MAX = 8 };

/* --- what lwIP tells -------------------------------------------------- */

/* Keeps I1: lwIP takes no more than its window. */
static void ring_put(struct socket *s, struct pbuf *p)
{
    size_t at = (s->ring_first + s->ring_count) % TCP_WND;
    size_t first = TCP_WND - at < p->tot_len ? TCP_WND - at : p->tot_len;
    pbuf_copy_partial(p, s->ring + at, (u16_t)first, 0);
    pbuf_copy_partial(p, s->ring, (u16_t)(p->tot_len - first), (u16_t)first);
    s->ring_count += p->tot_len;
}

static err_t on_receive(void *arg, struct tcp_pcb *pcb, struct pbuf *p,
                        err_t err)
{
    struct socket *s = arg;
    (void)err;
    if (!p) {
        s->ended = true;
    } else if (p->tot_len > TCP_WND - s->ring_count) {
        return ERR_MEM; /* lwIP keeps it and asks again */
    } else if (s->shut_receive) {
        tcp_recved(pcb, p->tot_len);
        pbuf_free(p);
        return ERR_OK;
    } else {
        ring_put(s, p);
        pbuf_free(p);
    }
    socket_mark(s);
    return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t size)
{
    (void)pcb, (void)size;
    socket_mark(arg);
    return ERR_OK;
}

/* The pcb is gone. */
static void on_error(void *arg, err_t err)
{
    struct socket *s = arg;
    bool refused = err == ERR_RST && s->state == NET_STATE_CONNECTING;
    s->tcp = NULL;
    s->error = refused ? NET_ECONNREFUSED : -address_error(err);
    s->state = NET_STATE_CLOSED;
    socket_mark(s);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct socket *s = arg;
    (void)pcb, (void)err;
    s->state = NET_STATE_CONNECTED;
    socket_mark(s);
    return ERR_OK;
}

/* --- pcbs ------------------------------------------------------------- */

static void pcb_take(struct socket *s, struct tcp_pcb *pcb)
{
    s->tcp = pcb;
    tcp_arg(pcb, s);
    tcp_recv(pcb, on_receive);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
}

/* lwIP goes on with it alone, until the other end has all that was sent. */
static void pcb_leave(struct socket *s, bool abort)
{
    struct tcp_pcb *pcb = s->tcp;
    if (!pcb)
        return;
    s->tcp = NULL;
    tcp_arg(pcb, NULL);
    if (s->state == NET_STATE_LISTENING) {
        tcp_accept(pcb, NULL);
        tcp_close(pcb);
        return;
    }
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    if (abort || tcp_close(pcb) != ERR_OK)
        tcp_abort(pcb);
}

static long stream_open(struct socket *s, bool ipv6)
{
    s->ring = malloc(TCP_WND);
    if (!s->ring)
        return -L4_ENOMEM;
    struct tcp_pcb *pcb =
        tcp_new_ip_type(ipv6 ? IPADDR_TYPE_ANY : IPADDR_TYPE_V4);
    if (!pcb)
        return -L4_ENOMEM; /* socket_end() frees the ring */
    pcb_take(s, pcb);
    return 0;
}

static void stream_close(struct socket *s)
{
    while (s->arrivals) {
        struct socket *arrival = s->arrivals;
        s->arrivals = arrival->next;
        arrival->ring_count = 1; /* nobody will read: it is reset */
        socket_end(arrival);
    }
    pcb_leave(s, s->ring_count > 0);
    free(s->ring);
}

/* --- connections ------------------------------------------------------ */

static long stream_bind(struct socket *s, const ip_addr_t *ip,
                        unsigned short port)
{
    return address_error(tcp_bind(s->tcp, ip, port));
}

static long stream_connect(struct socket *s, const ip_addr_t *ip,
                           unsigned short port)
{
    if (s->state == NET_STATE_CONNECTING)
        return -NET_EALREADY;
    if (s->state == NET_STATE_CONNECTED)
        return -NET_EISCONN;
    if (s->state != NET_STATE_NEW || !s->tcp)
        return -L4_EINVAL;
    err_t err = tcp_connect(s->tcp, ip, port, on_connected);
    if (err == ERR_OK)
        s->state = NET_STATE_CONNECTING;
    return address_error(err);
}

/* A connection came: a socket of its own, charged to the same account. */
static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct socket *s = arg;
    if (err != ERR_OK || !pcb || !s)
        return ERR_VAL;
    struct socket *new = socket_new(s->account, s->client, s->kind);
    if (new && !(new->ring = malloc(TCP_WND))) {
        socket_end(new);
        new = NULL;
    }
    if (!new) {
        tcp_abort(pcb);
        return ERR_ABRT;
    }
    new->is_ipv6 = s->is_ipv6;
    new->is_bound = true;
    new->state = NET_STATE_CONNECTED;
    pcb_take(new, pcb);
    tcp_backlog_delayed(pcb);
    new->next = NULL;
    *s->last_arrival = new;
    s->last_arrival = &new->next;
    socket_mark(s);
    return ERR_OK;
}

long stream_listen(struct socket *s, l4_umword_t backlog)
{
    err_t err;
    if (s->state == NET_STATE_LISTENING)
        return 0;
    if (s->state != NET_STATE_NEW || !s->tcp)
        return -L4_EINVAL;
    if (backlog < 1)
        backlog = 1;
    if (backlog > BACKLOG_MAX)
        backlog = BACKLOG_MAX;
    struct tcp_pcb *pcb =
        tcp_listen_with_backlog_and_err(s->tcp, (u8_t)backlog, &err);
    if (!pcb)
        return address_error(err);
    s->tcp = pcb;
    s->state = NET_STATE_LISTENING;
    s->is_bound = true;
    tcp_accept(pcb, on_accept);
    return 0;
}

long stream_accept(struct socket *s, struct socket **ret_new)
{
    if (s->state != NET_STATE_LISTENING)
        return -L4_EINVAL;
    struct socket *new = s->arrivals;
    if (!new)
        return -L4_EAGAIN;
    s->arrivals = new->next;
    if (!s->arrivals)
        s->last_arrival = &s->arrivals;
    if (new->tcp)
        tcp_backlog_accepted(new->tcp);
    *ret_new = new;
    return 0;
}

/* --- data ------------------------------------------------------------- */

/* Why nothing can be moved now. */
static long why_not(struct socket *s)
{
    long error = s->error;
    if (s->state == NET_STATE_CONNECTING)
        return -L4_EAGAIN;
    s->error = 0;
    return error ? -error : -NET_ENOTCONN;
}

static long stream_send(struct socket *s, const ip_addr_t *ip,
                        unsigned short port, const void *data, size_t size)
{
    (void)port;
    if (ip)
        return -NET_EISCONN;
    if (s->shut_send)
        return -NET_EPIPE;
    if (!s->tcp || s->state != NET_STATE_CONNECTED)
        return s->state == NET_STATE_CLOSED && !s->error ? -NET_EPIPE
                                                         : why_not(s);
    size_t room = tcp_sndbuf(s->tcp);
    if (size > room)
        size = room;
    if (!room || tcp_sndqueuelen(s->tcp) >= TCP_SND_QUEUELEN - 2)
        return -L4_EAGAIN;
    err_t err = tcp_write(s->tcp, data, (u16_t)size, TCP_WRITE_FLAG_COPY);
    if (err == ERR_MEM)
        return -L4_EAGAIN;
    if (err != ERR_OK)
        return address_error(err);
    tcp_output(s->tcp);
    return (long)size;
}

static void ring_get(const struct socket *s, char *data, size_t size)
{
    size_t first = TCP_WND - s->ring_first;
    if (first > size)
        first = size;
    memcpy(data, s->ring + s->ring_first, first);
    memcpy(data + first, s->ring, size - first);
}

static long stream_receive(struct socket *s, void *data, size_t size,
                           l4_umword_t flags, struct outcome *ret_from)
{
    (void)ret_from;
    if (s->shut_receive || (!s->ring_count && s->ended))
        return 0;
    if (!s->ring_count)
        return s->state == NET_STATE_CONNECTED ? -L4_EAGAIN : why_not(s);
    if (size > s->ring_count)
        size = s->ring_count;
    ring_get(s, data, size);
    if (flags & NET_PEEK)
        return (long)size;
    s->ring_first = (s->ring_first + size) % TCP_WND;
    s->ring_count -= size;
    if (s->tcp) {
        tcp_recved(s->tcp, (u16_t)size); /* keeps I1 */
        tcp_output(s->tcp);
    }
    return (long)size;
}

static unsigned stream_ready(const struct socket *s)
{
    unsigned ready = 0;
    if (s->arrivals || s->ring_count || s->ended || s->shut_receive)
        ready |= NET_CAN_RECEIVE;
    if (s->state == NET_STATE_CONNECTED && s->tcp && tcp_sndbuf(s->tcp) > 0 &&
        tcp_sndqueuelen(s->tcp) < TCP_SND_QUEUELEN - 2)
        ready |= NET_CAN_SEND;
    if (s->state == NET_STATE_CLOSED)
        ready |= NET_HUNG_UP | NET_CAN_RECEIVE | NET_CAN_SEND;
    else if (s->ended && s->shut_send)
        ready |= NET_HUNG_UP;
    return ready;
}

static long stream_shutdown(struct socket *s, unsigned how)
{
    if (!s->tcp || s->state != NET_STATE_CONNECTED)
        return -NET_ENOTCONN;
    if (how & NET_SHUT_SEND && !s->shut_send) {
        err_t err = tcp_shutdown(s->tcp, 0, 1);
        if (err != ERR_OK)
            return address_error(err);
        s->shut_send = true;
    }
    if (how & NET_SHUT_RECEIVE && !s->shut_receive) {
        s->shut_receive = true;
        tcp_recved(s->tcp, (u16_t)s->ring_count);
        s->ring_count = 0;
    }
    return 0;
}

static void stream_set_flags(struct socket *s)
{
    if (!s->tcp)
        return;
    if (s->flags & NET_REUSE)
        ip_set_option(s->tcp, SOF_REUSEADDR);
    else
        ip_reset_option(s->tcp, SOF_REUSEADDR);
    if (s->state == NET_STATE_LISTENING)
        return;
    if (s->flags & NET_KEEPALIVE)
        ip_set_option(s->tcp, SOF_KEEPALIVE);
    else
        ip_reset_option(s->tcp, SOF_KEEPALIVE);
    if (s->flags & NET_NODELAY)
        tcp_nagle_disable(s->tcp);
    else
        tcp_nagle_enable(s->tcp);
}

static void stream_address(const struct socket *s, bool peer, ip_addr_t *ret_ip,
                           unsigned short *ret_port)
{
    if (!s->tcp || (peer && s->state == NET_STATE_LISTENING))
        return;
    *ret_ip = peer ? s->tcp->remote_ip : s->tcp->local_ip;
    *ret_port = peer ? s->tcp->remote_port : s->tcp->local_port;
}

const struct socket_kind stream_kind = {
    .number = NET_STREAM,
    .open = stream_open,
    .bind = stream_bind,
    .connect = stream_connect,
    .send = stream_send,
    .receive = stream_receive,
    .ready = stream_ready,
    .shutdown = stream_shutdown,
    .set_flags = stream_set_flags,
    .address = stream_address,
    .close = stream_close,
};
