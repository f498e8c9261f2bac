/*
 * DMA spaces: at which addresses a device finds a dataspace's memory.
 */
#ifndef MOE_DMA_H
#define MOE_DMA_H

#include "object.h"

extern const struct object_ops dma_ops;

/* 0, -L4_ENOMEM. */
long dma_create(struct allocator *owner, struct object **ret_dma);

#endif
