/*
 * A session that is an ICU as well: a few lines, and the interrupts that its
 * client has bound to them. Edges; never masked.
 *
 *      client --l4_icu_bind(session, line, irq)--> irq[line]
 *      server --lines_hit(line)------------------> triggers it
 */
#ifndef LINES_H
#define LINES_H

#include <l4/re/c/server.h>

enum { LINES_MAX = 3 };

struct lines {
    unsigned count;
    l4_cap_idx_t irq[LINES_MAX]; /* L4_INVALID_CAP: not bound */
};

void lines_init(struct lines *l, unsigned count);
/* Lets its interrupts go. */
void lines_end(struct lines *l);
/* Triggers the line's interrupt, if there is one. */
void lines_hit(const struct lines *l, unsigned line);
/* Answers a request of the ICU's protocol to the session; -L4_EBADPROTO: it is
 * of another. *ret_changed: an interrupt was bound or let go. */
long lines_serve(struct lines *l, struct l4re_session *session,
                 struct l4re_request *r, struct l4re_msg *answer,
                 bool *ret_changed);

#endif
