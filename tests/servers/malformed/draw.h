/*
 * Requests to a server, well-formed and malformed, from an interface's table
 * (NAME-table.h): the same for each seed.
 *
 * A request starts well-formed with random values; then each of some ways to
 * spoil it is taken one time in eight: another operation, another protocol, a
 * length that lies, zero bytes in texts, words left out or added, items that
 * are not capabilities, capabilities that are not what is asked for.
 */
#ifndef MALFORMED_DRAW_H
#define MALFORMED_DRAW_H

#include <l4/re/c/message.h>
#include <l4/vitrine/interface.h>
#include <stdbool.h>

/* Who is asked, and what he may be given. */
struct interface {
    const char *name;
    long protocol;
    const struct l4_vitrine_method *methods;
    unsigned count;
};

struct offers {
    l4_cap_idx_t cap[4]; /* to give: what is asked for, and other things */
    unsigned count;
    l4_cap_idx_t spare; /* where a capability that comes may go */
};

void draw_seed(unsigned long seed);
/* A number below `below`. */
unsigned long draw(unsigned long below);
/* One time in eight. */
bool draw_spoils(void);
/* In the UTCB, ready to be sent. */
struct l4re_msg draw_request(const struct interface *i, const struct offers *o);

#endif
