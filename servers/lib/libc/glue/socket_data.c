/*
 * Data through sockets: recv(), send() and what they are special cases of.
 *
 *   read, recv, recvfrom, recvmsg -> transfer_in()  -> receive_once(), wait
 *   write, send, sendto, sendmsg  -> transfer_out() -> send_once(), wait
 *
 * Small pieces go in messages; larger ones through a buffer that the server is
 * asked for once, and served without if it has none left.
 *
 *  I1  A socket's buffer is used by who has `busy`.
 */
#include "socket-client.h"
#include "sockets.h"

#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/uio.h>

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

    if (size > most && !socket_is_stream(file))
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
    const l4_uint64_t deadline = socket_limit(file->data, 1);
    const size_t size = total(t);
    size_t done = 0;

    if (t->flags & MSG_OOB)
        return -EOPNOTSUPP;
    for (;;) {
        long put = try_send(file, t, done, size - done);
        if (put == -EAGAIN) {
            put = socket_await(file, t->flags, POLLOUT, deadline);
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
    const size_t wanted = socket_is_stream(file) ? size : size + 1;
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
    const l4_uint64_t deadline = socket_limit(file->data, 0);
    const int wants_all = socket_is_stream(file) && (t->flags & MSG_WAITALL) &&
                          !(t->flags & MSG_PEEK);
    const size_t size = total(t);
    size_t done = 0;

    if (t->flags & MSG_OOB)
        return -EINVAL;
    if (socket_is_stream(file) && !size)
        return 0;
    for (;;) {
        long got = try_receive(file, t, done, size - done);
        if (got == -EAGAIN) {
            got = socket_await(file, t->flags, POLLIN, deadline);
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

long socket_read(struct file *file, void *to, size_t size, long offset)
{
    const struct iovec part = {to, size};

    (void)offset;
    return transfer_in(file, &(struct transfer){.part = &part, .parts = 1});
}

long socket_write(struct file *file, const void *from, size_t size, long offset)
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

    if (to && socket_is_stream(file))
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
    if (!socket_is_stream(file))
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
