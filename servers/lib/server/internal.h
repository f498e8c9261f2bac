/*
 * What the parts of the server library ask of each other.
 */
#ifndef SERVER_INTERNAL_H
#define SERVER_INTERNAL_H

#include <l4/re/c/server.h>

/* The reply slot `reply` of the server, as a selector. */
l4_cap_idx_t server_reply_selector(const struct l4re_server *server,
                                   unsigned reply);

/* Binds a gate or IRQ to the server's thread; its messages go to `endpoint`. */
long server_bind(struct l4re_server *server, l4_cap_idx_t cap,
                 struct l4re_endpoint *endpoint);

/* The server whose thread this is, in a handler: a request may have been
 * passed on to it. Outside of all, the session's own. */
struct l4re_server *server_now(const struct l4re_session *session);

/* What the session answers to `request`, its words in `answer`. */
long session_request(struct l4re_session *session, struct l4re_request *request,
                     struct l4re_msg *answer);

/* Passes the request just read on to another thread. L4RE_LATER: it will be
 * answered there, SERVE_HERE, or -L4_EBUSY: too many wait for that thread. */
enum { SERVE_HERE = 1 };
long server_pass(struct l4re_session *session, struct l4re_server *other);
/* The interrupt of a thread that requests were passed on to: answers one. */
void server_help(struct l4re_server *server, struct l4re_irq *irq);

/* Is there something to do once the answer has been sent? */
bool session_must_tidy(const struct l4re_server *server);

/* Does it: releases capabilities nobody kept, gives up the references to
 * sessions that were handed out. The UTCB is used. */
void session_tidy(struct l4re_server *server);

/* The deletion interrupt: closes sessions whose gates have gone. */
void session_sweep(struct l4re_server *server, struct l4re_irq *irq);

#endif
