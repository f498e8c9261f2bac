/*
 * This program's session with a virtual bus (servers/io, vbus.iface): one for
 * each gate, whoever of the program's libraries asks first.
 */
#ifndef L4RE_C_BUS_SESSION_H
#define L4RE_C_BUS_SESSION_H

#include <l4/sys/types.h>

/*
 * The session that was opened through `gate`, or a new one: it ends
 * with the program. Waits up to a second for the driver before this one to be
 * gone, and longer for an io that is started again. For one thread at a time.
 * 0; -L4_EBUSY another program has the bus; -L4_ENOMEM; or why there is none.
 */
long vitrine_bus_session(l4_cap_idx_t gate, l4_cap_idx_t *ret_session);

/* That session's io has ended: the next one asked for is a new one. */
void vitrine_bus_forget(l4_cap_idx_t gate);

#endif
