/*
 * Making a chunk of the trace smaller.
 */
#ifndef SIM_PACK_H
#define SIM_PACK_H

#include <stddef.h>

/* Whatever packs takes its memory, for pieces of up to `most` bytes. */
void pack_init(size_t most);

/* Packs `bytes` of `data`; `ret_packed` is the packer's until the next call.
 * Returns the size, 0: it would not get smaller. */
size_t pack(const void *data, size_t bytes, const void **ret_packed);

#endif
