/*
 * CRC-32 as in IEEE 802.3 (reflected, polynomial 0xEDB88320): the checksum
 * of a trace chunk.
 */
#ifndef TOOLS_CRC32_H
#define TOOLS_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of `size` bytes; `crc` is 0 or the checksum so far. */
uint32_t crc32_update(uint32_t crc, const void *data, size_t size);

#endif
