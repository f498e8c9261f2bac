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
 * Small pieces go in messages; larger ones through a buffer that the server is
 * asked for once, and served without if it has none left.
 *
 *  I1  A socket's buffer is used by who has `busy`.
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

static int is_stream(const struct file *file)
{
    return socket_of(file)->kind == SOCK_STREAM;
}

/* --- beginning and end ------------------------------------------------ */

/* An open file for a socket of the server; the capability passes to it. */
static long install(l4_cap_idx_t cap, int family, int kind, int flags)
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
        l4re_util_cap_free_um(cap);
        return -ENOMEM;
    }
    *s = (struct socket){.family = family, .kind = kind};
    file->data = s;
    file->cap = cap;
    socket_flags(cap, NET_NONBLOCK, NET_NONBLOCK, &now);
    return file_install(file, 0, flags & SOCK_CLOEXEC ? O_CLOEXEC : 0);
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
    l4_cap_idx_t irq = ready_irq();
    long error;

    if (file->is_watched)
        return 0;
    if (l4_is_invalid_cap(irq))
        return -ENOMEM;
    error = socket_result(socket_notify(file->cap, irq));
    file->is_watched = error >= 0;
    return error;
}

static long socket_stat(struct file *file, struct stat *ret_stat)
{
    (void)file;
    ret_stat->st_mode = S_IFSOCK | 0600;
    return 0;
}

/* --- waiting ---------------------------------------------------------- */

/* When a wait that begins now ends. way: 0 to receive, 1 to send. */
static l4_uint64_t limit_of(const struct socket *s, int way)
{
    const struct timeval *t = &s->limit[way];

    return t->tv_sec || t->tv_usec
               ? l4_kip_clock(l4_kip()) + t->tv_sec * 1000000ull + t->tv_usec
               : READY_FOR_EVER;
}

/* After an attempt that came too early: 0, try again; or why not. */
static long wait_again(struct file *file, int flags, int events,
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

    if (!is_stream(file))
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
    const l4_uint64_t deadline = limit_of(s, 0);
    struct address peer;
    l4_cap_idx_t cap;
    long error;

    if (!is_stream(file))
        return -EOPNOTSUPP;
    if (a[3] & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
        return -EINVAL;
    while ((error = accept_once(file, &peer, &cap)) == -EAGAIN) {
        error = wait_again(file, 0, POLLIN, deadline);
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
    const l4_uint64_t deadline = limit_of(s, 1);
    struct address to;
    long error =
        address_from((const struct sockaddr *)a[1], a[2], s->family, &to);

    if (!error)
        error = socket_result(
            socket_connect(file->cap, to.host, sizeof to.host, to.port));
    if (error != -EINPROGRESS)
        return error;
    error = wait_again(file, 0, POLLOUT, deadline);
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

/* --- data ------------------------------------------------------------- */

/* One sendmsg() or recvmsg(): all the smaller calls are made of these. */
struct transfer {
    const struct iovec *part;
    size_t parts;
    int flags;             /* MSG_... */
    struct address *other; /* to whom; from whom is filled in; 0: nobody */
    int was_cut;           /* a datagram was longer than there was room */
};

static size_t total(const struct transfer *t)
{
    size_t sum = 0;

    for (size_t i = 0; i < t->parts; i++)
        sum += t->part[i].iov_len;
    return sum;
}

/* Between the parts, from byte `at` of them on, and one piece of memory. */
static void copy_parts(const struct transfer *t, size_t at, char *piece,
                       size_t size, int to_piece)
{
    for (size_t i = 0; i < t->parts && size; i++) {
        size_t length = t->part[i].iov_len;
        char *there = (char *)t->part[i].iov_base + at;
        if (at >= length) {
            at -= length;
            continue;
        }
        length -= at;
        if (length > size)
            length = size;
        memcpy(to_piece ? piece : there, to_piece ? there : piece, length);
        piece += length;
        size -= length;
        at = 0;
    }
}

static void make_buffer(struct file *file, struct socket *s)
{
    l4_cap_idx_t memory = l4re_util_cap_alloc();
    l4_umword_t size;
    void *at = 0;

    s->has_asked = 1;
    if (l4_is_invalid_cap(memory))
        return;
    if (socket_share(file->cap, &size, memory) < 0) {
        l4re_util_cap_free(memory);
        return;
    }
    if (l4re_rm_attach(&at, NET_SHARED_SIZE,
                       L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW, memory, 0,
                       L4_PAGESHIFT) < 0)
        l4re_util_cap_free_um(memory);
    else
        s->buffer = at;
}

/* The buffer for a piece that no message holds; 0: there is none. */
static char *buffer_for(struct file *file, size_t size)
{
    struct socket *s = file->data;

    if (size <= SOCKET_SEND_TO_DATA_MAX)
        return 0;
    if (!s->has_asked)
        make_buffer(file, s);
    return s->buffer;
}

/* The bytes from `at` on, as many as go at once; how many the server took. */
static long send_once(struct file *file, const struct transfer *t, size_t at,
                      size_t size)
{
    const unsigned char *host = t->other ? t->other->host : 0;
    const l4_umword_t port = t->other ? t->other->port : 0;
    const size_t host_size = host ? NET_HOST_SIZE : 0;
    char data[SOCKET_SEND_TO_DATA_MAX], *buffer = buffer_for(file, size);
    const size_t most = buffer ? NET_SHARED_SIZE : sizeof data;
    l4_umword_t taken = 0;
    long error;

    if (size > most && !is_stream(file))
        return -EMSGSIZE;
    if (size > most)
        size = most;
    copy_parts(t, at, buffer ? buffer : data, size, 1);
    if (buffer)
        error = socket_send_shared(file->cap, host, host_size, port, 0, size,
                                   &taken);
    else if (host)
        error = socket_send_to(file->cap, host, host_size, port, data, size,
                               &taken);
    else
        error = socket_send(file->cap, data, size, &taken);
    return error < 0 ? socket_result(error) : (long)taken;
}

static long try_send(struct file *file, const struct transfer *t, size_t at,
                     size_t size)
{
    struct socket *s = file->data;
    long result;

    sleep_lock_take(&s->busy);
    result = send_once(file, t, at, size);
    sleep_lock_drop(&s->busy);
    if (result == -EPIPE && !(t->flags & MSG_NOSIGNAL))
        signal_raise(SIGPIPE);
    return result;
}

/* All of it, waiting where that is allowed; a part, if an error follows. */
static long transfer_out(struct file *file, const struct transfer *t)
{
    const l4_uint64_t deadline = limit_of(file->data, 1);
    const size_t size = total(t);
    size_t done = 0;

    if (t->flags & MSG_OOB)
        return -EOPNOTSUPP;
    for (;;) {
        long put = try_send(file, t, done, size - done);
        if (put == -EAGAIN) {
            put = wait_again(file, t->flags, POLLOUT, deadline);
            if (!put)
                continue;
        }
        if (put < 0)
            return done ? (long)done : put;
        done += put;
        if (done == size)
            return size;
    }
}

/* What there is, up to `size` bytes; -EAGAIN: nothing. */
static long receive_once(struct file *file, struct transfer *t, size_t at,
                         size_t size)
{
    /* A datagram needs room for one byte more, to tell whether it was cut. */
    const size_t wanted = is_stream(file) ? size : size + 1;
    char data[SOCKET_RECEIVE_FROM_DATA_MAX], *buffer = buffer_for(file, wanted);
    struct address from = {.port = 0};
    size_t host_size = sizeof from.host, got = sizeof data;
    const l4_umword_t flags = t->flags & MSG_PEEK ? NET_PEEK : 0;
    const size_t most = buffer ? NET_SHARED_SIZE : sizeof data;
    l4_umword_t moved = 0;
    long error;

    if (buffer)
        error = socket_receive_shared(
            file->cap, 0, wanted < most ? wanted : most, flags, from.host,
            &host_size, &from.port, &moved);
    else
        error =
            socket_receive_from(file->cap, wanted < most ? wanted : most, flags,
                                from.host, &host_size, &from.port, data, &got);
    if (error < 0)
        return socket_result(error);
    if (buffer)
        got = moved;
    t->was_cut = got > size;
    if (got > size)
        got = size;
    copy_parts(t, at, buffer ? buffer : data, got, 0);
    if (t->other)
        *t->other = from;
    return got;
}

static long try_receive(struct file *file, struct transfer *t, size_t at,
                        size_t size)
{
    struct socket *s = file->data;
    long result;

    sleep_lock_take(&s->busy);
    result = receive_once(file, t, at, size);
    sleep_lock_drop(&s->busy);
    return result;
}

/* What there is; of a stream, with MSG_WAITALL, all that was asked for. */
static long transfer_in(struct file *file, struct transfer *t)
{
    const l4_uint64_t deadline = limit_of(file->data, 0);
    const int wants_all =
        is_stream(file) && (t->flags & MSG_WAITALL) && !(t->flags & MSG_PEEK);
    const size_t size = total(t);
    size_t done = 0;

    if (t->flags & MSG_OOB)
        return -EINVAL;
    if (is_stream(file) && !size)
        return 0;
    for (;;) {
        long got = try_receive(file, t, done, size - done);
        if (got == -EAGAIN) {
            got = wait_again(file, t->flags, POLLIN, deadline);
            if (!got)
                continue;
        }
        if (got < 0)
            return done ? (long)done : got;
        done += got;
        if (!wants_all || !got || done == size)
            return done;
    }
}

/* --- the calls that move data ----------------------------------------- */

static long socket_read(struct file *file, void *to, size_t size, long offset)
{
    const struct iovec part = {to, size};

    (void)offset;
    return transfer_in(file, &(struct transfer){.part = &part, .parts = 1});
}

static long socket_write(struct file *file, const void *from, size_t size,
                         long offset)
{
    const struct iovec part = {(void *)from, size};

    (void)offset;
    return transfer_out(file, &(struct transfer){.part = &part, .parts = 1});
}

static long send_to(struct file *file, struct transfer *t,
                    const struct sockaddr *to, socklen_t size)
{
    struct address address;
    long error = 0;

    if (to && is_stream(file))
        to = 0; /* connected: the address is not looked at */
    if (to) {
        error = address_from(to, size, socket_of(file)->family, &address);
        t->other = &address;
    }
    return error ? error : transfer_out(file, t);
}

static long sendto_action(struct file *file, const long *a)
{
    const struct iovec part = {(void *)a[1], a[2]};
    struct transfer t = {.part = &part, .parts = 1, .flags = a[3]};

    return send_to(file, &t, (const struct sockaddr *)a[4], a[5]);
}

/* fd, data, size, flags, address or 0, its size */
long call_sendto(const long *a)
{
    return with_socket(a, sendto_action);
}

static long sendmsg_action(struct file *file, const long *a)
{
    const struct msghdr *m = (const struct msghdr *)a[1];
    struct transfer t = {
        .part = m->msg_iov, .parts = m->msg_iovlen, .flags = a[2]};

    if (m->msg_controllen)
        return -EINVAL;
    return send_to(file, &t, m->msg_name, m->msg_namelen);
}

/* fd, message, flags */
long call_sendmsg(const long *a)
{
    return with_socket(a, sendmsg_action);
}

/* Who it is from: of a stream nobody is told. */
static void tell_sender(struct file *file, const struct address *from,
                        struct sockaddr *to, socklen_t *size)
{
    if (!is_stream(file))
        address_to(from, socket_of(file)->family, to, size);
    else if (to && size)
        *size = 0;
}

static long recvfrom_action(struct file *file, const long *a)
{
    const struct iovec part = {(void *)a[1], a[2]};
    struct address from;
    struct transfer t = {
        .part = &part, .parts = 1, .flags = a[3], .other = &from};
    long result = transfer_in(file, &t);

    if (result >= 0)
        tell_sender(file, &from, (struct sockaddr *)a[4], (socklen_t *)a[5]);
    return result;
}

/* fd, room, size, flags, address out or 0, its size */
long call_recvfrom(const long *a)
{
    return with_socket(a, recvfrom_action);
}

static long recvmsg_action(struct file *file, const long *a)
{
    struct msghdr *m = (struct msghdr *)a[1];
    struct address from;
    struct transfer t = {.part = m->msg_iov,
                         .parts = m->msg_iovlen,
                         .flags = a[2],
                         .other = &from};
    long result = transfer_in(file, &t);

    if (result < 0)
        return result;
    tell_sender(file, &from, m->msg_name, &m->msg_namelen);
    m->msg_controllen = 0;
    m->msg_flags = t.was_cut ? MSG_TRUNC : 0;
    return result;
}

/* fd, message, flags */
long call_recvmsg(const long *a)
{
    return with_socket(a, recvmsg_action);
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
