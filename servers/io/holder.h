/*
 * What keeps the machine from sleep and end: the locks of a bus's driver, and
 * how he is asked to let go.
 *
 *      l4re_inhibitor_acquire(bus, ...)  --> holds[id], a reason for people
 *      holder_ask(): L4RE_EV_PM, code id --> his events (event.iface)
 *
 * All is gone with the bus's session.
 */
#ifndef HOLDER_H
#define HOLDER_H

#include "events.h"
#include <l4/re/c/inhibitor.h>

enum { LOCKS = L4RE_INHIBITOR_WAKEUP + 1, REASON_MAX = 63 };

struct bus;

struct holder {
    struct events events;
    bool holds[LOCKS];
    char reason[LOCKS][REASON_MAX + 1];
};

void holder_init(struct holder *h);
/* The driver is gone: so are its locks and its events. */
void holder_end(struct holder *h);
/* Asks it to let go of the lock; of L4RE_INHIBITOR_WAKEUP: the machine is
 * awake again. */
void holder_ask(struct holder *h, unsigned lock);
/* Answers a request to the bus's gate or session of the protocols inhibitor,
 * event, and L4_PROTO_IRQ (line 0: events). -L4_EBADPROTO: it is of another. */
long holder_serve(struct l4re_session *session, struct l4re_request *r,
                  struct l4re_msg *answer);

#endif
