/*
 * Inhibitors: the client's side (<l4/re/c/inhibitor.h>). The messages:
 * inhibitor.iface.
 *
 * Locks belong to the session with a bus, so that they go with their holder:
 * who has no session yet gets one with its first lock.
 */
#include "again.h"
#include "bus_session.h"
#include "inhibitor-client.h"
#include <l4/re/c/inhibitor.h>

_Static_assert(INHIBITOR_NEXT_LOCK_INFO_NAME_MAX == L4RE_INHIBITOR_NAME_MAX - 1,
               "inhibitor.iface has its size");

/* What there is room for: reasons are for people. */
static void shorten(char *to, char const *from)
{
    unsigned n = 0;
    while (from && n < INHIBITOR_ACQUIRE_REASON_MAX && from[n]) {
        to[n] = from[n];
        n++;
    }
    to[n] = 0;
}

static long acquire_in_session(l4_cap_idx_t bus, l4_umword_t id,
                               char const *reason)
{
    l4_cap_idx_t session;
    long error = vitrine_bus_session(bus, &session);
    return error < 0 ? error : inhibitor_acquire(session, id, reason);
}

l4_ret_t l4re_inhibitor_acquire(l4_cap_idx_t cap, l4_umword_t id,
                                char const *reason)
{
    char text[INHIBITOR_ACQUIRE_REASON_MAX + 1];
    shorten(text, reason);
    long error = inhibitor_acquire(cap, id, text);
    if (error == -L4_ENOENT)
        error = acquire_in_session(cap, id, text);
    if (again_is_ipc_error(error)) { /* the io of that session has ended */
        vitrine_bus_forget(cap);
        error = acquire_in_session(cap, id, text);
    }
    return (l4_ret_t)error;
}

l4_ret_t l4re_inhibitor_release(l4_cap_idx_t cap, l4_umword_t id)
{
    return (l4_ret_t)inhibitor_release(cap, id);
}

l4_ret_t l4re_inhibitor_next_lock_info(l4_cap_idx_t cap, char *name,
                                       unsigned len, l4_mword_t current_id)
{
    char text[L4RE_INHIBITOR_NAME_MAX];
    l4_umword_t id;
    long error = inhibitor_next_lock_info(cap, current_id, &id, text);
    if (error < 0)
        return (l4_ret_t)error;
    for (unsigned i = 0; i < len; i++) {
        name[i] = i + 1 < len ? text[i] : 0;
        if (!name[i])
            break;
    }
    return (l4_ret_t)id;
}
