/*
 * CRC-32C (Castagnoli, reflected, polynomial 0x82F63B78): the checksum of a
 * trace chunk. Common processors compute this one in hardware.
 */
#ifndef TOOLS_CRC32_H
#define TOOLS_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of `size` bytes; `crc` is 0 or the checksum so far. */
uint32_t crc32_update(uint32_t crc, const void *data, size_t size);
/* The same without the processor's help; for tests. */
uint32_t crc32_update_slow(uint32_t crc, const void *data, size_t size);

#endif
