/*
 * Addresses of sockets, between POSIX and socket.iface. See sockets.c.
 */
#ifndef GLUE_SOCKETS_H
#define GLUE_SOCKETS_H

#include "server_files.h"

#include <l4/vitrine/net.h>
#include <sys/socket.h>
#include <sys/time.h>

#define NET_ERRNO_MAX 134 /* beyond the last errno */

struct address {
    unsigned char host[NET_HOST_SIZE];
    l4_umword_t port;
};

/* A socket of this program: file->data. */
struct socket {
    struct sleep_lock busy;  /* of the buffer */
    int family, kind;        /* AF_INET..., SOCK_STREAM... */
    char *buffer;            /* shared with the server; 0: none */
    int has_asked;           /* for it */
    int error;               /* met, not told yet: an errno */
    int is_passive;          /* listens */
    int is_inherited;        /* the capability's index is not ours to free */
    struct timeval limit[2]; /* of receiving, sending; 0: none */
};

/* The socket of a file; 0: it is none. */
GLUE_HIDDEN struct socket *socket_of(const struct file *file);

/* A result of the net server, which knows more numbers than L4 has. */
static inline long socket_result(long result)
{
    const int is_errno = result > -NET_ERRNO_MAX && result <= -L4_ERRNOMAX;

    return is_errno ? result : server_result(result);
}

/* What a socket is called when it is passed on: "tcp4", "tcp6", "udp4",
 * "udp6"; 0: it is none. And back: an open file. */
GLUE_HIDDEN const char *socket_kind_name(const struct file *file);
GLUE_HIDDEN struct file *socket_inherit(const char *kind, l4_cap_idx_t cap);

GLUE_HIDDEN int socket_is_stream(const struct file *file);

/* When a wait that begins now ends. way: 0 to receive, 1 to send. */
GLUE_HIDDEN l4_uint64_t socket_limit(const struct socket *s, int way);

/* After an attempt that came too early: waits for the POLL... `events` and
 * returns 0; or why not. flags: MSG_... */
GLUE_HIDDEN long socket_await(struct file *file, int flags, int events,
                              l4_uint64_t deadline);

/* socket_data.c */
GLUE_HIDDEN long socket_read(struct file *file, void *to, size_t size,
                             long offset);
GLUE_HIDDEN long socket_write(struct file *file, const void *from, size_t size,
                              long offset);

/* Does it with the socket of a[0], which stays open meanwhile. -EBADF,
 * -ENOTSOCK. */
GLUE_HIDDEN long with_socket(const long *a,
                             long (*action)(struct file *file, const long *a));

/* What the server says of it. */
struct socket_state {
    struct address own, peer;
    l4_umword_t state; /* NET_STATE_... */
};

/* The error that comes with it is kept in s->error. */
GLUE_HIDDEN long socket_state(struct file *file, struct socket_state *ret);

/* socket_names.c: 0, -EINVAL or -EAFNOSUPPORT. */
GLUE_HIDDEN long address_from(const struct sockaddr *from, socklen_t size,
                              int family, struct address *ret_address);
/* As much as fits; *size becomes how much there is. to 0: nothing. */
GLUE_HIDDEN void address_to(const struct address *address, int family,
                            struct sockaddr *to, socklen_t *size);

#endif
