/*
 * The net server, from a program's side: two stacks at one switch, `a`
 * (10.0.0.1) and `b`, which gets its address from `a` by DHCP.
 *
 *      capabilities: a, b (net.iface)
 *
 * One thread does both ends of each connection, which the stacks make possible:
 * connect() returns when the other stack has taken the connection, whether or
 * not anybody has accepted it.
 */
#include "../tap.h"
#include "net-client.h"
#include "peer.h"
#include "socket-client.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/task.h>
#include <l4/vitrine/net.h>
#include <pthread-l4.h>
#include <stdlib.h>
#include <string.h>

enum { BULK = 300000, PORT = 7 };

static l4_cap_idx_t a, b;
static l4_uint8_t host_a[NET_HOST_SIZE], host_b[NET_HOST_SIZE];
static const l4_uint8_t any[NET_HOST_SIZE];

static l4_cap_idx_t open_at(l4_cap_idx_t net, l4_umword_t family,
                            l4_umword_t kind)
{
    l4_cap_idx_t s = l4re_util_cap_alloc();
    long error = net_open(net, family, kind, s);
    if (error < 0)
        printf("# open: %ld\n", error);
    return s;
}

static void end(l4_cap_idx_t s)
{
    l4re_util_cap_free_um(s);
}

static long to(l4_cap_idx_t s, const l4_uint8_t *host, unsigned port)
{
    return socket_connect(s, host, NET_HOST_SIZE, port);
}

/* A stream that listens at `port` of a. */
static l4_cap_idx_t listener(l4_umword_t family, unsigned port)
{
    l4_umword_t flags;
    l4_cap_idx_t s = open_at(a, family, NET_STREAM);
    socket_flags(s, NET_REUSE, NET_REUSE, &flags);
    socket_bind(s, any, sizeof any, port);
    socket_listen(s, 4);
    return s;
}

static l4_cap_idx_t accepted(l4_cap_idx_t listening, l4_uint8_t *ret_host)
{
    l4_umword_t port;
    size_t size = NET_HOST_SIZE;
    l4_cap_idx_t s = l4re_util_cap_alloc();
    long error = socket_accept(listening, ret_host, &size, &port, s);
    if (error < 0)
        printf("# accept: %ld\n", error);
    return s;
}

/* --- the link --------------------------------------------------------- */

static void test_lease(void)
{
    struct net_status status;
    size_t size = sizeof status;
    code(peer_start(a), 0, "DHCP and DNS answer");
    code(net_ready(b, 20000000), 0, "b gets an address");
    net_status(b, &status, &size);
    fact(size == sizeof status && status.is_up, "its link is up");
    fact(!memcmp(status.ipv4, host_b, sizeof host_b), "it is the leased one");
    fact(!memcmp(status.gateway, host_a, sizeof host_a), "with a gateway");
    fact(status.lease_seconds == PEER_LEASE_SECONDS, "for as long as said");
    fact(status.prefix == 24 && peer_dhcp_answers() >= 2,
         "after two questions");
    code(net_ready(a, 0), 0, "a is ready at once");
}

static void test_names(void)
{
    l4_uint8_t hosts[NET_RESOLVE_HOSTS_MAX];
    size_t size = sizeof hosts;
    code(net_resolve(b, PEER_NAME, NET_IPV4, hosts, &size), 0,
         "a name is resolved");
    fact(size == NET_HOST_SIZE && !memcmp(hosts, host_a, NET_HOST_SIZE),
         "to its address");
    size = sizeof hosts;
    code(net_resolve(b, PEER_NAME, 0, hosts, &size), 0, "again, from memory");
    size = sizeof hosts;
    code(net_resolve(b, "nowhere.example.org", NET_IPV4, hosts, &size),
         -L4_ENOENT, "an unknown name is none");
    size = sizeof hosts;
    code(net_resolve(b, "10.0.0.50", 0, hosts, &size), 0, "numbers are read");
    fact(!memcmp(hosts, host_b, NET_HOST_SIZE), "as they are");
    size = sizeof hosts;
    code(net_resolve(b, "localhost", 0, hosts, &size), 0, "localhost is known");
    code(net_resolve(b, "x", 5, hosts, &size), -L4_EINVAL,
         "there is no family 5");
}

/* --- datagrams -------------------------------------------------------- */

static void test_datagrams(void)
{
    l4_cap_idx_t at_a = open_at(a, NET_IPV4, NET_DATAGRAM);
    l4_cap_idx_t at_b = open_at(b, NET_IPV4, NET_DATAGRAM);
    l4_uint8_t host[NET_HOST_SIZE];
    l4_umword_t port, taken, flags;
    char data[64];
    size_t size = sizeof data, host_size = sizeof host;

    code(socket_bind(at_a, any, sizeof any, PORT), 0,
         "a datagram socket binds");
    code(socket_bind(at_a, any, sizeof any, PORT), -L4_EINVAL, "once");
    code(socket_send(at_b, "x", 1, &taken), -NET_ENOTCONN,
         "to nobody nothing is sent");
    code(socket_send_to(at_b, host_a, sizeof host_a, PORT, "hello", 5, &taken),
         0, "a datagram is sent");
    code(socket_receive_from(at_a, sizeof data, NET_PEEK, host, &host_size,
                             &port, data, &size),
         0, "and looked at");
    size = 3;
    code(socket_receive_from(at_a, 3, 0, host, &host_size, &port, data, &size),
         0, "and received");
    fact(size == 3 && !memcmp(data, "hel", 3) && taken == 5,
         "what does not fit is lost");
    fact(!memcmp(host, host_b, sizeof host), "it says who it is from");
    socket_flags(at_a, NET_NONBLOCK, NET_NONBLOCK, &flags);
    size = sizeof data;
    code(socket_receive(at_a, sizeof data, 0, data, &size), -L4_EAGAIN,
         "there is no other");
    code(socket_send_to(at_b, host_a, 15, PORT, "x", 1, &taken), -L4_EINVAL,
         "a host has 16 bytes");
    code(socket_send_to(at_b, host_a, 16, 65536, "x", 1, &taken), -L4_EINVAL,
         "a port 16 bits");
    code(socket_listen(at_a, 1), -L4_EINVAL, "datagrams have no listeners");
    end(at_a);
    end(at_b);
}

/* --- streams ---------------------------------------------------------- */

static void test_stream(void)
{
    l4_cap_idx_t l = listener(NET_IPV4, PORT);
    l4_cap_idx_t c = open_at(b, NET_IPV4, NET_STREAM);
    l4_uint8_t host[NET_HOST_SIZE];
    l4_umword_t taken, ready;
    char data[64];
    size_t size = sizeof data;

    code(socket_send(c, "x", 1, &taken), -NET_ENOTCONN,
         "a stream is to be connected first");
    code(to(c, host_a, PORT), 0, "a stream connects");
    code(to(c, host_a, PORT), -NET_EISCONN, "once");
    l4_cap_idx_t s = accepted(l, host);
    fact(!memcmp(host, host_b, sizeof host), "accept says who it is");
    code(socket_send(c, "GET", 3, &taken), 0, "it sends");
    code(socket_receive(s, 2, 0, data, &size), 0, "the other end receives");
    fact(size == 2 && !memcmp(data, "GE", 2), "as much as it asks for");
    size = sizeof data;
    socket_receive(s, sizeof data, 0, data, &size);
    fact(size == 1 && data[0] == 'T', "and the rest");
    code(socket_wait(s, 0, &ready), 0, "what is possible can be asked");
    fact(ready == NET_CAN_SEND, "sending, now");
    code(socket_shutdown(c, NET_SHUT_SEND), 0, "one direction ends");
    code(socket_send(c, "x", 1, &taken), -NET_EPIPE, "for good");
    size = sizeof data;
    code(socket_receive(s, sizeof data, 0, data, &size), 0, "the end comes");
    fact(size == 0, "as no data");
    code(socket_send(s, "bye", 3, &taken), 0, "the other direction goes on");
    size = sizeof data;
    socket_receive(c, sizeof data, 0, data, &size);
    fact(size == 3, "and is heard");
    end(s);
    size = sizeof data;
    code(socket_receive(c, sizeof data, 0, data, &size), 0,
         "giving the socket up");
    fact(size == 0, "ends the connection");
    end(c);
    end(l);
}

static void test_refusals(void)
{
    l4_cap_idx_t s = open_at(b, NET_IPV4, NET_STREAM);
    l4_cap_idx_t other = open_at(b, NET_IPV4, NET_STREAM);
    l4_uint8_t host[NET_HOST_SIZE];
    l4_umword_t port;
    size_t size = sizeof host;
    l4_cap_idx_t slot = l4re_util_cap_alloc();

    code(to(s, host_a, 9), -NET_ECONNREFUSED, "nobody listens: refused");
    code(socket_accept(other, host, &size, &port, slot), -L4_EINVAL,
         "who does not listen accepts none");
    code(socket_bind(other, host_a, sizeof host_a, 80), -L4_EADDRNOTAVAIL,
         "an address is to be ours");
    l4_cap_idx_t l = listener(NET_IPV4, 80), second;
    second = open_at(a, NET_IPV4, NET_STREAM);
    code(socket_bind(second, any, sizeof any, 80), -NET_EADDRINUSE,
         "a port has one listener");
    code(net_open(a, 5, NET_STREAM, slot), -L4_EINVAL, "no such family");
    code(net_open(a, NET_IPV4, 3, slot), -L4_EINVAL, "no such kind");
    end(s);
    end(other);
    end(l);
    end(second);
    l4re_util_cap_free(slot);
}

/* --- large data ------------------------------------------------------- */

static char *shared(l4_cap_idx_t s)
{
    void *at = NULL;
    l4_umword_t size;
    l4_cap_idx_t ds = l4re_util_cap_alloc();
    long error = socket_share(s, &size, ds);
    if (error >= 0)
        error = l4re_rm_attach(&at, size, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                               ds, 0, L4_PAGESHIFT);
    if (error < 0)
        printf("# share: %ld\n", error);
    return at;
}

static char byte_at(size_t i)
{
    return (char)(i * 7 + (i >> 9));
}

/* Sends a piece of the bulk; how much. */
static size_t bulk_send(l4_cap_idx_t s, char *buffer, size_t done)
{
    size_t size = BULK - done < 40000 ? BULK - done : 40000;
    l4_umword_t taken = 0;
    for (size_t i = 0; i < size; i++)
        buffer[i] = byte_at(done + i);
    long error = size ? socket_send_shared(s, any, 0, 0, 0, size, &taken) : 0;
    return error < 0 ? 0 : taken;
}

/* Receives one; how much of it was right. */
static size_t bulk_receive(l4_cap_idx_t s, const char *buffer, size_t done)
{
    l4_uint8_t host[NET_HOST_SIZE];
    size_t host_size = sizeof host, right = 0;
    l4_umword_t port, moved = 0;
    long error = socket_receive_shared(s, 100, 60000, 0, host, &host_size,
                                       &port, &moved);
    for (size_t i = 0; i < moved && error >= 0; i++)
        right += buffer[100 + i] == byte_at(done + i);
    return right;
}

static void test_bulk(void)
{
    l4_cap_idx_t l = listener(NET_IPV4, PORT);
    l4_cap_idx_t c = open_at(b, NET_IPV4, NET_STREAM);
    l4_uint8_t host[NET_HOST_SIZE];
    l4_umword_t flags;
    to(c, host_a, PORT);
    l4_cap_idx_t s = accepted(l, host);
    char *out = shared(c), *in = shared(s);
    size_t sent = 0, came = 0;
    socket_flags(c, NET_NONBLOCK, NET_NONBLOCK, &flags);
    for (unsigned i = 0; i < 1000 && came < BULK; i++) {
        sent += bulk_send(c, out, sent);
        came += bulk_receive(s, in, came);
    }
    fact(sent == BULK && came == BULK, "large data comes as it was sent");
    l4_umword_t port, moved;
    size_t size = sizeof host;
    code(socket_receive_shared(s, 60000, 6000, 0, host, &size, &port, &moved),
         -L4_ERANGE, "nothing is received behind the buffer");
    code(socket_send_shared(c, any, 0, 0, ~0ul, 1, &moved), -L4_ERANGE,
         "nor sent from there");
    l4re_rm_detach(out);
    l4re_rm_detach(in);
    end(s);
    end(c);
    end(l);
}

/* --- events and quotas ------------------------------------------------ */

static void test_events(void)
{
    l4_cap_idx_t irq = l4re_util_cap_alloc(), l, c;
    l4_umword_t ready = 0, flags, port;
    l4_uint8_t host[NET_HOST_SIZE];
    size_t size = sizeof host;
    l4_cap_idx_t slot = l4re_util_cap_alloc();
    l4_factory_create_irq(l4re_env()->factory, irq);
    l4_rcv_ep_bind_thread(irq, pthread_l4_cap(pthread_self()), 0);
    code(net_notify(a, irq), 0, "an IRQ is registered");
    l = listener(NET_IPV4, PORT);
    socket_flags(l, NET_NONBLOCK, NET_NONBLOCK, &flags);
    code(socket_accept(l, host, &size, &port, slot), -L4_EAGAIN,
         "nobody came yet");
    c = open_at(b, NET_IPV4, NET_STREAM);
    socket_flags(c, NET_NONBLOCK, NET_NONBLOCK, &flags);
    code(to(c, host_a, PORT), -NET_EINPROGRESS, "connecting takes its time");
    code(socket_wait(c, NET_CAN_SEND, &ready), 0, "and is waited for");
    fact(ready == NET_CAN_SEND, "until one can send");
    fact(!l4_msgtag_has_error(
             l4_irq_receive(irq, l4_timeout(L4_IPC_TIMEOUT_NEVER,
                                            l4_timeout_from_us(1000000)))),
         "the IRQ hits");
    code(socket_wait(l, NET_CAN_RECEIVE, &ready), 0, "there is one to accept");
    code(socket_accept(l, host, &size, &port, slot), 0, "it is accepted");
    code(net_notify(a, L4_INVALID_CAP), 0, "no more of that");
    end(c);
    c = open_at(b, NET_IPV4, NET_STREAM);
    socket_flags(c, NET_NONBLOCK, NET_NONBLOCK, &flags);
    peer_host(host, 10, 0, 0, 99); /* nobody */
    code(to(c, host, PORT), -NET_EINPROGRESS, "to where nobody is, very long");
    code(to(c, host, PORT), -NET_EALREADY, "which is begun once");
    end(slot);
    end(c);
    end(l);
    end(irq);
}

/* How many sockets can be opened; they are given up again. */
static unsigned sockets_free(l4_cap_idx_t net)
{
    l4_cap_idx_t s[64];
    unsigned n = 0;
    for (; n < 64; n++) {
        s[n] = l4re_util_cap_alloc();
        if (net_open(net, NET_IPV4, NET_STREAM, s[n]) < 0)
            break;
    }
    for (unsigned i = 0; i <= n && i < 64; i++)
        end(s[i]);
    l4_ipc_sleep_ms(1); /* the server hears of it */
    return n;
}

static void test_quota(void)
{
    l4_cap_idx_t one = l4re_util_cap_alloc(), same = l4re_util_cap_alloc();
    l4_cap_idx_t s = l4re_util_cap_alloc();
    code(l4_error(l4_factory_create(a, NET_PROTOCOL, one)), 0,
         "a session is made");
    code(l4_error(l4_factory_create(one, NET_PROTOCOL, same)), 0,
         "from a session, too");
    unsigned all = sockets_free(one);
    fact(all >= 4 && all < 64, "its sockets are limited");
    code(net_open(one, NET_IPV4, NET_DATAGRAM, s), 0, "there are others");
    fact(sockets_free(same) == all - 1, "and both draw on the same");
    end(s);
    end(one);
    end(same);
}

/* --- IPv6 and this machine ---------------------------------------------- */

static void talk(l4_cap_idx_t from, const l4_uint8_t *host, l4_umword_t family,
                 const char *name)
{
    l4_cap_idx_t l = listener(NET_IPV6, 8080);
    l4_cap_idx_t c = open_at(from, family, NET_STREAM);
    l4_uint8_t who[NET_HOST_SIZE];
    l4_umword_t taken;
    char data[8];
    size_t size = sizeof data;
    long error = to(c, host, 8080);
    code(error, 0, name);
    if (error >= 0) {
        l4_cap_idx_t s = accepted(l, who);
        socket_send(s, "over", 4, &taken);
        socket_receive(c, sizeof data, 0, data, &size);
        fact(size == 4 && !memcmp(data, "over", 4), name);
        end(s);
    }
    end(c);
    end(l);
}

static void test_families(void)
{
    struct net_status status;
    l4_uint8_t local[NET_HOST_SIZE], local6[NET_HOST_SIZE] = {[15] = 1};
    size_t size = sizeof status;
    peer_host(local, 127, 0, 0, 1);
    l4_ipc_sleep_ms(3000); /* nobody else has that address */
    net_status(a, &status, &size);
    fact(status.ipv6[0] == 0xfe && status.ipv6[1] == 0x80,
         "there is an IPv6 address");
    talk(b, status.ipv6, NET_IPV6, "IPv6 from b to a");
    talk(b, host_a, NET_IPV4, "IPv4 to a listener of both");
    talk(a, local, NET_IPV4, "127.0.0.1");
    talk(a, local6, NET_IPV6, "::1");
}

int main(void)
{
    a = l4re_env_get_cap("a");
    b = l4re_env_get_cap("b");
    peer_host(host_a, 10, 0, 0, 1);
    peer_host(host_b, 10, 0, 0, 50);
    test_lease();
    test_names();
    test_datagrams();
    test_stream();
    test_refusals();
    test_bulk();
    test_events();
    test_quota();
    test_families();
    return tap_end();
}
