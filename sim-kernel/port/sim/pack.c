/*
 * Making a chunk of the trace smaller, by zstd.
 */
#include "pack.h"
#include "sim.h"
#include <stdlib.h>
#include <zstd.h>

enum { LEVEL = 1 };

static struct {
    ZSTD_CCtx *zstd;
    void *room;
    size_t size;
} packer;

void pack_init(size_t most)
{
    packer.size = ZSTD_compressBound(most);
    packer.room = malloc(packer.size);
    packer.zstd = ZSTD_createCCtx();
    if (!packer.room || !packer.zstd)
        sim_die("out of memory");
}

size_t pack(const void *data, size_t bytes, const void **ret_packed)
{
    size_t packed = ZSTD_compressCCtx(packer.zstd, packer.room, packer.size,
                                      data, bytes, LEVEL);
    if (ZSTD_isError(packed) || packed >= bytes)
        return 0;
    *ret_packed = packer.room;
    return packed;
}
