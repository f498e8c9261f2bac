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

/* Is there something to do once the answer has been sent? */
bool session_must_tidy(const struct l4re_server *server);

/* Does it: releases capabilities nobody kept, gives up the references to
 * sessions that were handed out. The UTCB is used. */
void session_tidy(struct l4re_server *server);

/* The deletion interrupt: closes sessions whose gates have gone. */
void session_sweep(struct l4re_server *server, struct l4re_irq *irq);

#endif
