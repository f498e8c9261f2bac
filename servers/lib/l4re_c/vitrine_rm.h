/*
 * What loaders and the C library need of moe beyond L4Re's interface.
 */
#ifndef L4RE_C_VITRINE_RM_H
#define L4RE_C_VITRINE_RM_H

#include <l4/re/c/rm.h>

/* The address range of a region map (last byte) and where its KIP is. */
long vitrine_rm_limits(l4_cap_idx_t rm, l4_addr_t *ret_start,
                       l4_addr_t *ret_last, l4_addr_t *ret_kip);
/* Tells a region map whose memory it describes. */
long vitrine_rm_set_task(l4_cap_idx_t rm, l4_cap_idx_t task);
/* Attaches at a fixed place of another program, which will not know the
 * dataspace by a capability of its own. */
long vitrine_rm_attach_for(l4_cap_idx_t rm, l4_addr_t start, l4_size_t size,
                           l4re_rm_flags_t flags, l4re_ds_t ds,
                           l4_addr_t offset);
/*
 * Detaches what of the first region lies in [start, + size), and takes it from
 * the map's task. Returns L4RE_RM_DETACHED_DS, _KEPT_DS or _SPLIT_DS (none,
 * one, two parts of the region are left), with L4RE_RM_DETACH_AGAIN if there is
 * more in the range. *ret_ds (may be NULL): its dataspace if the map does not
 * show that any more, else L4_INVALID_CAP. -L4_ENOENT: nothing there,
 * -L4_ENOMEM.
 */
long vitrine_rm_detach_part(l4_cap_idx_t rm, l4_addr_t start, l4_size_t size,
                            l4re_ds_t *ret_ds);
/*
 * What is attached in [start, + size) has these rights from now on
 * (L4RE_RM_F_RWX, 0: none), within what it was attached with.
 * Unchanged on error: -L4_ENOENT not all of it is attached; -L4_EPERM more than
 * capability and dataspace give; -L4_EINVAL the map has no task; -L4_ENOMEM.
 */
long vitrine_rm_protect(l4_cap_idx_t rm, l4_addr_t start, l4_size_t size,
                        l4re_rm_flags_t rights);
/* Ends the reservation of what of the first area lies in [start, + size). */
long vitrine_rm_free_area_part(l4_cap_idx_t rm, l4_addr_t start,
                               l4_size_t size);
/* Where in moe's memory a dataspace in one piece lies, for moe's own threads.
 * -L4_EINVAL: it is scattered. */
long vitrine_ds_address(l4re_ds_t ds, l4_addr_t *ret_start);
/* The kernel factory an allocator's kernel objects are charged to, into `slot`:
 * its own if it has a limit of kernel memory. -L4_EPERM without S. */
long vitrine_factory(l4_cap_idx_t allocator, l4_cap_idx_t slot);
/* What an allocator and those below it have used; a limit of 0: none.
 * -L4_ENOSYS: it is none; -L4_EPERM without S. */
struct vitrine_usage {
    l4_umword_t bytes, byte_limit;
    l4_umword_t entries, entry_limit; /* objects and names */
    l4_umword_t moe_free;             /* bytes free in moe, for whomever */
};
long vitrine_usage(l4_cap_idx_t allocator, struct vitrine_usage *ret_usage);
/* Ends an object of moe for everybody; an allocator with all it made.
 * -L4_EPERM without the W and the S right. */
long vitrine_destroy(l4_cap_idx_t object);

#endif
