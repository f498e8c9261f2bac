/*
 * Sockets: what answers socket.iface, for streams and datagrams alike.
 *
 * Whatever may have to wait is a struct wait: it is tried at once, kept with
 * its caller if it is too early, and tried again when the socket was marked.
 *
 *      method --> attempt() --> answer
 *                    | too early
 *                    v
 *      receiving, sending or watching --mark, settle--> attempt() --> answer
 *
 * I1  of a socket, at most one call waits in each of the three
 * I2  a socket is on the list from socket_new() to socket_end(), or among the
 *     arrivals of one that listens
 */
#include "socket-server.h"
#include "net.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <stdlib.h>
#include <string.h>

enum {
    FLAGS = NET_NONBLOCK | NET_REUSE | NET_NODELAY | NET_KEEPALIVE |
            NET_BROADCAST | NET_ONLY_IPV6
};

static struct socket *sockets; /* that have, or had, a gate */
static bool any_marked;

/* --- beginning and end ------------------------------------------------ */

struct socket *socket_new(struct account *account, struct client *client,
                          const struct socket_kind *kind)
{
    if (!account_take_socket(account))
        return NULL;
    struct socket *s = calloc(1, sizeof *s);
    if (!s) {
        account->sockets--;
        return NULL;
    }
    account_use(account);
    s->account = account;
    s->client = client;
    s->kind = kind;
    s->shared_ds = L4_INVALID_CAP;
    s->last_arrival = &s->arrivals;
    s->last_datagram = &s->datagrams;
    return s;
}

static void share_end(struct socket *s)
{
    if (!s->shared)
        return;
    l4re_rm_detach(s->shared); /* and gives the memory back */
    l4re_util_cap_free_um(s->shared_ds);
    s->shared = NULL;
    s->account->buffers--;
}

void socket_end(struct socket *s)
{
    for (struct socket **at = &sockets; *at && s->is_published;
         at = &(*at)->next)
        if (*at == s) {
            *at = s->next;
            break;
        }
    s->kind->close(s);
    share_end(s);
    l4re_watchers_clear(&s->watchers);
    s->account->sockets--;
    account_leave(s->account);
    free(s);
}

void socket_mark(struct socket *s)
{
    s->is_marked = any_marked = true;
}

void socket_forget_client(const struct client *c)
{
    for (struct socket *s = sockets; s; s = s->next) {
        if (s->client == c)
            s->client = NULL;
        for (struct socket *i = s->arrivals; i; i = i->next)
            if (i->client == c)
                i->client = NULL;
    }
}

/* --- trying ----------------------------------------------------------- */

/* A connection becomes a socket with a gate of its own. */
static long attempt_accept(struct socket *s, struct outcome *o)
{
    struct socket *new;
    ip_addr_t ip = *IP4_ADDR_ANY;
    unsigned short port = 0;
    long error = stream_accept(s, &new);
    if (error < 0)
        return error;
    new->kind->address(new, true, &ip, &port);
    error = socket_publish(&s->session, new);
    if (error < 0) {
        socket_end(new);
        return error;
    }
    address_write(&ip, o->host);
    o->port = port;
    o->cap = new->session.gate;
    return 0;
}

static long attempt_connect(struct socket *s)
{
    long error = s->error;
    if (s->state == NET_STATE_CONNECTED)
        return 0;
    if (s->state == NET_STATE_CONNECTING)
        return -L4_EAGAIN;
    s->error = 0;
    return error ? -error : -NET_ECONNABORTED;
}

static bool uses_buffer(const struct wait *w)
{
    return w->what == WAIT_SEND_SHARED || w->what == WAIT_RECEIVE_SHARED;
}

static long attempt(struct socket *s, const struct wait *w, struct outcome *o)
{
    long result;
    char *buffer = uses_buffer(w) ? s->shared + w->from : NULL;
    switch (w->what) {
    case WAIT_ACCEPT:
        return attempt_accept(s, o);
    case WAIT_CONNECT:
        return attempt_connect(s);
    case WAIT_EVENTS:
        o->moved = s->kind->ready(s) | (s->error ? NET_FAILED : 0);
        if (w->flags)
            o->moved &= w->flags | NET_FAILED | NET_HUNG_UP;
        return o->moved || !w->flags ? 0 : -L4_EAGAIN;
    case WAIT_SEND:
    case WAIT_SEND_TO:
    case WAIT_SEND_SHARED:
        result = s->kind->send(s, w->has_ip ? &w->ip : NULL, w->port,
                               buffer ? buffer : w->data, w->size);
        break;
    default:
        result = s->kind->receive(s, buffer ? buffer : o->data, w->size,
                                  w->flags, o);
    }
    if (result < 0)
        return result;
    o->moved = (l4_umword_t)result;
    return 0;
}

/* The three who may wait. */
static struct wait *place_of(struct socket *s, const struct wait *w)
{
    switch (w->what) {
    case WAIT_EVENTS:
        return &s->watching;
    case WAIT_CONNECT:
    case WAIT_SEND:
    case WAIT_SEND_TO:
    case WAIT_SEND_SHARED:
        return &s->sending;
    default:
        return &s->receiving;
    }
}

/* --- answering later -------------------------------------------------- */

static void answer(struct socket *s, struct wait *w, long result,
                   const struct outcome *o)
{
    struct l4re_server *server = s->session.server;
    const struct l4re_caller to = w->caller;
    int what = w->what;
    w->what = WAIT_NONE;
    s->account->waits--;
    switch (what) {
    case WAIT_ACCEPT:
        socket_accept_answer(server, to, result, o->host, NET_HOST_SIZE,
                             o->port, o->cap);
        break;
    case WAIT_CONNECT:
        socket_connect_answer(server, to, result);
        break;
    case WAIT_RECEIVE:
        socket_receive_answer(server, to, result, o->data, o->moved);
        break;
    case WAIT_RECEIVE_FROM:
        socket_receive_from_answer(server, to, result, o->host, NET_HOST_SIZE,
                                   o->port, o->data, o->moved);
        break;
    case WAIT_RECEIVE_SHARED:
        socket_receive_shared_answer(server, to, result, o->host, NET_HOST_SIZE,
                                     o->port, o->moved);
        break;
    default: /* one number: what was taken, or what is possible */
        socket_wait_answer(server, to, result, o->moved);
    }
}

/* Tries, and keeps the caller if it is too early and it wants to wait. */
static long try_or_wait(struct l4re_session *session, struct wait *w,
                        struct outcome *o)
{
    struct socket *s = (struct socket *)session;
    struct wait *place = place_of(s, w);
    if (uses_buffer(w) && (!s->shared || w->from > NET_SHARED_SIZE ||
                           w->size > NET_SHARED_SIZE - w->from))
        return -L4_ERANGE;
    if (place->what != WAIT_NONE) /* perhaps nobody is there any more */
        answer(s, place, -L4_EBUSY, o);
    long result = attempt(s, w, o);
    if (result == -L4_EAGAIN && !(s->flags & NET_NONBLOCK)) {
        if (!account_take_wait(s->account))
            return -L4_EBUSY;
        result = l4re_session_later(session, &w->caller);
        if (result < 0) {
            s->account->waits--;
            return result;
        }
        *place = *w; /* keeps I1 */
        result = L4RE_LATER;
    }
    net_settle();
    return result;
}

/* --- trying again -------------------------------------------------- */

static void try_again(struct socket *s, struct wait *w)
{
    static struct outcome o;
    if (w->what == WAIT_NONE)
        return;
    memset(&o, 0, offsetof(struct outcome, data));
    o.cap = L4_INVALID_CAP;
    long result = attempt(s, w, &o);
    if (result != -L4_EAGAIN)
        answer(s, w, result, &o);
}

bool socket_settle(void)
{
    bool was_marked = any_marked;
    any_marked = false;
    for (struct socket *s = sockets; s && was_marked; s = s->next) {
        if (!s->is_marked)
            continue;
        s->is_marked = false;
        try_again(s, &s->receiving);
        try_again(s, &s->sending);
        try_again(s, &s->watching);
        if (s->client)
            client_signal(s->client);
        l4re_watchers_tell(&s->watchers);
    }
    return was_marked;
}

static void on_closed(struct l4re_session *session)
{
    struct socket *s = (struct socket *)session;
    struct wait *waits[] = {&s->receiving, &s->sending, &s->watching};
    struct outcome o = {.cap = L4_INVALID_CAP};
    for (unsigned i = 0; i < sizeof waits / sizeof waits[0]; i++)
        if (waits[i]->what != WAIT_NONE)
            answer(s, waits[i], -L4_EIO, &o);
    socket_end(s);
    net_settle();
}

/* --- methods ---------------------------------------------------------- */

static long on_bind(struct l4re_session *session, const void *host,
                    size_t host_size, l4_umword_t port)
{
    struct socket *s = (struct socket *)session;
    ip_addr_t ip;
    if (!address_read(host, host_size, s->is_ipv6, &ip) || port > 0xffff ||
        s->is_bound || s->state != NET_STATE_NEW)
        return -L4_EINVAL;
    if (!link_owns(&ip))
        return -L4_EADDRNOTAVAIL;
    if (s->flags & NET_ONLY_IPV6 && IP_GET_TYPE(&ip) == IPADDR_TYPE_ANY)
        IP_SET_TYPE(&ip, IPADDR_TYPE_V6);
    long error = s->kind->bind(s, &ip, (unsigned short)port);
    s->is_bound = error >= 0;
    return error;
}

static long on_listen(struct l4re_session *session, l4_umword_t backlog)
{
    struct socket *s = (struct socket *)session;
    return s->kind == &stream_kind ? stream_listen(s, backlog) : -L4_EINVAL;
}

static long on_accept(struct l4re_session *session, void *ret_host,
                      size_t *ret_host_size, l4_umword_t *ret_port,
                      l4_cap_idx_t *ret_socket)
{
    struct wait w = {.what = WAIT_ACCEPT};
    struct outcome o = {.cap = L4_INVALID_CAP};
    long result = try_or_wait(session, &w, &o);
    memcpy(ret_host, o.host, NET_HOST_SIZE);
    *ret_host_size = NET_HOST_SIZE;
    *ret_port = o.port;
    *ret_socket = o.cap;
    return result;
}

/* Where to, as a caller says it. */
static bool read_to(struct l4re_session *session, struct wait *w,
                    const void *host, size_t host_size, l4_umword_t port)
{
    const struct socket *s = (const struct socket *)session;
    if (port > 0xffff || !address_read(host, host_size, s->is_ipv6, &w->ip))
        return false;
    w->has_ip = true;
    w->port = (unsigned short)port;
    return true;
}

static long on_connect(struct l4re_session *session, const void *host,
                       size_t host_size, l4_umword_t port)
{
    struct socket *s = (struct socket *)session;
    struct wait w = {.what = WAIT_CONNECT};
    struct outcome o;
    if (!read_to(session, &w, host, host_size, port))
        return -L4_EINVAL;
    long error = s->kind->connect(s, &w.ip, w.port);
    if (error < 0)
        return error;
    s->is_bound = true;
    error = try_or_wait(session, &w, &o);
    return error == -L4_EAGAIN ? -NET_EINPROGRESS : error;
}

static long send_some(struct l4re_session *session, struct wait *w,
                      l4_umword_t *ret_taken)
{
    struct outcome o = {.moved = 0};
    long result = try_or_wait(session, w, &o);
    *ret_taken = o.moved;
    return result;
}

static long on_send(struct l4re_session *session, const void *data, size_t size,
                    l4_umword_t *ret_taken)
{
    struct wait w = {.what = WAIT_SEND, .size = size};
    memcpy(w.data, data, size);
    return send_some(session, &w, ret_taken);
}

static long on_send_to(struct l4re_session *session, const void *host,
                       size_t host_size, l4_umword_t port, const void *data,
                       size_t size, l4_umword_t *ret_taken)
{
    struct wait w = {.what = WAIT_SEND_TO, .size = size};
    if (!read_to(session, &w, host, host_size, port))
        return -L4_EINVAL;
    memcpy(w.data, data, size);
    return send_some(session, &w, ret_taken);
}

static long on_send_shared(struct l4re_session *session, const void *host,
                           size_t host_size, l4_umword_t port, l4_umword_t from,
                           l4_umword_t size, l4_umword_t *ret_taken)
{
    struct wait w = {.what = WAIT_SEND_SHARED, .from = from, .size = size};
    if (host_size && !read_to(session, &w, host, host_size, port))
        return -L4_EINVAL;
    return send_some(session, &w, ret_taken);
}

static long on_receive(struct l4re_session *session, l4_umword_t size,
                       l4_umword_t flags, void *ret_data, size_t *ret_data_size)
{
    struct wait w = {.what = WAIT_RECEIVE, .flags = flags, .size = size};
    struct outcome o = {.moved = 0};
    if (w.size > *ret_data_size)
        w.size = *ret_data_size;
    long result = try_or_wait(session, &w, &o);
    memcpy(ret_data, o.data, o.moved);
    *ret_data_size = o.moved;
    return result;
}

static long on_receive_from(struct l4re_session *session, l4_umword_t size,
                            l4_umword_t flags, void *ret_host,
                            size_t *ret_host_size, l4_umword_t *ret_port,
                            void *ret_data, size_t *ret_data_size)
{
    struct wait w = {.what = WAIT_RECEIVE_FROM, .flags = flags, .size = size};
    struct outcome o = {.moved = 0};
    if (w.size > *ret_data_size)
        w.size = *ret_data_size;
    long result = try_or_wait(session, &w, &o);
    memcpy(ret_host, o.host, NET_HOST_SIZE);
    *ret_host_size = NET_HOST_SIZE;
    *ret_port = o.port;
    memcpy(ret_data, o.data, o.moved);
    *ret_data_size = o.moved;
    return result;
}

static long on_receive_shared(struct l4re_session *session, l4_umword_t from,
                              l4_umword_t size, l4_umword_t flags,
                              void *ret_host, size_t *ret_host_size,
                              l4_umword_t *ret_port, l4_umword_t *ret_moved)
{
    struct wait w = {.what = WAIT_RECEIVE_SHARED,
                     .flags = flags,
                     .from = from,
                     .size = size};
    struct outcome o = {.moved = 0};
    long result = try_or_wait(session, &w, &o);
    memcpy(ret_host, o.host, NET_HOST_SIZE);
    *ret_host_size = NET_HOST_SIZE;
    *ret_port = o.port;
    *ret_moved = o.moved;
    return result;
}

static long share_begin(struct socket *s)
{
    void *at = NULL;
    if (s->account->buffers == s->account->max_buffers)
        return -L4_ENOMEM;
    s->shared_ds = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(s->shared_ds))
        return -L4_ENOMEM;
    long error = l4re_ma_alloc(NET_SHARED_SIZE, s->shared_ds, 0);
    if (error >= 0) {
        error = l4re_rm_attach(&at, NET_SHARED_SIZE,
                               L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW |
                                   L4RE_RM_F_DETACH_FREE,
                               s->shared_ds, 0, L4_PAGESHIFT);
    }
    if (error < 0) {
        l4re_util_cap_free_um(s->shared_ds);
        return error;
    }
    s->shared = at;
    s->account->buffers++;
    return 0;
}

static long on_share(struct l4re_session *session, l4_umword_t *ret_size,
                     l4_cap_idx_t *ret_memory)
{
    struct socket *s = (struct socket *)session;
    long error = s->shared ? 0 : share_begin(s);
    *ret_size = NET_SHARED_SIZE;
    *ret_memory = s->shared_ds;
    return error;
}

static long on_shutdown(struct l4re_session *session, l4_umword_t how)
{
    struct socket *s = (struct socket *)session;
    if (!how || how > (NET_SHUT_RECEIVE | NET_SHUT_SEND))
        return -L4_EINVAL;
    long error = s->kind->shutdown(s, (unsigned)how);
    socket_mark(s);
    net_settle();
    return error;
}

static long on_status(struct l4re_session *session, void *ret_host,
                      size_t *ret_host_size, l4_umword_t *ret_port,
                      void *ret_peer, size_t *ret_peer_size,
                      l4_umword_t *ret_peer_port, l4_umword_t *ret_kind,
                      l4_umword_t *ret_state, l4_umword_t *ret_error)
{
    struct socket *s = (struct socket *)session;
    ip_addr_t own = *IP4_ADDR_ANY, peer = *IP4_ADDR_ANY;
    unsigned short own_port = 0, peer_port = 0;
    s->kind->address(s, false, &own, &own_port);
    s->kind->address(s, true, &peer, &peer_port);
    address_write(&own, ret_host);
    address_write(&peer, ret_peer);
    *ret_host_size = *ret_peer_size = NET_HOST_SIZE;
    *ret_port = own_port;
    *ret_peer_port = peer_port;
    *ret_kind = s->kind->number;
    *ret_state = s->state;
    *ret_error = (l4_umword_t)s->error;
    s->error = 0;
    return 0;
}

static long on_flags(struct l4re_session *session, l4_umword_t mask,
                     l4_umword_t value, l4_umword_t *ret_flags)
{
    struct socket *s = (struct socket *)session;
    if (mask & ~(l4_umword_t)FLAGS)
        return -L4_EINVAL;
    s->flags = (s->flags & ~mask) | (value & mask);
    s->kind->set_flags(s);
    *ret_flags = s->flags;
    return 0;
}

static long on_wait(struct l4re_session *session, l4_umword_t events,
                    l4_umword_t *ret_ready)
{
    struct socket *s = (struct socket *)session;
    struct wait w = {.what = WAIT_EVENTS, .flags = events};
    struct outcome o = {.moved = 0};
    l4_umword_t flags = s->flags;
    s->flags &= ~(l4_umword_t)NET_NONBLOCK; /* it says itself whether to wait */
    long result = try_or_wait(session, &w, &o);
    s->flags = flags;
    *ret_ready = o.moved;
    return result;
}

static long on_notify(struct l4re_session *session, l4_cap_idx_t irq)
{
    return l4re_watchers_add(&((struct socket *)session)->watchers, session,
                             irq);
}

long socket_publish(struct l4re_session *parent, struct socket *s)
{
    static const struct socket_methods methods = {
        .bind = on_bind,
        .listen = on_listen,
        .accept = on_accept,
        .connect = on_connect,
        .send = on_send,
        .send_to = on_send_to,
        .receive = on_receive,
        .receive_from = on_receive_from,
        .share = on_share,
        .send_shared = on_send_shared,
        .receive_shared = on_receive_shared,
        .shutdown = on_shutdown,
        .status = on_status,
        .flags = on_flags,
        .wait = on_wait,
        .notify = on_notify,
    };
    static const struct l4re_service service = {.interface = &socket_interface,
                                                .methods = &methods,
                                                .closed = on_closed};
    long error = l4re_session_open(parent, &s->session, &service, NULL);
    if (error < 0)
        return error;
    s->next = sockets;
    sockets = s; /* keeps I2 */
    s->is_published = true;
    return 0;
}
