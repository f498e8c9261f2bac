/*
 * The disk as libext2fs wants it: an I/O manager over servers/lib/block.
 */
#ifndef EXT2_DISK_IO_H
#define EXT2_DISK_IO_H

#include <ext2fs/ext2fs.h>
#include <l4/sys/types.h>
#include <stdbool.h>

/* What ext2fs_open() takes; the disk must have been opened. */
extern struct struct_io_manager disk_io_manager;

/* A session with the block server behind `gate`. 0, or an L4 error. */
long disk_io_open(l4_cap_idx_t gate);
bool disk_io_is_read_only(void);

/* `size` bytes (a multiple of a sector's) from or to byte `at`, in as few
 * requests as the buffer allows. 0, or an L4 error. */
long disk_io_read(l4_uint64_t at, void *to, size_t size);
long disk_io_write(l4_uint64_t at, const void *from, size_t size);
/* All that was written is on the disk. */
long disk_io_flush(void);

#endif
