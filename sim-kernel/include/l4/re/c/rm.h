/*
 * Region map: who uses which part of an address space. It is the pager of
 * the task's threads: a fault in a region goes to the region's dataspace.
 *
 *      | region -> dataspace A | area (reserved) [ region -> B ] |   free
 *
 * A function without _srv works on the caller's own map, l4re_env()->rm.
 * All return 0 or more, or a negative error code: -L4_ENOENT nothing there,
 * -L4_EADDRNOTAVAIL no such free range, -L4_EINVAL bad argument, -L4_EPERM
 * the dataspace cannot be mapped so, -L4_ENOMEM. Source: ABI.md section 4.
 */
#ifndef L4_RE_C_RM_H
#define L4_RE_C_RM_H

#include <l4/re/c/dataspace.h>
#include <l4/re/consts.h>
#include <l4/re/env.h>

typedef l4_uint32_t l4re_rm_flags_t;
typedef l4_uint64_t l4re_rm_offset_t; /* bytes */

enum l4re_rm_flags_values {
    /* Of a region: rights, ... */
    L4RE_RM_F_X = L4RE_DS_F_X,
    L4RE_RM_F_W = L4RE_DS_F_W,
    L4RE_RM_F_R = L4RE_DS_F_R,
    L4RE_RM_F_RW = L4RE_DS_F_RW,
    L4RE_RM_F_RX = L4RE_DS_F_RX,
    L4RE_RM_F_RWX = L4RE_DS_F_RWX,
    L4RE_RM_F_RIGHTS_MASK = 0x0f,

    /* ... caching, ... */
    L4RE_RM_F_CACHE_NORMAL = L4RE_DS_F_NORMAL,
    L4RE_RM_F_CACHE_BUFFERED = L4RE_DS_F_BUFFERABLE,
    L4RE_RM_F_CACHE_UNCACHED = L4RE_DS_F_UNCACHEABLE,
    L4RE_RM_CACHING = L4RE_DS_F_CACHING_MASK,
    L4RE_RM_CACHING_SHIFT = L4RE_DS_F_CACHING_SHIFT,

    /* ... kind. */
    L4RE_RM_F_KERNEL = 0x100,      /* kernel-user memory */
    L4RE_RM_F_DETACH_FREE = 0x200, /* detaching frees the pages */
    L4RE_RM_F_PAGER = 0x400,       /* faults go to a pager as they are */
    L4RE_RM_F_RESERVED = 0x800,    /* faults are errors */
    L4RE_RM_REGION_FLAGS = 0xffff,

    /* Of an attach or a reservation. */
    L4RE_RM_F_SEARCH_ADDR = 0x20000, /* first free range from *start on */
    L4RE_RM_F_IN_AREA = 0x40000,     /* in the area *start lies in */
    L4RE_RM_F_EAGER_MAP = 0x80000,   /* map at once */
    L4RE_RM_F_NO_EAGER_MAP = 0x100000,
    L4RE_RM_F_ATTACH_FLAGS = 0x1f0000,

    L4RE_RM_READ_ONLY = L4RE_RM_F_R, /* older names */
    L4RE_RM_SEARCH_ADDR = L4RE_RM_F_SEARCH_ADDR,
    L4RE_RM_IN_AREA = L4RE_RM_F_IN_AREA,
    L4RE_RM_EAGER_MAP = L4RE_RM_F_EAGER_MAP,
};

/* Results of detach. */
enum l4re_rm_detach_result {
    L4RE_RM_DETACHED_DS = 0, /* all of the region is gone */
    L4RE_RM_KEPT_DS = 1,     /* a part of the dataspace is still attached */
    L4RE_RM_SPLIT_DS = 2,    /* two regions are left of it */
    L4RE_RM_DETACH_RESULT_MASK = 3,
    L4RE_RM_DETACH_AGAIN = 4, /* there is more in the range */
};

/* Results of find. */
enum l4re_rm_find_result {
    L4RE_RM_FOUND_AREA = 0,
    L4RE_RM_FOUND_REGION = 1,
};

L4_BEGIN_DECLS

/*
 * Reserves `size` bytes at *start (with L4RE_RM_F_SEARCH_ADDR: from there
 * on) for attaches with L4RE_RM_F_IN_AREA; `align`: log2, L4_PAGESHIFT or
 * more. *start: where.
 */
int l4re_rm_reserve_area_srv(l4_cap_idx_t rm, l4_addr_t *start,
                             unsigned long size, l4re_rm_flags_t flags,
                             unsigned char align);
/* Ends the reservation that holds addr; regions in it stay. */
int l4re_rm_free_area_srv(l4_cap_idx_t rm, l4_addr_t addr);

/*
 * Makes a region of `size` bytes at *start (or, L4RE_RM_F_SEARCH_ADDR, from
 * there on, aligned to 2^align) that shows dataspace `mem` from `offs` on.
 * *start: where; unchanged on error. The region map keeps a capability of
 * its own to mem.
 */
int l4re_rm_attach_srv(l4_cap_idx_t rm, void **start, unsigned long size,
                       l4re_rm_flags_t flags, l4re_ds_t mem,
                       l4re_rm_offset_t offs, unsigned char align);
/* The same, and remembers for people: file name, offset in that file. */
int l4re_rm_attach_w_info_srv(l4_cap_idx_t rm, void **start, unsigned long size,
                              l4re_rm_flags_t flags, l4re_ds_t mem,
                              l4re_rm_offset_t offs, unsigned char align,
                              char const *name,
                              l4re_ds_offset_t backing_offset);
/*
 * Removes the region at addr; unmaps it from `task` (L4_INVALID_CAP: leave
 * mapped). *ds (may be NULL): the dataspace's capability, L4_INVALID_CAP:
 * none. Returns enum l4re_rm_detach_result.
 */
int l4re_rm_detach_srv(l4_cap_idx_t rm, l4_addr_t addr, l4re_ds_t *ds,
                       l4_cap_idx_t task);
/*
 * What lies in the *size bytes at *addr: its start, size, offset in the
 * dataspace, flags and dataspace. Returns enum l4re_rm_find_result, or
 * -L4_ENOENT.
 */
int l4re_rm_find_srv(l4_cap_idx_t rm, l4_addr_t *addr, unsigned long *size,
                     l4re_rm_offset_t *offset, l4re_rm_flags_t *flags,
                     l4re_ds_t *m);
/* What attach_w_info remembered; name[len] is always terminated. */
int l4re_rm_get_info_srv(l4_cap_idx_t rm, l4_addr_t addr, char *name,
                         unsigned int len, l4re_rm_offset_t *backing_offset);
/* Prints the map on the log. */
void l4re_rm_show_lists_srv(l4_cap_idx_t rm);

/* ---- The caller's own region map ---- */

int l4re_rm_reserve_area(l4_addr_t *start, unsigned long size,
                         l4re_rm_flags_t flags, unsigned char align);

int l4re_rm_free_area(l4_addr_t addr);

int l4re_rm_attach(void **start, unsigned long size, l4re_rm_flags_t flags,
                   l4re_ds_t mem, l4re_rm_offset_t offs, unsigned char align);

int l4re_rm_attach_w_info(void **start, unsigned long size,
                          l4re_rm_flags_t flags, l4re_ds_t mem,
                          l4re_rm_offset_t offs, unsigned char align,
                          char const *name, l4re_ds_offset_t backing_offset);

int l4re_rm_detach(void *addr);

int l4re_rm_detach_ds(void *addr, l4re_ds_t *ds);

int l4re_rm_detach_unmap(l4_addr_t addr, l4_cap_idx_t task);

int l4re_rm_detach_ds_unmap(void *addr, l4re_ds_t *ds, l4_cap_idx_t task);

int l4re_rm_find(l4_addr_t *addr, unsigned long *size, l4re_rm_offset_t *offset,
                 l4re_rm_flags_t *flags, l4re_ds_t *m);

int l4re_rm_get_info(l4_addr_t addr, char *name, unsigned int len,
                     l4re_rm_offset_t *backing_offset);

void l4re_rm_show_lists(void);

L4_END_DECLS

#endif
