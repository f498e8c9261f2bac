/*
 * Memory allocator: makes dataspaces out of the caller's quota. It also is a
 * factory (<l4/sys/factory.h>) for the other objects its server has.
 * Source: ABI.md section 4.
 */
#ifndef L4_RE_C_MEM_ALLOC_H
#define L4_RE_C_MEM_ALLOC_H

#include <l4/re/c/dataspace.h>
#include <l4/re/env.h>

enum l4re_ma_flags {
    L4RE_MA_CONTINUOUS = 1, /* physically in one piece */
    L4RE_MA_PINNED = 2,     /* never paged out */
    L4RE_MA_SUPER_PAGES = 4,
};

L4_BEGIN_DECLS

/*
 * A dataspace of `size` bytes (< 0: as large as can be, -size at most),
 * zeroed, into slot `mem`. flags: enum l4re_ma_flags; align: log2, 0:
 * default. 0, or -L4_ENOMEM quota or memory used up, -L4_EINVAL, -L4_ERANGE.
 */
l4_ret_t l4re_ma_alloc_align_srv(l4_cap_idx_t srv, long size,
                                 l4re_ds_t const mem, unsigned long flags,
                                 unsigned long align);

l4_ret_t l4re_ma_alloc_align(long size, l4re_ds_t const mem,
                             unsigned long flags, unsigned long align);

l4_ret_t l4re_ma_alloc(long size, l4re_ds_t const mem, unsigned long flags);

L4_END_DECLS

#endif
