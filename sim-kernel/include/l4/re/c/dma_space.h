/*
 * DMA space: what a device may reach, and at which addresses.
 * Source: ABI.md section 4 and appendix B.
 */
#ifndef L4_RE_C_DMA_SPACE_H
#define L4_RE_C_DMA_SPACE_H

#include <l4/re/c/dataspace.h>

typedef l4_cap_idx_t l4re_dma_space_t;
typedef l4_cap_idx_t l4re_dma_space_mgr_t;
typedef l4_uint64_t l4re_dma_space_dma_addr_t;
typedef l4_uint64_t l4re_dma_space_dma_size_t;

enum l4re_dma_space_direction {
    L4RE_DMA_SPACE_BIDIRECTIONAL,
    L4RE_DMA_SPACE_TO_DEVICE,
    L4RE_DMA_SPACE_FROM_DEVICE,
    L4RE_DMA_SPACE_NONE,
};

enum l4re_dma_space_attribs {
    L4RE_DMA_SPACE_NO_SYNC = 1, /* the caller cares for caches itself */
};

enum l4re_dma_space_mgr_space_attribs {
    L4RE_DMA_SPACE_MGR_COHERENT = 1,
    L4RE_DMA_SPACE_MGR_PHYS_SPACE = 2, /* device addresses are physical */
};

enum l4re_dma_space_mgr_block_flags {
    L4RE_DMA_SPACE_MGR_BLOCK_NONE = 0,
    L4RE_DMA_SPACE_MGR_BLOCK_SEARCH = 1, /* a free range from *addr on */
};

L4_BEGIN_DECLS

/*
 * Makes src from offset on (*size bytes; out: how many it became) reachable
 * for the device; *dma_addr: where. attrs: enum l4re_dma_space_attribs.
 */
l4_ret_t l4re_dma_space_map(l4re_dma_space_t dma, l4re_ds_t src,
                            l4re_ds_offset_t offset, l4_size_t *size,
                            unsigned long attrs,
                            enum l4re_dma_space_direction dir,
                            l4re_dma_space_dma_addr_t *dma_addr);
l4_ret_t l4re_dma_space_unmap(l4re_dma_space_t dma,
                              l4re_dma_space_dma_addr_t dma_addr,
                              l4_size_t size, unsigned long attrs,
                              enum l4re_dma_space_direction dir);

/* Ties a DMA space to the kernel's DMA space dma_task (an IOMMU). */
l4_ret_t
l4re_dma_space_mgr_associate(l4re_dma_space_mgr_t dma_mgr,
                             l4re_dma_space_t dma_space, l4_cap_idx_t dma_task,
                             enum l4re_dma_space_mgr_space_attribs attr);
/* Without an IOMMU: device addresses are physical ones. */
l4_ret_t
l4re_dma_space_mgr_associate_phys(l4re_dma_space_mgr_t dma_mgr,
                                  l4re_dma_space_t dma_space,
                                  enum l4re_dma_space_mgr_space_attribs attr);
l4_ret_t l4re_dma_space_mgr_disassociate(l4re_dma_space_mgr_t dma_mgr,
                                         l4re_dma_space_t dma_space);
/* Keeps a range of device addresses unused. */
l4_ret_t l4re_dma_space_mgr_block_area(
    l4re_dma_space_mgr_t dma_mgr, l4re_dma_space_t dma_space,
    l4re_dma_space_dma_addr_t *addr, l4re_dma_space_dma_size_t size,
    l4re_dma_space_dma_addr_t max_addr,
    enum l4re_dma_space_mgr_block_flags flags, unsigned char align);
/* Device addresses lie in [min_addr, max_addr]. */
l4_ret_t l4re_dma_space_mgr_set_limits(l4re_dma_space_mgr_t dma_mgr,
                                       l4re_dma_space_t dma_space,
                                       l4re_dma_space_dma_addr_t min_addr,
                                       l4re_dma_space_dma_addr_t max_addr);

L4_END_DECLS

#endif
