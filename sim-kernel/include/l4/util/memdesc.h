/*
 * What the memory descriptors say in sum. Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_MEMDESC_H
#define L4_UTIL_MEMDESC_H

#include <l4/sys/memdesc.h>

/* The highest virtual address of user level; 0: nothing says so. */
L4_INLINE l4_addr_t l4util_memdesc_vm_high(l4_kernel_info_t const *kinfo)
{
    l4_kernel_info_mem_desc_t const *md = l4_kernel_info_get_mem_descs(kinfo);
    l4_addr_t high = 0;

    for (unsigned i = 0; i < l4_kernel_info_get_num_mem_descs(kinfo); i++)
        if (l4_kernel_info_get_mem_desc_is_virtual(&md[i]) &&
            l4_kernel_info_get_mem_desc_end(&md[i]) > high)
            high = l4_kernel_info_get_mem_desc_end(&md[i]);
    return high;
}

#endif
