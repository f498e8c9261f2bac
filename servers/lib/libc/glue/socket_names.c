/*
 * Addresses and options of sockets: what musl's headers call them, and what
 * the net server does.
 *
 *   sockaddr_in, sockaddr_in6 <-> 16 bytes as in IPv6, and a port
 *   SO_..., TCP_..., IPV6_...  -> a bit of socket.flags, or kept here
 *
 * An option that asks for less than there is (buffer sizes, lingering off) is
 * taken and changes nothing; one that the server has no means for is refused
 * (ENOPROTOOPT).
 */
#include "sockets.h"
#include "clock.h"
#include "socket-client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define BUFFER_SIZE 65536 /* what SO_RCVBUF and SO_SNDBUF tell */

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

static unsigned short swapped(unsigned short port)
{
    return port << 8 | port >> 8; /* all our machines are little-endian */
}

static long from_ipv4(const struct sockaddr_in *from, struct address *ret)
{
    memset(ret->host, 0, sizeof ret->host);
    if (from->sin_addr.s_addr) {
        memcpy(ret->host, mapped, sizeof mapped);
        memcpy(ret->host + sizeof mapped, &from->sin_addr, 4);
    }
    ret->port = swapped(from->sin_port);
    return 0;
}

long address_from(const struct sockaddr *from, socklen_t size, int family,
                  struct address *ret_address)
{
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)from;

    if (!from || size < sizeof(sa_family_t))
        return -EINVAL;
    if (from->sa_family != family)
        return -EAFNOSUPPORT;
    if (family == AF_INET)
        return size < sizeof(struct sockaddr_in)
                   ? -EINVAL
                   : from_ipv4((const struct sockaddr_in *)from, ret_address);
    if (size < sizeof *ipv6)
        return -EINVAL;
    memcpy(ret_address->host, &ipv6->sin6_addr, sizeof ret_address->host);
    ret_address->port = swapped(ipv6->sin6_port);
    return 0;
}

void address_to(const struct address *address, int family, struct sockaddr *to,
                socklen_t *size)
{
    struct sockaddr_in ipv4 = {.sin_family = AF_INET,
                               .sin_port = swapped(address->port)};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6,
                                .sin6_port = swapped(address->port)};
    const void *from = family == AF_INET ? (void *)&ipv4 : (void *)&ipv6;
    socklen_t there = family == AF_INET ? sizeof ipv4 : sizeof ipv6;

    if (!to || !size)
        return;
    memcpy(&ipv4.sin_addr, address->host + sizeof mapped, 4);
    memcpy(&ipv6.sin6_addr, address->host, sizeof address->host);
    if (address->host[0] == 0xfe && (address->host[1] & 0xc0) == 0x80)
        ipv6.sin6_scope_id = 1; /* there is one link */
    memcpy(to, from, *size < there ? *size : there);
    *size = there;
}

/* Options that are bits at the server. */
static const struct {
    int level, name;
    l4_umword_t flag;
} flags[] = {
    {SOL_SOCKET, SO_REUSEADDR, NET_REUSE},
    {SOL_SOCKET, SO_KEEPALIVE, NET_KEEPALIVE},
    {SOL_SOCKET, SO_BROADCAST, NET_BROADCAST},
    {IPPROTO_TCP, TCP_NODELAY, NET_NODELAY},
    {IPPROTO_IPV6, IPV6_V6ONLY, NET_ONLY_IPV6},
};

static l4_umword_t flag_of(long level, long name)
{
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].level == level && flags[i].name == name)
            return flags[i].flag;
    return 0;
}

static long set_limit(struct timeval *limit, const void *value, size_t size)
{
    struct timeval new;
    struct timespec exact;

    if (size < sizeof new)
        return -EINVAL;
    memcpy(&new, value, sizeof new);
    exact = (struct timespec){new.tv_sec, new.tv_usec * 1000};
    if (time_is_bad(&exact))
        return -EDOM;
    *limit = new;
    return 0;
}

/* Those that are kept here, or need nothing done. */
static long set_own(struct socket *s, long name, const void *value, size_t size)
{
    struct linger linger;

    switch (name) {
    case SO_RCVTIMEO:
    case SO_SNDTIMEO:
        return set_limit(&s->limit[name == SO_SNDTIMEO], value, size);
    case SO_RCVBUF:
    case SO_SNDBUF:
        return 0;
    case SO_LINGER:
        if (size < sizeof linger)
            return -EINVAL;
        memcpy(&linger, value, sizeof linger);
        return linger.l_onoff ? -ENOPROTOOPT : 0;
    default:
        return -ENOPROTOOPT;
    }
}

static long set_option(struct file *file, const long *a)
{
    const l4_umword_t flag = flag_of(a[1], a[2]);
    l4_umword_t now;
    int value;

    if (!flag)
        return a[1] == SOL_SOCKET
                   ? set_own(socket_of(file), a[2], (const void *)a[3], a[4])
                   : -ENOPROTOOPT;
    if ((size_t)a[4] < sizeof value)
        return -EINVAL;
    memcpy(&value, (const void *)a[3], sizeof value);
    return socket_result(socket_flags(file->cap, flag, value ? flag : 0, &now));
}

/* What SO_ERROR tells; it is told once. */
static long take_error(struct file *file, int *ret_value)
{
    struct socket *s = socket_of(file);
    struct socket_state state;
    long error = socket_state(file, &state);

    *ret_value = s->error;
    s->error = 0;
    return error;
}

static long get_value(struct file *file, long name, int *ret_value)
{
    const struct socket *s = socket_of(file);

    switch (name) {
    case SO_ERROR:
        return take_error(file, ret_value);
    case SO_TYPE:
        *ret_value = s->kind;
        return 0;
    case SO_DOMAIN:
        *ret_value = s->family;
        return 0;
    case SO_PROTOCOL:
        *ret_value = s->kind == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
        return 0;
    case SO_ACCEPTCONN:
        *ret_value = s->is_passive;
        return 0;
    case SO_RCVBUF:
    case SO_SNDBUF:
        *ret_value = BUFFER_SIZE;
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

static void put_value(const void *value, size_t there, const long *a)
{
    socklen_t *size = (socklen_t *)a[4];

    if (*size > there)
        *size = there;
    memcpy((void *)a[3], value, *size);
}

static long get_option(struct file *file, const long *a)
{
    const l4_umword_t flag = flag_of(a[1], a[2]);
    const struct linger linger = {0};
    l4_umword_t now = 0;
    int value = 0;
    long error;

    if (a[1] == SOL_SOCKET && (a[2] == SO_RCVTIMEO || a[2] == SO_SNDTIMEO)) {
        put_value(&socket_of(file)->limit[a[2] == SO_SNDTIMEO],
                  sizeof(struct timeval), a);
        return 0;
    }
    if (a[1] == SOL_SOCKET && a[2] == SO_LINGER) {
        put_value(&linger, sizeof linger, a);
        return 0;
    }
    if (flag)
        error = socket_result(socket_flags(file->cap, 0, 0, &now));
    else
        error =
            a[1] == SOL_SOCKET ? get_value(file, a[2], &value) : -ENOPROTOOPT;
    if (flag)
        value = (now & flag) != 0;
    if (error >= 0)
        put_value(&value, sizeof value, a);
    return error;
}

/* fd, level, name, value, size */
long call_setsockopt(const long *a)
{
    return with_socket(a, set_option);
}

/* fd, level, name, value out, size in and out */
long call_getsockopt(const long *a)
{
    return with_socket(a, get_option);
}
