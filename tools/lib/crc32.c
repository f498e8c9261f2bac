/* CRC-32 of trace chunks: zlib's (the simulator sums up every record it
 * writes, so it has to be fast). Called by the reader and the simulator. */
#include "crc32.h"

#include <zlib.h>

uint32_t crc32_update(uint32_t crc, const void *data, size_t size)
{
    return (uint32_t)crc32_z(crc, data, size);
}
