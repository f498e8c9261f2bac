/*
 * Inhibitor: keeps the system from suspend or shutdown for a while.
 * Source: ABI.md section 4 and appendix B.
 */
#ifndef L4_RE_C_INHIBITOR_H
#define L4_RE_C_INHIBITOR_H

#include <l4/sys/types.h>

enum l4re_inhibitor_ids {
    L4RE_INHIBITOR_SUSPEND = 0,
    L4RE_INHIBITOR_SHUTDOWN = 1,
    L4RE_INHIBITOR_WAKEUP = 2,
    L4RE_INHIBITOR_NAME_MAX = 20,
};

L4_BEGIN_DECLS

l4_ret_t l4re_inhibitor_acquire(l4_cap_idx_t cap, l4_umword_t id,
                                char const *reason);
l4_ret_t l4re_inhibitor_release(l4_cap_idx_t cap, l4_umword_t id);
/* Number and name of the lock after current_id (-1: the first). -L4_ENODEV:
 * no more. */
l4_ret_t l4re_inhibitor_next_lock_info(l4_cap_idx_t cap, char *name,
                                       unsigned len, l4_mword_t current_id);

L4_END_DECLS

#endif
