/*
 * Dataspace: memory as an object. A region map attaches it (rm.h); page
 * faults or l4re_ds_map() bring its pages into an address space.
 *
 * All functions return 0 or more, or a negative error code; a capability
 * that is none gives -(2000 + IPC error). Source: ABI.md section 4.
 */
#ifndef L4_RE_C_DATASPACE_H
#define L4_RE_C_DATASPACE_H

#include <l4/sys/types.h>

typedef l4_cap_idx_t l4re_ds_t;
typedef l4_uint64_t l4re_ds_size_t;     /* bytes */
typedef l4_uint64_t l4re_ds_offset_t;   /* bytes */
typedef l4_uint64_t l4re_ds_map_addr_t; /* address */
typedef unsigned long l4re_ds_flags_t;  /* enum l4re_ds_map_flags */

enum l4re_ds_map_flags {
    L4RE_DS_F_X = L4_FPAGE_X,
    L4RE_DS_F_W = L4_FPAGE_W,
    L4RE_DS_F_R = L4_FPAGE_RO,
    L4RE_DS_F_RW = L4_FPAGE_RW,
    L4RE_DS_F_RX = L4_FPAGE_RX,
    L4RE_DS_F_RWX = L4_FPAGE_RWX,
    L4RE_DS_F_RIGHTS_MASK = 0x0f,

    L4RE_DS_F_NORMAL = 0x00,
    L4RE_DS_F_CACHEABLE = L4RE_DS_F_NORMAL,
    L4RE_DS_F_BUFFERABLE = 0x10,
    L4RE_DS_F_UNCACHEABLE = 0x20,
    L4RE_DS_F_CACHING_MASK = 0x30,
    L4RE_DS_F_CACHING_SHIFT = 4,

    L4RE_DS_MAP_FLAG_RO = L4RE_DS_F_R, /* older names */
    L4RE_DS_MAP_FLAG_RW = L4RE_DS_F_RW,
};

typedef struct l4re_ds_stats_t {
    l4re_ds_size_t size;
    l4re_ds_flags_t flags; /* what it can be mapped with at most */
} l4re_ds_stats_t;

L4_BEGIN_DECLS

/*
 * Maps what lies at `offset` to local_addr, as much at once as fits between
 * min_addr and max_addr (inclusive). flags: rights and caching wanted.
 * -L4_ERANGE: offset behind the end; -L4_EPERM: no write right.
 */
l4_ret_t l4re_ds_map(l4re_ds_t ds, l4re_ds_offset_t offset,
                     l4re_ds_flags_t flags, l4re_ds_map_addr_t local_addr,
                     l4re_ds_map_addr_t min_addr, l4re_ds_map_addr_t max_addr);

/* Maps all of [min_addr, max_addr] (inclusive), `offset` being at min_addr. */
l4_ret_t l4re_ds_map_region(l4re_ds_t ds, l4re_ds_offset_t offset,
                            l4re_ds_flags_t flags, l4re_ds_map_addr_t min_addr,
                            l4re_ds_map_addr_t max_addr);

/* Fills with zeros; whole pages are given back. */
l4_ret_t l4re_ds_clear(l4re_ds_t ds, l4re_ds_offset_t offset,
                       l4re_ds_size_t size);

/* Provides the memory now instead of at the first use. -L4_ENOMEM. */
l4_ret_t l4re_ds_allocate(l4re_ds_t ds, l4re_ds_offset_t offset,
                          l4re_ds_size_t size);

/* Copies `size` bytes from src into ds, without going through the caller. */
l4_ret_t l4re_ds_copy_in(l4re_ds_t ds, l4re_ds_offset_t dst_offs, l4re_ds_t src,
                         l4re_ds_offset_t src_offs, l4re_ds_size_t size);

/* Bytes; 0 on error. */
l4re_ds_size_t l4re_ds_size(l4re_ds_t ds);
/* Rights and caching it can be mapped with; 0 on error. */
l4re_ds_flags_t l4re_ds_flags(l4re_ds_t ds);
/* *stats is unchanged on error. */
l4_ret_t l4re_ds_info(l4re_ds_t ds, l4re_ds_stats_t *stats);
/* 1: it must be mapped 1:1 to [*start_addr, *end_addr]; 0: anywhere. */
l4_ret_t l4re_ds_map_info(l4re_ds_t ds, l4_addr_t *start_addr,
                          l4_addr_t *end_addr);

L4_END_DECLS

#endif
