/*
 * The disk's server: what its parts share.
 *
 *   gate ---> port ---> session ---> requests ---> the disk
 *             (a part   (memory)     queued, under way, ended
 *             of it)
 *
 * A *port* is a gate from the environment with what its holders may reach of
 * the disk, and its own limits: so two clients with a port each cannot take
 * each other's sessions or turns.
 *
 * I1  a client's request is free, on its port's queue, with the disk, or on
 *     the client's list of ended ones.
 * I2  a client's memory is not given back while the disk has a request of it.
 * I3  a request with the disk lies inside its port's sectors and its client's
 *     memory.
 * I4  the disk's interrupt is unmasked exactly while a request is with it, so
 *     that a machine on which nothing else can happen ends.
 */
#ifndef BLOCK_SERVER_PARTS_H
#define BLOCK_SERVER_PARTS_H

#include "block-server.h"
#include "virtio_block.h"

/* Crash points, for tests (tests/servers/drivers): nothing here. */
#ifndef BLOCK_POINT
#define BLOCK_POINT() ((void)0)
#endif

enum {
    PORTS_MAX = 4,
    PORT_SESSIONS = 4,                          /* of one port */
    PORT_CALLERS = L4RE_SERVER_REPLIES / 4 - 1, /* kept waiting, of one */
    SESSION_REQUESTS = 16,
    SECTORS_MAX = 1 << 20, /* of one request */
};

enum request_state { FREE, QUEUED, UNDER_WAY, ENDED };

struct client;

struct request {
    struct client *client;
    struct request *next; /* of the queue, or of those that ended */
    enum request_state state;
    enum block_request what;
    l4_umword_t sector, count, offset; /* sector: the disk's */
    l4_umword_t id;
    bool has_caller; /* transfer: answered, not told */
    struct l4re_caller caller;
    long result;
};

struct request_queue {
    struct request *first, **last;
};

struct port {
    struct l4re_session session; /* first: the gate's */
    const char *name;
    l4_uint64_t first, count; /* sectors of the disk */
    bool read_only;
    unsigned sessions, callers;
    struct request_queue queue;
};

struct client {
    struct l4re_session session; /* first */
    struct port *port;
    l4_cap_idx_t memory, signal;
    l4_uint64_t bus;
    l4_umword_t size;
    struct request request[SESSION_REQUESTS];
    struct request_queue ended;
    unsigned queued, under_way;
    bool is_waited_for, has_closed;
    struct l4re_caller waiter; /* in next() */
};

struct disk_server {
    struct l4re_server server;
    struct l4re_irq irq;
    struct virtio_block disk;
    struct port port[PORTS_MAX];
    unsigned ports, turn; /* the port whose turn it is */
    unsigned under_way;   /* requests at the disk */
    bool listens;         /* its interrupt may come; I4 */
};

extern struct disk_server block;

/* --- request.c */

void queue_init(struct request_queue *q);
/* 0, or why it cannot be done (an error of block.iface's transfer). */
long request_check(const struct request *r);
/* Queues or starts one that is checked. */
void request_begin(struct request *r);
/* A free one, NULL: all are in use. */
struct request *request_new(struct client *c);
/* Gives the disk what it has room for. */
void requests_start(void);
/* What the disk is done with: answered, or kept to be told. */
void requests_end(void);
/* The client has gone: what the disk does not have yet is dropped. */
void requests_drop(struct client *c);
/* Puts what has ended into `ended` (room for `max`): how many bytes. */
size_t requests_tell(struct client *c, l4_umword_t *ended, size_t max);

/* --- session.c */

/* Serves the port's gate. 0, or an error. */
long port_publish(struct port *p);
/* Frees the client and gives its memory back; keeps I2. */
void client_free(struct client *c);

#endif
