/*
 * Debug: asks a server to print what it knows. Source: ABI.md section 4.
 */
#ifndef L4_RE_C_DEBUG_H
#define L4_RE_C_DEBUG_H

#include <l4/sys/types.h>

L4_BEGIN_DECLS

/* `function`: the server's own numbers. -L4_ENOSYS: it knows none. */
l4_ret_t l4re_debug_obj_debug(l4_cap_idx_t srv, unsigned long function);

L4_END_DECLS

#endif
