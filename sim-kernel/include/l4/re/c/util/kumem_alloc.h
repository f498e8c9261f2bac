/*
 * Kernel-user memory: for UTCBs and vCPU states. Source: ABI.md appendix B.
 */
#ifndef L4_RE_C_UTIL_KUMEM_ALLOC_H
#define L4_RE_C_UTIL_KUMEM_ALLOC_H

#include <l4/sys/types.h>

L4_BEGIN_DECLS

/*
 * Adds 2^pages_order pages of kernel-user memory to `task` at an address
 * that region map `rm` has free: *mem. 0, or a negative error code.
 */
int l4re_util_kumem_alloc(l4_addr_t *mem, unsigned pages_order,
                          l4_cap_idx_t task, l4_cap_idx_t rm);

L4_END_DECLS

#endif
