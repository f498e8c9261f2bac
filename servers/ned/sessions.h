/*
 * Sessions that the description opened: made again when their server is.
 */
#ifndef NED_SESSIONS_H
#define NED_SESSIONS_H

#include "../lib/loader/loader.h"
#include <l4/sys/types.h>

/* `factory` was asked for an object by `words` words of the UTCB's message
 * and has put it into `slot`; `where` stands in the description. What there
 * is no memory for is not made again. */
void sessions_add(l4_cap_idx_t factory, l4_cap_idx_t slot,
                  const l4_umword_t *message, unsigned words,
                  const char *where);
/* `slot` was registered in `space`; no session: nothing happens. */
void sessions_named(l4_cap_idx_t slot, l4_cap_idx_t space, const char *name,
                    unsigned flags);
/* A server that was given these has been started again. */
void sessions_again(const struct loader_cap *caps, unsigned count);

#endif
