/*
 * The superblock in one sector (see super.h).
 */
#include "super.h"
#include "disk_io.h"
#include <stddef.h>
#include <string.h>

enum {
    SECTOR = 512,
    SPARE = offsetof(struct ext2_super_block, s_snapshot_list),
    SUM = offsetof(struct ext2_super_block, s_checksum),
};

_Static_assert(SPARE == 0x190 && SUM == SUPER_SIZE - 4, "where Linux has them");

/* The state of the checksum before `bytes`, of the one behind them. */
static __u32 take_back(__u32 state, const unsigned char *bytes, size_t size)
{
    const __u32 polynomial = 0x82f63b78;
    while (size--) {
        for (unsigned bit = 0; bit < 8; bit++)
            state =
                state & 0x80000000 ? (state ^ polynomial) << 1 | 1 : state << 1;
        state ^= bytes[size];
    }
    return state;
}

/* Chooses the spare bytes, so that the first sector leads to this state. */
static void lead_to(__u32 state, unsigned char first[SECTOR])
{
    memset(first + SPARE, 0, 4);
    __u32 spare = ext2fs_crc32c_le(~0u, first, SPARE) ^
                  take_back(state, first + SPARE, SECTOR - SPARE);
    for (unsigned i = 0; i < 4; i++)
        first[SPARE + i] = (unsigned char)(spare >> 8 * i);
}

long super_write(const void *super)
{
    unsigned char old[SUPER_SIZE], new[SUPER_SIZE];
    long error = disk_io_read(SUPER_AT, old, SUPER_SIZE);
    if (error < 0)
        return error;
    memcpy(new, super, SUPER_SIZE);
    if (memcmp(old + SECTOR, new + SECTOR, SUM - SECTOR))
        return disk_io_write(SUPER_AT, new, SUPER_SIZE);
    if (memcmp(old + SUM, new + SUM, 4))
        lead_to(ext2fs_crc32c_le(~0u, old, SECTOR), new);
    return disk_io_write(SUPER_AT, new, SECTOR);
}
