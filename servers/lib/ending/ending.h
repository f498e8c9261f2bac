/*
 * The machine's end, for a server that has something to finish before it.
 *
 *      io --event: L4RE_EV_PM, shutdown--> your function --release--> io
 *
 * The server holds io's lock against the end (<l4/re/c/inhibitor.h>) through a
 * bus of its own, which may be empty, and io waits for it.
 *
 * An io that was started anew knows nothing of that: the server sees to it when
 * there is something to lose again (ending_again()). To hear of io's end a
 * thread would have to wait for it, and the system would never be at rest.
 */
#ifndef ENDING_H
#define ENDING_H

#include <l4/re/c/server.h>

/*
 * From now on `finish` is called on the server's thread when the machine is
 * about to end; it ends once that has returned. reason: for people. Once in a
 * program. 0, -L4_ENOMEM, or an error of the bus's.
 */
long ending_start(struct l4re_server *server, l4_cap_idx_t bus,
                  const char *reason, void (*finish)(void));

/* There is something to finish: takes the lock if io is another. Costs a call;
 * harmless if nothing was started. */
void ending_again(void);

#endif
