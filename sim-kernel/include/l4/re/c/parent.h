/*
 * Parent: who started this program, and wants to know how it ended.
 * Source: ABI.md section 4.
 */
#ifndef L4_RE_C_PARENT_H
#define L4_RE_C_PARENT_H

#include <l4/sys/types.h>

L4_BEGIN_DECLS

/* Tells signal `sig` (0: the program ends) with value `val` (exit code). No
 * reply comes for sig 0: the caller sleeps for ever after. */
long l4re_parent_signal(l4_cap_idx_t parent, unsigned long sig,
                        unsigned long val);

L4_END_DECLS

#endif
