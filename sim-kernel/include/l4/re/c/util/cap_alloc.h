/*
 * Free capability slots of this task. Source: ABI.md appendix B.
 */
#ifndef L4_RE_C_UTIL_CAP_ALLOC_H
#define L4_RE_C_UTIL_CAP_ALLOC_H

#include <l4/sys/types.h>

L4_BEGIN_DECLS

/* A free slot, the caller's until freed; L4_INVALID_CAP: none left. */
l4_cap_idx_t l4re_util_cap_alloc(void);
/* Frees the slot; what it holds must be gone already. */
void l4re_util_cap_free(l4_cap_idx_t cap);
/* Unmaps what it holds and frees the slot. */
void l4re_util_cap_free_um(l4_cap_idx_t cap);
/* Index of the last slot that may be handed out. */
long l4re_util_cap_last(void);

L4_END_DECLS

#endif
