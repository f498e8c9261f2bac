/*
 * Hearing that a server has ended and another one is there: for clients whose
 * server is told things (attributes, interrupts) that the next one must be told
 * again.
 */
#ifndef WATCH_H
#define WATCH_H

#include <l4/sys/types.h>

/* A request without arguments that is never answered but by the server's end;
 * a server that does not know it says -L4_ENOSYS or -L4_EBADPROTO. */
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

#endif
