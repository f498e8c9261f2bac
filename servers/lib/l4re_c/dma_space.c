/*
 * Client side of DMA spaces, one request each (protocol.h).
 *
 * A space is made by l4_factory_create(mem_alloc, L4RE_PROTO_DMA_SPACE, cap)
 * and is its own manager: what takes a manager's capability sends to the space
 * itself, which asks for the S right.
 */
#include "protocol.h"
#include <l4/re/c/dma_space.h>
#include <l4/re/c/message.h>
#include <l4/re/protocols.h>

l4_ret_t l4re_dma_space_map(l4re_dma_space_t dma, l4re_ds_t src,
                            l4re_ds_offset_t offset, l4_size_t *size,
                            unsigned long attrs,
                            enum l4re_dma_space_direction dir,
                            l4re_dma_space_dma_addr_t *dma_addr)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DMA_SPACE, DMA_MAP);
    l4re_msg_word(&m, offset);
    l4re_msg_word(&m, *size);
    l4re_msg_word(&m, attrs);
    l4re_msg_word(&m, dir);
    l4re_msg_cap(&m, src, L4_CAP_FPAGE_RWS);
    long error = l4re_msg_call(dma, &m, 0);
    if (error < 0)
        return error;
    *dma_addr = l4_utcb_mr()->mr[0];
    *size = l4_utcb_mr()->mr[1];
    return 0;
}

l4_ret_t l4re_dma_space_unmap(l4re_dma_space_t dma,
                              l4re_dma_space_dma_addr_t dma_addr,
                              l4_size_t size, unsigned long attrs,
                              enum l4re_dma_space_direction dir)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DMA_SPACE, DMA_UNMAP);
    l4re_msg_word(&m, dma_addr);
    l4re_msg_word(&m, size);
    l4re_msg_word(&m, attrs);
    l4re_msg_word(&m, dir);
    return l4re_msg_call(dma, &m, 0);
}

l4_ret_t
l4re_dma_space_mgr_associate(l4re_dma_space_mgr_t dma_mgr,
                             l4re_dma_space_t dma_space, l4_cap_idx_t dma_task,
                             enum l4re_dma_space_mgr_space_attribs attr)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DMA_SPACE, DMA_ASSOCIATE);
    (void)dma_mgr;
    l4re_msg_word(&m, attr);
    l4re_msg_cap(&m, dma_task, L4_CAP_FPAGE_RWS);
    return l4re_msg_call(dma_space, &m, 0);
}

l4_ret_t
l4re_dma_space_mgr_associate_phys(l4re_dma_space_mgr_t dma_mgr,
                                  l4re_dma_space_t dma_space,
                                  enum l4re_dma_space_mgr_space_attribs attr)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DMA_SPACE, DMA_ASSOCIATE);
    (void)dma_mgr;
    l4re_msg_word(&m, attr);
    return l4re_msg_call(dma_space, &m, 0);
}

l4_ret_t l4re_dma_space_mgr_disassociate(l4re_dma_space_mgr_t dma_mgr,
                                         l4re_dma_space_t dma_space)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DMA_SPACE, DMA_DISASSOCIATE);
    (void)dma_mgr;
    return l4re_msg_call(dma_space, &m, 0);
}

l4_ret_t l4re_dma_space_mgr_block_area(
    l4re_dma_space_mgr_t dma_mgr, l4re_dma_space_t dma_space,
    l4re_dma_space_dma_addr_t *addr, l4re_dma_space_dma_size_t size,
    l4re_dma_space_dma_addr_t max_addr,
    enum l4re_dma_space_mgr_block_flags flags, unsigned char align)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DMA_SPACE, DMA_BLOCK);
    (void)dma_mgr;
    l4re_msg_word(&m, *addr);
    l4re_msg_word(&m, size);
    l4re_msg_word(&m, max_addr);
    l4re_msg_word(&m, flags);
    l4re_msg_word(&m, align);
    long error = l4re_msg_call(dma_space, &m, 0);
    if (error >= 0)
        *addr = l4_utcb_mr()->mr[0];
    return error;
}

l4_ret_t l4re_dma_space_mgr_set_limits(l4re_dma_space_mgr_t dma_mgr,
                                       l4re_dma_space_t dma_space,
                                       l4re_dma_space_dma_addr_t min_addr,
                                       l4re_dma_space_dma_addr_t max_addr)
{
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DMA_SPACE, DMA_LIMITS);
    (void)dma_mgr;
    l4re_msg_word(&m, min_addr);
    l4re_msg_word(&m, max_addr);
    return l4re_msg_call(dma_space, &m, 0);
}
