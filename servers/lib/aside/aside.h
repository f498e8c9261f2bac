/*
 * Work aside: what would take a server's one thread too long is done by another
 * one, in the order in which it came.
 *
 *      server's thread --aside_do()--> waiting -> ... --> worker: work()
 *            ^                                               |
 *            +----- irq: done() <-- finished <-- ... --------+
 *
 * I1  a piece of work is in one of the two lists, or the worker has it, from
 *     aside_do() until its done() is called; it is nobody else's meanwhile.
 */
#ifndef ASIDE_H
#define ASIDE_H

#include <l4/re/c/server.h>

struct aside_work {
    struct aside_work *next;
    void (*work)(struct aside_work *w); /* on the worker */
    void (*done)(struct aside_work *w); /* on the server's thread */
};

/* Does `w` aside; both its functions are set. The first call starts the worker
 * of this program, whose one server it is for. -L4_ENOMEM: there is none; then
 * nothing is done. */
long aside_do(struct l4re_server *server, struct aside_work *w);

#endif
