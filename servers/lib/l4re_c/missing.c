/*
 * Services nobody offers yet: limits of DMA spaces, inhibitors.
 *
 * They need servers of their own. Until those are there the functions are
 * here, so that a program for L4Re links, and answer -L4_ENOSYS (NULL, or
 * nothing, where no error can be told). When a server comes, its functions
 * move to a file of their own.
 */
#include <l4/re/c/dma_space.h>
#include <l4/re/c/inhibitor.h>

/* Parameters are only there to be the declared ones. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define MISSING(type, function, ...)                                           \
    type function(__VA_ARGS__)                                                 \
    {                                                                          \
        return (type)-L4_ENOSYS;                                               \
    }

/* --- DMA spaces: device addresses are physical ones, as they are -------- */

MISSING(l4_ret_t, l4re_dma_space_mgr_block_area, l4re_dma_space_mgr_t dma_mgr,
        l4re_dma_space_t dma_space, l4re_dma_space_dma_addr_t *addr,
        l4re_dma_space_dma_size_t size, l4re_dma_space_dma_addr_t max_addr,
        enum l4re_dma_space_mgr_block_flags flags, unsigned char align)
MISSING(l4_ret_t, l4re_dma_space_mgr_set_limits, l4re_dma_space_mgr_t dma_mgr,
        l4re_dma_space_t dma_space, l4re_dma_space_dma_addr_t min_addr,
        l4re_dma_space_dma_addr_t max_addr)

/* --- inhibitors ----------------------------------------------------- */

MISSING(l4_ret_t, l4re_inhibitor_acquire, l4_cap_idx_t cap, l4_umword_t id,
        char const *reason)
MISSING(l4_ret_t, l4re_inhibitor_release, l4_cap_idx_t cap, l4_umword_t id)
MISSING(l4_ret_t, l4re_inhibitor_next_lock_info, l4_cap_idx_t cap, char *name,
        unsigned len, l4_mword_t current_id)
