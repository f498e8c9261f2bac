/*
 * The network: what clients and servers of net.iface and socket.iface agree
 * upon (servers/net/README.md).
 *
 * Numbers are POSIX's and Linux's where there is one (errors), so that a C
 * library passes them on.
 */
#ifndef L4_VITRINE_NET_H
#define L4_VITRINE_NET_H

#include <l4/sys/err.h>
#include <l4/sys/types.h>

enum {
    NET_HOST_SIZE = 16,      /* bytes of an address, as in IPv6 */
    NET_SHARED_SIZE = 65536, /* of a socket's shared buffer */
};

enum { NET_IPV4 = 4, NET_IPV6 = 6 };
enum { NET_STREAM = 1, NET_DATAGRAM = 2 };

/* socket.flags */
enum {
    NET_NONBLOCK = 0x1,  /* -L4_EAGAIN instead of waiting */
    NET_REUSE = 0x2,     /* bind() takes an address that is being left */
    NET_NODELAY = 0x4,   /* small pieces are sent at once */
    NET_KEEPALIVE = 0x8, /* asks now and then whether the other end is there */
    NET_BROADCAST = 0x10,
    NET_ONLY_IPV6 = 0x20, /* an IPv6 socket takes no IPv4; before bind() */
};

/* socket.receive */
enum { NET_PEEK = 1 };

/* socket.shutdown */
enum { NET_SHUT_RECEIVE = 1, NET_SHUT_SEND = 2 };

/* socket.wait; accept() is possible with CAN_RECEIVE. */
enum {
    NET_CAN_RECEIVE = 1,
    NET_CAN_SEND = 2,
    NET_HUNG_UP = 4, /* both directions have ended */
    NET_FAILED = 8,  /* status() has the error */
};

/* socket.status */
enum {
    NET_STATE_NEW,
    NET_STATE_LISTENING,
    NET_STATE_CONNECTING,
    NET_STATE_CONNECTED,
    NET_STATE_CLOSED, /* it was connected */
};

/* net.status. Addresses are 16 bytes each, zeros where there is none. */
struct net_status {
    l4_uint8_t ipv4[NET_HOST_SIZE];
    l4_uint8_t ipv6[NET_HOST_SIZE]; /* link-local, unless there is another */
    l4_uint8_t gateway[NET_HOST_SIZE];
    l4_uint8_t name_server[NET_HOST_SIZE];
    l4_uint8_t mac[6];
    l4_uint8_t prefix;         /* bits of the IPv4 network */
    l4_uint8_t is_up;          /* the link is, and there is an IPv4 address */
    l4_uint32_t lease_seconds; /* 0: no lease */
    l4_uint32_t frames_in, frames_out, frames_bad;
};

/* Errors of POSIX that L4 has no name for. */
enum {
    NET_EMFILE = 24,
    NET_EPIPE = 32,
    NET_EMSGSIZE = 90,
    NET_EADDRINUSE = 98,
    NET_ENETUNREACH = 101,
    NET_ECONNABORTED = 103,
    NET_ECONNRESET = 104,
    NET_EISCONN = 106,
    NET_ENOTCONN = 107,
    NET_ETIMEDOUT = 110,
    NET_ECONNREFUSED = 111,
    NET_EHOSTUNREACH = 113,
    NET_EALREADY = 114,
    NET_EINPROGRESS = 115,
};

#endif
