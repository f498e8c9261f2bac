/*
 * Pages of a program: dataspaces from the allocator, attached by the region
 * map. The default for group 1 of <vitrine/libc.h>.
 *
 * What is mapped is there: the allocator is asked for all of a piece at once,
 * so that running out is an error and not a fault later. Pieces of a reserved
 * range (stacks) get their pages when they are touched.
 *
 * Each piece of memory is a dataspace of its own. Parts of it can be given back
 * and get other rights; the region map tells when the last part of a piece has
 * gone, and its capability with it, so nothing is remembered here.
 */
#include "../../l4re_c/vitrine_rm.h"
#include "calls.h"

#include <l4/re/c/dataspace.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <sys/mman.h>
#include <vitrine/libc.h>

/* All of it now, or an error. */
static int allocate(l4re_ds_t memory, unsigned long size, int is_lazy)
{
    if (l4re_ma_alloc(size, memory, 0) < 0) {
        l4re_util_cap_free(memory);
        return -ENOMEM;
    }
    if (is_lazy || l4re_ds_allocate(memory, 0, size) >= 0)
        return 0;
    vitrine_destroy(memory);
    l4re_util_cap_free_um(memory);
    return -ENOMEM;
}

static int attach_new(void **address, unsigned long size, l4re_rm_flags_t flags)
{
    l4re_ds_t memory = l4re_util_cap_alloc();
    int error;

    if (l4_is_invalid_cap(memory))
        return -ENOMEM;
    if (allocate(memory, size, flags & L4RE_RM_F_IN_AREA))
        return -ENOMEM;
    error = l4re_rm_attach(address, size,
                           flags | L4RE_RM_F_RW | L4RE_RM_F_DETACH_FREE, memory,
                           0, L4_PAGESHIFT);
    if (error < 0) {
        l4re_util_cap_free_um(memory);
        return -ENOMEM;
    }
    return 0;
}

int vitrine_pages_map(void **ret_address, unsigned long size)
{
    void *address = 0;
    int error = attach_new(&address, size, L4RE_RM_F_SEARCH_ADDR);

    if (!error)
        *ret_address = address;
    return error;
}

int vitrine_pages_map_at(void *address, unsigned long size)
{
    return attach_new(&address, size, 0);
}

int vitrine_pages_unmap(void *address, unsigned long size)
{
    l4re_ds_t memory;
    long result;

    do {
        result = vitrine_rm_detach_part(l4re_env()->rm, (l4_addr_t)address,
                                        size, &memory);
        if (result >= 0 && l4_is_valid_cap(memory))
            l4re_util_cap_free_um(memory);
    } while (result >= 0 && (result & L4RE_RM_DETACH_AGAIN));
    return result == -L4_ENOMEM ? -ENOMEM : result < 0 ? -EINVAL : 0;
}

int vitrine_pages_protect(void *address, unsigned long size, int prot)
{
    l4re_rm_flags_t rights = (prot & PROT_READ ? L4RE_RM_F_R : 0) |
                             (prot & PROT_WRITE ? L4RE_RM_F_W : 0) |
                             (prot & PROT_EXEC ? L4RE_RM_F_X : 0);
    long error =
        vitrine_rm_protect(l4re_env()->rm, (l4_addr_t)address, size, rights);

    return error == -L4_EPERM ? -EACCES : error < 0 ? -ENOMEM : 0;
}

int vitrine_pages_reserve(void **ret_address, unsigned long size)
{
    l4_addr_t start = 0;

    if (l4re_rm_reserve_area(&start, size, L4RE_RM_F_SEARCH_ADDR,
                             L4_PAGESHIFT) < 0)
        return -ENOSYS;
    *ret_address = (void *)start;
    return 0;
}

int vitrine_pages_reserve_at(void *address, unsigned long size)
{
    l4_addr_t start = (l4_addr_t)address;

    return l4re_rm_reserve_area(&start, size, 0, L4_PAGESHIFT) < 0 ? -ENOMEM
                                                                   : 0;
}

int vitrine_pages_commit(void *address, unsigned long size)
{
    return attach_new(&address, size, L4RE_RM_F_IN_AREA);
}

int vitrine_pages_release(void *address, unsigned long size)
{
    return vitrine_rm_free_area_part(l4re_env()->rm, (l4_addr_t)address, size) <
                   0
               ? -EINVAL
               : 0;
}
