/*
 * Hearing that a server has ended and another one is there: for clients whose
 * server is told things (attributes, interrupts) that the next one must be told
 * again.
 *
 *      client: a gate, the token --watch--> server: keeps it
 *      the server ends, and with it the last capability to the token: the
 *      kernel says so by the deletion interrupt of who made it
 *
 * So nobody calls what is not answered, and a system that has nothing to do is
 * at rest.
 */
#ifndef WATCH_H
#define WATCH_H

#include <l4/re/c/server.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/sys/types.h>

/* A request with a capability, the token, that the server keeps for as long as
 * it is there and does nothing with. */
struct watched {
    l4_cap_idx_t server;
    long protocol;
    l4_umword_t operation;
};

/*
 * Triggers `irq` each time the server has ended and another one answers. Takes
 * a thread, which ends at once if the server does not know the request. 0, or
 * -L4_ENOMEM.
 */
long watch_start(const struct watched *what, l4_cap_idx_t irq);

/* A server's handler of that request: keeps `token` (it came with it) in the
 * place of the one before (0: none), who made that one looks for the server
 * anew. Errors of l4re_session_keep_cap(). */
static inline long watch_keep(l4_cap_idx_t *inout_kept,
                              struct l4re_session *session, l4_cap_idx_t token)
{
    long error = l4re_session_keep_cap(session, token);
    if (error < 0)
        return error;
    if (*inout_kept)
        l4re_util_cap_free_um(*inout_kept);
    *inout_kept = token;
    return 0;
}

#endif
