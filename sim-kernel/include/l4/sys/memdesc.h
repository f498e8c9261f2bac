/*
 * Memory descriptors: an array in the KIP that says what physical memory
 * there is and what it is for. Two words each:
 *
 *      low:   63 .. 10 | 9       | 7 .. 4   | 3 .. 0
 *             start    | virtual | sub-type | type
 *      high:  63 .. 10 end (inclusive; the low ten bits count as ones)
 *
 * Later descriptors override earlier ones. Source: ABI.md appendix A.
 */
#ifndef L4_SYS_MEMDESC_H
#define L4_SYS_MEMDESC_H

#include <l4/sys/kip.h>

enum l4_mem_type_t {
    l4_mem_type_undefined = 0x0,
    l4_mem_type_conventional = 0x1, /* usable RAM */
    l4_mem_type_reserved = 0x2,     /* kernel */
    l4_mem_type_dedicated = 0x3,    /* not RAM, e.g. devices */
    l4_mem_type_shared = 0x4,
    l4_mem_type_info = 0xd,
    l4_mem_type_bootloader = 0xe, /* boot modules, root task images */
    l4_mem_type_archspecific = 0xf,
};

typedef struct l4_kernel_info_mem_desc_t {
    l4_umword_t l;
    l4_umword_t h;
} l4_kernel_info_mem_desc_t;

L4_INLINE l4_kernel_info_mem_desc_t *
l4_kernel_info_get_mem_descs(l4_kernel_info_t const *kip)
{
    return (l4_kernel_info_mem_desc_t *)((l4_addr_t)kip + kip->mem_descs);
}

L4_INLINE unsigned l4_kernel_info_get_num_mem_descs(l4_kernel_info_t const *kip)
{
    return kip->mem_descs_num;
}

/* start and end (inclusive) are rounded to KiB. */
L4_INLINE void l4_kernel_info_set_mem_desc(l4_kernel_info_mem_desc_t *md,
                                           l4_addr_t start, l4_addr_t end,
                                           unsigned type, unsigned virt,
                                           unsigned sub_type)
{
    md->l = (start & ~0x3fful) | (type & 0xf) | ((sub_type & 0xf) << 4) |
            (virt ? 0x200 : 0);
    md->h = end | 0x3fful;
}

L4_INLINE l4_umword_t
l4_kernel_info_get_mem_desc_start(l4_kernel_info_mem_desc_t const *md)
{
    return md->l & ~0x3fful;
}

/* Last byte. */
L4_INLINE l4_umword_t
l4_kernel_info_get_mem_desc_end(l4_kernel_info_mem_desc_t const *md)
{
    return md->h | 0x3fful;
}

L4_INLINE l4_umword_t
l4_kernel_info_get_mem_desc_type(l4_kernel_info_mem_desc_t const *md)
{
    return md->l & 0xf;
}

L4_INLINE l4_umword_t
l4_kernel_info_get_mem_desc_subtype(l4_kernel_info_mem_desc_t const *md)
{
    return (md->l & 0xf0) >> 4;
}

L4_INLINE l4_umword_t
l4_kernel_info_get_mem_desc_is_virtual(l4_kernel_info_mem_desc_t const *md)
{
    return md->l & 0x200;
}

#endif
