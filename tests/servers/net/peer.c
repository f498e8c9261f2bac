/*
 * DHCP and DNS for a test (see peer.h): a thread each, one datagram at a time.
 * Sources: RFC 2131, RFC 2132 (options), RFC 1035.
 */
#include "peer.h"
#include "net-client.h"
#include "socket-client.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/vitrine/net.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

enum { DHCP_SERVER = 67, DHCP_CLIENT = 68 };
enum { REQUEST = 1, REPLY = 2, BOOTP = 236, OPTIONS = 240 };
enum { DISCOVER = 1, OFFER = 2, ASK = 3, ACK = 5 };
enum { DNS_HEADER = 12, TYPE_A = 1 };

static l4_cap_idx_t dhcp, dns;
static unsigned dhcp_answers;

void peer_host(l4_uint8_t *ret_host, unsigned a, unsigned b, unsigned c,
               unsigned d)
{
    static const l4_uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    const l4_uint8_t ip[4] = {(l4_uint8_t)a, (l4_uint8_t)b, (l4_uint8_t)c,
                              (l4_uint8_t)d};
    memcpy(ret_host, mapped, sizeof mapped);
    memcpy(ret_host + sizeof mapped, ip, sizeof ip);
}

unsigned peer_dhcp_answers(void)
{
    return __atomic_load_n(&dhcp_answers, __ATOMIC_RELAXED);
}

/* --- DHCP --------------------------------------------------------------- */

/* The kind of message, option 53; 0: none. */
static unsigned dhcp_kind(const l4_uint8_t *m, size_t size)
{
    for (size_t i = OPTIONS; i + 2 < size && m[i] != 255;)
        if (m[i] == 53)
            return m[i + 2];
        else
            i += m[i] ? 2u + m[i + 1] : 1u;
    return 0;
}

static size_t dhcp_answer(l4_uint8_t *m, unsigned kind)
{
    static const l4_uint8_t options[] = {53,
                                         1,
                                         0, /* which message: filled in */
                                         54,
                                         4,
                                         10,
                                         0,
                                         0,
                                         1, /* the server */
                                         51,
                                         4,
                                         0,
                                         0,
                                         PEER_LEASE_SECONDS >> 8,
                                         PEER_LEASE_SECONDS & 0xff,
                                         1,
                                         4,
                                         255,
                                         255,
                                         255,
                                         0, /* the mask */
                                         3,
                                         4,
                                         10,
                                         0,
                                         0,
                                         1, /* the gateway */
                                         6,
                                         4,
                                         10,
                                         0,
                                         0,
                                         1, /* the name server */
                                         255};
    static const l4_uint8_t lease[4] = {10, 0, 0, 50};
    m[0] = REPLY;
    memcpy(m + 16, lease, sizeof lease);
    memcpy(m + OPTIONS, options, sizeof options);
    m[OPTIONS + 2] = kind == DISCOVER ? OFFER : ACK;
    return OPTIONS + sizeof options;
}

static void *serve_dhcp(void *unused)
{
    l4_uint8_t m[440], host[NET_HOST_SIZE], all[NET_HOST_SIZE];
    l4_umword_t port, taken;
    peer_host(all, 255, 255, 255, 255);
    for (;;) {
        size_t size = sizeof m, host_size = sizeof host;
        long error = socket_receive_from(dhcp, sizeof m, 0, host, &host_size,
                                         &port, m, &size);
        unsigned kind = error < 0 ? 0 : dhcp_kind(m, size);
        if (error < 0)
            return unused;
        if (m[0] != REQUEST || (kind != DISCOVER && kind != ASK))
            continue;
        size = dhcp_answer(m, kind);
        __atomic_add_fetch(&dhcp_answers, 1, __ATOMIC_RELAXED);
        socket_send_to(dhcp, all, sizeof all, DHCP_CLIENT, m, size, &taken);
    }
}

/* --- DNS ---------------------------------------------------------------- */

/* The question's end; 0: it is not for PEER_NAME. */
static size_t dns_question(const l4_uint8_t *m, size_t size)
{
    char name[64];
    size_t at = DNS_HEADER, length = 0;
    while (at < size && m[at] && length + m[at] + 1 < sizeof name) {
        if (length)
            name[length++] = '.';
        memcpy(name + length, m + at + 1, m[at]);
        length += m[at];
        at += m[at] + 1u;
    }
    name[length] = 0;
    return strcmp(name, PEER_NAME) ? 0 : at + 5;
}

static size_t dns_answer(l4_uint8_t *m, size_t size)
{
    static const l4_uint8_t answer[] = {
        0xc0, DNS_HEADER, 0, TYPE_A, 0, 1, 0, 0, 1, 0, 0, 4, 10, 0, 0, 1};
    size_t end = dns_question(m, size);
    bool is_known = end && end <= size && m[end - 3] == TYPE_A;
    m[2] = 0x81; /* an answer, as was asked */
    m[3] = end ? 0x80 : 0x83;
    m[7] = is_known;
    if (!is_known)
        return size;
    memcpy(m + end, answer, sizeof answer);
    return end + sizeof answer;
}

static void *serve_dns(void *unused)
{
    l4_uint8_t m[440], host[NET_HOST_SIZE];
    l4_umword_t port, taken;
    for (;;) {
        size_t size = sizeof m - 16, host_size = sizeof host;
        long error = socket_receive_from(dns, size, 0, host, &host_size, &port,
                                         m, &size);
        if (error < 0)
            return unused;
        if (size < DNS_HEADER)
            continue;
        size = dns_answer(m, size);
        socket_send_to(dns, host, host_size, port, m, size, &taken);
    }
}

/* --- start -------------------------------------------------------------- */

static long serve(l4_cap_idx_t net, unsigned port, l4_cap_idx_t *ret_socket,
                  void *(*run)(void *))
{
    static const l4_uint8_t any[NET_HOST_SIZE];
    pthread_t thread;
    l4_umword_t flags;
    l4_cap_idx_t s = l4re_util_cap_alloc();
    long error = net_open(net, NET_IPV4, NET_DATAGRAM, s);
    if (error >= 0)
        error = socket_bind(s, any, sizeof any, port);
    if (error >= 0)
        error = socket_flags(s, NET_BROADCAST, NET_BROADCAST, &flags);
    *ret_socket = s;
    if (error >= 0 && pthread_create(&thread, NULL, run, NULL))
        error = -L4_ENOMEM;
    return error;
}

long peer_start(l4_cap_idx_t net)
{
    long error = serve(net, DHCP_SERVER, &dhcp, serve_dhcp);
    return error < 0 ? error : serve(net, PEER_DNS_PORT, &dns, serve_dns);
}
