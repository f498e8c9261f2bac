/*
 * BSD sockets over the net server (socket.iface): a capability each.
 *
 *   socket() -> net.open() -> struct file -> struct socket, a buffer
 *
 * At the server every socket is set not to wait; who shall wait here tries,
 * sleeps until the server tells of a change (poll.c, ready.c), and tries
 * again. So any number of threads may wait at one socket, for a time, and be
 * interrupted, and no call that moves data is ever torn.
 *
 * What moves data is in socket_data.c.
 *
 * TCP and UDP over IPv4 and IPv6; a program without "net" has no address
 * family at all. Left out: local and raw sockets, urgent data, data beside
 * the data (sendmsg()'s control part).
 */
#include "sockets.h"
#include "clock.h"
#include "net-client.h"
#include "ready.h"
#include "socket-client.h"
#include "pool.h"

#include <fcntl.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/kip.h>
#include <l4/sys/task.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>

static struct pool pool = {.size = sizeof(struct socket), .page = pool_page};

static const struct file_kind socket_kind;

struct socket *socket_of(const struct file *file)
{
    return file->kind == &socket_kind ? file->data : 0;
}

long with_socket(const long *a,
                 long (*action)(struct file *file, const long *a))
{
    struct file *file = file_take(a[0]);
    long result = -ENOTSOCK;

    if (!file)
        return -EBADF;
    if (socket_of(file))
        result = action(file, a);
    file_drop(file);
    return result;
}

int socket_is_stream(const struct file *file)
{
    return socket_of(file)->kind == SOCK_STREAM;
}

/* --- beginning and end ------------------------------------------------ */

/* An open file for a socket of the server; 0: no memory. */
static struct file *open_file(l4_cap_idx_t cap, int family, int kind, int flags)
{
    struct file *file =
        file_new(&socket_kind, O_RDWR | (flags & SOCK_NONBLOCK));
    struct socket *s = file ? pool_take(&pool) : 0;
    l4_umword_t now;

    if (!s) {
        if (file) {
            file->kind = &unopened_kind;
            file_drop(file);
        }
        return 0;
    }
    *s = (struct socket){.family = family, .kind = kind};
    file->data = s;
    file->cap = cap;
    socket_flags(cap, NET_NONBLOCK, NET_NONBLOCK, &now);
    return file;
}

/* The same with a number; the capability passes to it. */
static long install(l4_cap_idx_t cap, int family, int kind, int flags)
{
    struct file *file = open_file(cap, family, kind, flags);

    if (file)
        return file_install(file, 0, flags & SOCK_CLOEXEC ? O_CLOEXEC : 0);
    l4re_util_cap_free_um(cap);
    return -ENOMEM;
}

static const struct {
    char name[8];
    int family, kind;
} kinds[] = {
    {"tcp4", AF_INET, SOCK_STREAM},
    {"tcp6", AF_INET6, SOCK_STREAM},
    {"udp4", AF_INET, SOCK_DGRAM},
    {"udp6", AF_INET6, SOCK_DGRAM},
};

const char *socket_kind_name(const struct file *file)
{
    const struct socket *s = socket_of(file);

    for (size_t i = 0; s && i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].family == s->family && kinds[i].kind == s->kind)
            return kinds[i].name;
    return 0;
}

struct file *socket_inherit(const char *kind, l4_cap_idx_t cap)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, kind))
            continue;
        struct file *file = open_file(cap, kinds[i].family, kinds[i].kind, 0);
        if (file)
            socket_of(file)->is_inherited = 1;
        return file;
    }
    return 0;
}

/* 0: there is such a protocol. */
static long check_kind(long family, int kind, long protocol)
{
    if (family != AF_INET && family != AF_INET6)
        return -EAFNOSUPPORT;
    if (kind != SOCK_STREAM && kind != SOCK_DGRAM)
        return kind == SOCK_RAW ? -EPROTONOSUPPORT : -EINVAL;
    if (protocol &&
        protocol != (kind == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP))
        return -EPROTONOSUPPORT;
    return 0;
}

/* family, kind and flags, protocol */
long call_socket(const long *a)
{
    const int kind = a[1] & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
    l4_cap_idx_t net = l4re_env() ? l4re_env_get_cap("net") : L4_INVALID_CAP;
    long error =
        l4_is_invalid_cap(net) ? -EAFNOSUPPORT : check_kind(a[0], kind, a[2]);
    l4_cap_idx_t cap;

    if (error)
        return error;
    cap = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(cap))
        return -ENOMEM;
    error = socket_result(
        net_open(net, a[0] == AF_INET ? NET_IPV4 : NET_IPV6,
                 kind == SOCK_STREAM ? NET_STREAM : NET_DATAGRAM, cap));
    if (error < 0) {
        l4re_util_cap_free(cap);
        return error;
    }
    return install(cap, a[0], kind, a[1]);
}

static void socket_close(struct file *file)
{
    struct socket *s = file->data;
    l4re_ds_t memory = L4_INVALID_CAP;

    if (s->buffer && l4re_rm_detach_ds(s->buffer, &memory) >= 0 &&
        l4_is_valid_cap(memory))
        l4re_util_cap_free_um(memory);
    if (s->is_inherited)
        l4_task_release_cap(L4RE_THIS_TASK_CAP, file->cap);
    else
        l4re_util_cap_free_um(file->cap);
    pool_give(&pool, s);
}

/* --- what it is doing ------------------------------------------------- */

long socket_state(struct file *file, struct socket_state *ret)
{
    struct socket *s = file->data;
    size_t own = sizeof ret->own.host, peer = sizeof ret->peer.host;
    l4_umword_t kind, met = 0;
    long error = socket_status(file->cap, ret->own.host, &own, &ret->own.port,
                               ret->peer.host, &peer, &ret->peer.port, &kind,
                               &ret->state, &met);

    if (met)
        s->error = met;
    return error < 0 ? socket_result(error) : 0;
}

static long socket_poll(struct file *file, int events)
{
    l4_umword_t ready = 0;
    int result = 0;

    if (socket_wait(file->cap, 0, &ready) < 0)
        return POLLERR;
    if (ready & NET_CAN_RECEIVE)
        result |= POLLIN | POLLRDNORM;
    if (ready & NET_CAN_SEND)
        result |= POLLOUT | POLLWRNORM;
    result &= events;
    if (ready & NET_HUNG_UP)
        result |= POLLHUP;
    if (ready & NET_FAILED || socket_of(file)->error)
        result |= POLLERR;
    return result;
}

static long socket_watch(struct file *file)
{
    return server_watch(file, socket_notify);
}

static long socket_stat(struct file *file, struct stat *ret_stat)
{
    (void)file;
    ret_stat->st_mode = S_IFSOCK | 0600;
    return 0;
}

/* --- waiting ---------------------------------------------------------- */

l4_uint64_t socket_limit(const struct socket *s, int way)
{
    const struct timeval *t = &s->limit[way];

    return t->tv_sec || t->tv_usec
               ? l4_kip_clock(l4_kip()) + t->tv_sec * 1000000ull + t->tv_usec
               : READY_FOR_EVER;
}

long socket_await(struct file *file, int flags, int events,
                  l4_uint64_t deadline)
{
    long error;

    if ((file->flags & O_NONBLOCK) || (flags & MSG_DONTWAIT))
        return -EAGAIN;
    error = file_await(file, events, deadline);
    return error == -ETIMEDOUT ? -EAGAIN : error;
}

/* --- addresses and connections ---------------------------------------- */

static long bind_action(struct file *file, const long *a)
{
    struct address to;
    long error = address_from((const struct sockaddr *)a[1], a[2],
                              socket_of(file)->family, &to);

    return error ? error
                 : socket_result(socket_bind(file->cap, to.host, sizeof to.host,
                                             to.port));
}

/* fd, address, size */
long call_bind(const long *a)
{
    return with_socket(a, bind_action);
}

static long listen_action(struct file *file, const long *a)
{
    long error;

    if (!socket_is_stream(file))
        return -EOPNOTSUPP;
    error = socket_result(socket_listen(file->cap, a[1] < 1 ? 1 : a[1]));
    socket_of(file)->is_passive |= error >= 0;
    return error;
}

/* fd, how many may wait for accept() */
long call_listen(const long *a)
{
    return with_socket(a, listen_action);
}

static long accept_once(struct file *file, struct address *ret_peer,
                        l4_cap_idx_t *ret_cap)
{
    size_t size = sizeof ret_peer->host;
    long error;

    *ret_cap = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(*ret_cap))
        return -ENOMEM;
    error = socket_result(socket_accept(file->cap, ret_peer->host, &size,
                                        &ret_peer->port, *ret_cap));
    if (error < 0)
        l4re_util_cap_free(*ret_cap);
    return error;
}

static long accept_action(struct file *file, const long *a)
{
    struct socket *s = socket_of(file);
    const l4_uint64_t deadline = socket_limit(s, 0);
    struct address peer;
    l4_cap_idx_t cap;
    long error;

    if (!socket_is_stream(file))
        return -EOPNOTSUPP;
    if (a[3] & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
        return -EINVAL;
    while ((error = accept_once(file, &peer, &cap)) == -EAGAIN) {
        error = socket_await(file, 0, POLLIN, deadline);
        if (error)
            return error;
    }
    if (error < 0)
        return error;
    address_to(&peer, s->family, (struct sockaddr *)a[1], (socklen_t *)a[2]);
    return install(cap, s->family, SOCK_STREAM, a[3]);
}

/* fd, address out or 0, its size, flags */
long call_accept4(const long *a)
{
    return with_socket(a, accept_action);
}

long call_accept(const long *a)
{
    return call_accept4((const long[6]){a[0], a[1], a[2], 0});
}

/* How a connection that was begun has come out. */
static long outcome(struct file *file)
{
    struct socket *s = socket_of(file);
    struct socket_state state;
    long error = socket_state(file, &state);

    if (error || state.state == NET_STATE_CONNECTED)
        return error;
    error = s->error ? -s->error : -ECONNABORTED;
    s->error = 0;
    return error;
}

static long connect_action(struct file *file, const long *a)
{
    struct socket *s = socket_of(file);
    const l4_uint64_t deadline = socket_limit(s, 1);
    struct address to;
    long error =
        address_from((const struct sockaddr *)a[1], a[2], s->family, &to);

    if (!error)
        error = socket_result(
            socket_connect(file->cap, to.host, sizeof to.host, to.port));
    if (error != -EINPROGRESS)
        return error;
    error = socket_await(file, 0, POLLOUT, deadline);
    if (error == -EAGAIN)
        return -EINPROGRESS;
    return error ? error : outcome(file);
}

/* fd, address, size */
long call_connect(const long *a)
{
    return with_socket(a, connect_action);
}

static long shutdown_action(struct file *file, const long *a)
{
    static const unsigned ways[] = {
        [SHUT_RD] = NET_SHUT_RECEIVE,
        [SHUT_WR] = NET_SHUT_SEND,
        [SHUT_RDWR] = NET_SHUT_RECEIVE | NET_SHUT_SEND,
    };

    if (a[1] < SHUT_RD || a[1] > SHUT_RDWR)
        return -EINVAL;
    return socket_result(socket_shutdown(file->cap, ways[a[1]]));
}

/* fd, SHUT_... */
long call_shutdown(const long *a)
{
    return with_socket(a, shutdown_action);
}

static long own_name_action(struct file *file, const long *a)
{
    struct socket_state state;
    long error = socket_state(file, &state);

    if (!error)
        address_to(&state.own, socket_of(file)->family, (struct sockaddr *)a[1],
                   (socklen_t *)a[2]);
    return error;
}

/* fd, address out, its size */
long call_getsockname(const long *a)
{
    return with_socket(a, own_name_action);
}

static long peer_name_action(struct file *file, const long *a)
{
    struct socket_state state;
    long error = socket_state(file, &state);

    if (!error && state.state != NET_STATE_CONNECTED)
        error = -ENOTCONN;
    if (!error)
        address_to(&state.peer, socket_of(file)->family,
                   (struct sockaddr *)a[1], (socklen_t *)a[2]);
    return error;
}

long call_getpeername(const long *a)
{
    return with_socket(a, peer_name_action);
}

/* --- the kind --------------------------------------------------------- */

static long socket_control(struct file *file, unsigned long request,
                           void *argument)
{
    if (request != FIONBIO)
        return -ENOTTY;
    file->flags =
        *(int *)argument ? file->flags | O_NONBLOCK : file->flags & ~O_NONBLOCK;
    return 0;
}

static const struct file_kind socket_kind = {
    .read = socket_read,
    .write = socket_write,
    .control = socket_control,
    .stat = socket_stat,
    .poll = socket_poll,
    .watch = socket_watch,
    .close = socket_close,
};
