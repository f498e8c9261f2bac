/*
 * The net server's parts.
 *
 *      client.c    sessions of net.iface, and what a client may have (account)
 *      socket.c    sockets: methods, callers that wait, shared buffers
 *      stream.c    TCP      \  two kinds of sockets over lwIP's callbacks
 *      datagram.c  UDP      /
 *      link.c      frames and time: lwIP's world
 *      address.c   addresses and errors of lwIP, in ours
 *
 * lwIP's callbacks only note what happened and mark the socket; when lwIP is
 * left, net_settle() looks at the marked ones and answers who waits. So no
 * callback ever finds its socket gone.
 *
 * I1  an account's counts are those of its sockets, buffers and waiting calls,
 *     at most its limits
 * I2  of all accounts, the limits of sockets and waiting calls are at most
 *     what lwIP and the framework have
 */
#ifndef NET_H
#define NET_H

#include <l4/re/c/server.h>
#include <l4/vitrine/net.h>
#include <lwip/ip_addr.h>

enum { NET_INLINE_MAX = 464 };

/* What a client, and whoever it shares with, has and may have. */
struct account {
    struct account *next;
    unsigned users; /* sessions and sockets */
    unsigned sockets, buffers, waits;
    unsigned max_sockets, max_buffers, max_waits;
};

/* A session of net.iface. */
struct client {
    struct l4re_session session; /* first */
    struct client *next;
    struct account *account;
    l4_cap_idx_t signal; /* of notify() */
};

/* What a caller asked for and waits for, or is being tried. */
struct wait {
    enum {
        WAIT_NONE,
        WAIT_ACCEPT,
        WAIT_CONNECT,
        WAIT_SEND,
        WAIT_SEND_TO,
        WAIT_SEND_SHARED,
        WAIT_RECEIVE,
        WAIT_RECEIVE_FROM,
        WAIT_RECEIVE_SHARED,
        WAIT_EVENTS,
    } what;
    struct l4re_caller caller;
    ip_addr_t ip;
    bool has_ip;
    unsigned short port;
    l4_umword_t from, size, flags; /* flags: or the events */
    char data[NET_INLINE_MAX];
};

/* What came of it. */
struct outcome {
    l4_uint8_t host[NET_HOST_SIZE];
    l4_umword_t port, moved;
    l4_cap_idx_t cap;
    char data[NET_INLINE_MAX];
};

struct socket;

/* What stream.c and datagram.c do. Results below 0 are errors; -L4_EAGAIN:
 * not now, the socket will be marked when it is worth another try. */
struct socket_kind {
    l4_umword_t number; /* NET_STREAM, NET_DATAGRAM */
    long (*open)(struct socket *s, bool ipv6);
    long (*bind)(struct socket *s, const ip_addr_t *ip, unsigned short port);
    long (*connect)(struct socket *s, const ip_addr_t *ip, unsigned short port);
    /* How much was taken; ip NULL: to the other end. */
    long (*send)(struct socket *s, const ip_addr_t *ip, unsigned short port,
                 const void *data, size_t size);
    long (*receive)(struct socket *s, void *data, size_t size,
                    l4_umword_t flags, struct outcome *ret_from);
    unsigned (*ready)(const struct socket *s); /* NET_CAN_..., _HUNG_UP */
    long (*shutdown)(struct socket *s, unsigned how);
    void (*set_flags)(struct socket *s);
    void (*address)(const struct socket *s, bool peer, ip_addr_t *ret_ip,
                    unsigned short *ret_port);
    void (*close)(struct socket *s);
};

struct datagram;

struct socket {
    struct l4re_session session; /* first */
    const struct socket_kind *kind;
    struct socket *next;
    struct account *account;
    struct client *client; /* who opened it; NULL: gone */
    l4_umword_t flags;     /* NET_NONBLOCK... */
    l4_umword_t state;     /* NET_STATE_... */
    long error;            /* met, not told yet; positive */
    bool is_ipv6, is_bound, is_marked, is_published;
    bool ended, shut_receive, shut_send; /* ended: by the other end */
    struct wait receiving, sending, watching;
    struct l4re_watchers watchers; /* of notify() */
    char *shared;                  /* mapped, NULL: none */
    l4_cap_idx_t shared_ds;
    struct tcp_pcb *tcp;
    char *ring; /* of TCP_WND bytes: received, not read */
    size_t ring_first, ring_count;
    struct socket *arrivals,
        **last_arrival; /* of one that listens, by `next` */
    struct udp_pcb *udp;
    struct datagram *datagrams, **last_datagram;
    size_t datagram_bytes;
};

/* main.c */
extern struct l4re_server net_server;

/* client.c */
/* Serves the gate "net_server". */
long client_init(struct client *root);
bool account_take_socket(struct account *a);
bool account_take_wait(struct account *a);
/* Has anybody a socket or a call that waits? */
bool account_any_busy(void);
void account_use(struct account *a);
/* One user less; the last one frees it. */
void account_leave(struct account *a);
/* There may be an address now. */
void client_link_changed(void);
void client_signal(const struct client *c);

/* socket.c */
/* A socket without a gate, charged to the account; NULL: quota or memory. */
struct socket *socket_new(struct account *account, struct client *client,
                          const struct socket_kind *kind);
/* Gives it a gate, to be handed out in an answer at `parent`. */
long socket_publish(struct l4re_session *parent, struct socket *s);
/* Ends one that has no gate (any more). */
void socket_end(struct socket *s);
/* Something happened to it. */
void socket_mark(struct socket *s);
/* Tries again for who waits at marked sockets; false: there were none. */
bool socket_settle(void);
void socket_forget_client(const struct client *c);

/* stream.c, datagram.c */
extern const struct socket_kind stream_kind, datagram_kind;
long stream_listen(struct socket *s, l4_umword_t backlog);
/* The next connection, not published; -L4_EAGAIN: none. */
long stream_accept(struct socket *s, struct socket **ret_new);

/* link.c */
/* ipv4: NULL asks for a lease, else address/prefix[,gateway[,name server]]. */
long link_init(const char *ipv4);
void link_status(struct net_status *ret_status);
bool link_is_ready(void);
/* Is it an address of this machine, or none in particular? */
bool link_owns(const ip_addr_t *ip);
/* After each visit to lwIP: delivers what waits, answers, sets the timer. */
void net_settle(void);

/* address.c */
/* `host` is NET_HOST_SIZE bytes; false: it is not. any: zeros stand for it. */
bool address_read(const void *host, size_t size, bool ipv6, ip_addr_t *ret_ip);
void address_write(const ip_addr_t *ip, l4_uint8_t *ret_host);
/* An lwIP error as ours, below 0. */
long address_error(int err);

#endif
