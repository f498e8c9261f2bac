/*
 * Sessions with virtual buses (see bus_session.h).
 *
 * A session is opened when first wanted, again after it was forgotten. The bus
 * may be another's still: of the driver before this one, whose end io has not
 * noticed yet.
 */
#include "bus_session.h"
#include "again.h"
#include "vbus-client.h"
#include <l4/re/c/util/cap_alloc.h>

enum { BUSES = 4, BUSY_MS = 1, BUSY_TRIES = 1000 };

struct opened {
    l4_cap_idx_t gate, session; /* gate 0: the place is free */
};

static struct opened buses[BUSES];

static long session_open(void *what)
{
    const struct opened *o = what;
    long error = -L4_EBUSY;
    for (unsigned i = 0; i < BUSY_TRIES && error == -L4_EBUSY; i++) {
        if (i)
            l4_ipc_sleep_ms(BUSY_MS);
        error = vbus_open(o->gate, o->session);
    }
    return error;
}

/* The bus's place, or else a free one; BUSES: there is none. */
static unsigned place_of(l4_cap_idx_t gate)
{
    unsigned i = 0;
    while (i < BUSES && buses[i].gate != gate)
        i++;
    for (unsigned k = 0; i == BUSES && k < BUSES; k++)
        if (!buses[k].gate)
            return k;
    return i;
}

void vitrine_bus_forget(l4_cap_idx_t gate)
{
    unsigned i = place_of(gate);
    if (i == BUSES || !buses[i].gate)
        return;
    l4re_util_cap_free_um(buses[i].session);
    buses[i].gate = 0;
}

long vitrine_bus_session(l4_cap_idx_t gate, l4_cap_idx_t *ret_session)
{
    unsigned i = place_of(gate);
    if (i == BUSES)
        return -L4_ENOMEM;
    if (!buses[i].gate) {
        struct opened o = {gate, l4re_util_cap_alloc()};
        if (l4_is_invalid_cap(o.session))
            return -L4_ENOMEM;
        long error = again_until_open(session_open, &o);
        if (error < 0) {
            l4re_util_cap_free(o.session);
            return error;
        }
        buses[i] = o;
    }
    *ret_session = buses[i].session;
    return 0;
}
