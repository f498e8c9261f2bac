/*
 * ext2 over a disk in memory (in place of servers/lib/block), whose file system
 * libext2fs has made. What clients write stays on it; once the input says so,
 * requests fail.
 */
#include "disk.h"
#include "disk_io.h"
#include "e2fsprogs.h"
#include "ext2.h"
#include "file-client.h"
#include "fs-client.h"
#include "kernel.h"
#include <l4/sys/err.h>
#include <string.h>

enum { SECTOR = 512, BLOCKS = 256, BLOCK = 1024, INODES = 32, MOST = 1 << 16 };

static char image[BLOCKS * BLOCK];
static bool has_failed; /* a request did: the disk's maps may be wrong */

long disk_open(struct disk *d, l4_cap_idx_t gate, size_t size)
{
    static char buffer[MOST];
    (void)gate;
    if (size > MOST)
        return -L4_ENOMEM;
    *d = (struct disk){.sectors = sizeof image / SECTOR,
                       .sector_size = SECTOR,
                       .buffer = buffer,
                       .size = size};
    return 0;
}

long disk_do(struct disk *d, enum disk_operation operation, l4_umword_t sector,
             l4_umword_t n, l4_umword_t offset)
{
    if (sector > d->sectors || n > d->sectors - sector)
        return -L4_ERANGE;
    if (offset > d->size || n * SECTOR > d->size - offset)
        host_fail("a request behind the buffer's end");
    if (host_may_fail && input_is_left() && input_byte() == 0xee) {
        has_failed = true;
        return -L4_EIO;
    }
    if (operation == DISK_READ)
        memcpy(d->buffer + offset, image + sector * SECTOR, n * SECTOR);
    else if (operation == DISK_WRITE)
        memcpy(image + sector * SECTOR, d->buffer + offset, n * SECTOR);
    return 0;
}

static void prepare(void)
{
    struct ext2_super_block s = {.s_blocks_count = BLOCKS,
                                 .s_inodes_count = INODES,
                                 .s_rev_level = EXT2_DYNAMIC_REV};
    ext2_filsys fs;
    ext2fs_set_feature_filetype(&s);
    if (disk_io_open(0) ||
        ext2fs_initialize("disk", 0, &s, &disk_io_manager, &fs) ||
        ext2fs_allocate_tables(fs) ||
        ext2fs_mkdir(fs, EXT2_ROOT_INO, EXT2_ROOT_INO, NULL))
        host_fail("no file system");
    for (unsigned i = EXT2_ROOT_INO + 1; i < EXT2_GOOD_OLD_FIRST_INO; i++)
        ext2fs_inode_alloc_stats2(fs, i, 1, 0);
    ext2fs_inode_alloc_stats2(fs, EXT2_BAD_INO, 1, 0);
    fs->super->s_state |= EXT2_VALID_FS;
    if (ext2fs_close(fs))
        host_fail("no file system on the disk");
}

/* libext2fs counts what is free beside its maps: both say the same. */
static const char *check(void)
{
    unsigned blocks = 0, inodes = 0;
    for (blk64_t b = ext2->super->s_first_data_block; b < BLOCKS; b++)
        blocks += !ext2fs_test_block_bitmap2(ext2->block_map, b);
    for (ext2_ino_t i = 1; i <= ext2->super->s_inodes_count; i++)
        inodes += !ext2fs_test_inode_bitmap2(ext2->inode_map, i);
    if (!has_failed && blocks != ext2fs_free_blocks_count(ext2->super))
        return "the blocks that are free are not as many as is said";
    if (!has_failed && inodes != ext2->super->s_free_inodes_count)
        return "the inodes that are free are not as many as is said";
    return NULL;
}

const struct host_server host_server = {
    .argv = {"ext2"},
    .gates = {"fs_server"},
    .others = {"block"},
    .protocols = {FS_PROTOCOL, FILE_PROTOCOL},
    .keeps = true,
    .prepare = prepare,
    .check = check,
};
