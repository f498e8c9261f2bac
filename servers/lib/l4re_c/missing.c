/*
 * Services nobody offers yet: inhibitors.
 *
 * They need servers of their own. Until those are there the functions are
 * here, so that a program for L4Re links, and answer -L4_ENOSYS (NULL, or
 * nothing, where no error can be told). When a server comes, its functions
 * move to a file of their own.
 */
#include <l4/re/c/inhibitor.h>

/* Parameters are only there to be the declared ones. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define MISSING(type, function, ...)                                           \
    type function(__VA_ARGS__)                                                 \
    {                                                                          \
        return (type)-L4_ENOSYS;                                               \
    }

/* --- inhibitors ----------------------------------------------------- */

MISSING(l4_ret_t, l4re_inhibitor_acquire, l4_cap_idx_t cap, l4_umword_t id,
        char const *reason)
MISSING(l4_ret_t, l4re_inhibitor_release, l4_cap_idx_t cap, l4_umword_t id)
MISSING(l4_ret_t, l4re_inhibitor_next_lock_info, l4_cap_idx_t cap, char *name,
        unsigned len, l4_mword_t current_id)
