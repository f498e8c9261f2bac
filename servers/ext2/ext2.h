/*
 * ext2 and ext4 through libext2fs, as a driver for servers/lib/volume.
 *
 *      main.c --> ext2.c    open, sync, and what is between them
 *                 names.c   directories and what they name
 *                 data.c    what is in files
 *                 disk_io.c the disk
 *                 super.c   the superblock on it, one sector at a time
 *                 repair.c  what was not closed
 *
 * A node is an inode's number.
 *
 * I1  while something is written that sync has not finished, or a file without
 *     a name is open, the file system says on the disk that it was not closed
 */
#ifndef EXT2_H
#define EXT2_H

#include "volume.h"
#include <ext2fs/ext2fs.h>

/* The one file system. */
extern ext2_filsys ext2;
/* Called before the first change after a sync. */
extern void (*ext2_on_change)(void);

/*
 * Opens the disk's file system; the disk has been opened. It is read-only if
 * that is wanted, if the disk is, if its journal would have to be replayed, if
 * it was not closed and cannot be repaired, and if it has features that cannot
 * be kept up here:
 * *ret_why says it, NULL: it can be written. 0, or an L4 error.
 */
long ext2_open(bool is_read_only, struct volume_driver *ret_driver,
               const char **ret_why);
/* ext2, ext3 or ext4, by its features. */
const char *ext2_kind(void);
/* Writes all and says on the disk that it was closed, until the next change. */
long ext2_sync(void);

/* The same for good: nothing can be changed any more. */
long ext2_close(void);

/* Buffers that are there all the time (allocating one for each request is
 * dear): one block for whoever needs one for a moment, two for finding where a
 * block is. */
extern char *ext2_block, *ext2_map_buffer;

/* An L4 error for a code of libext2fs (0: 0). */
long ext2_error(errcode_t code);
/* To be called before anything is changed (I1). 0, or an L4 error. */
long ext2_begin_change(void);

long ext2_read_inode(volume_node_t node, struct ext2_inode *ret_inode);
long ext2_write_inode(volume_node_t node, const struct ext2_inode *inode);

/* ---- repair.c ---- */

/*
 * Makes bitmaps and counts anew from what names lead to, and puts right what
 * this server leaves when it is killed. The file system is open for writing,
 * its bitmaps are not read; what is not written yet is for ext2_sync(). NULL,
 * or why it must not be written to: then nothing was changed, unless the disk
 * failed.
 */
const char *ext2_repair(void);

/* ---- names.c ---- */

long names_find(volume_node_t dir, const char *name, volume_node_t *ret_node);
long names_entry(volume_node_t dir, l4_umword_t *cursor,
                 struct volume_entry *ret_entry);
long names_make(volume_node_t dir, const char *name, unsigned mode,
                const char *target, volume_node_t *ret_node);
long names_link(volume_node_t dir, const char *name, volume_node_t node);
long names_unlink(volume_node_t dir, const char *name, volume_node_t node);
long names_rename(volume_node_t dir, const char *name, volume_node_t to_dir,
                  const char *to_name, volume_node_t node,
                  volume_node_t replaced);
void names_released(volume_node_t node);
/* How many inodes are open and have no name (any more). */
unsigned names_nameless(void);

/* ---- data.c ---- */

long data_read(volume_node_t node, l4_uint64_t at, void *to, size_t size);
long data_write(volume_node_t node, l4_uint64_t at, const void *from,
                size_t size);
long data_truncate(volume_node_t node, l4_uint64_t size);
long data_target(volume_node_t node, char *ret_target);
/* Gives the blocks of an inode from its block `from` on back, and writes it. */
errcode_t data_cut(ext2_ino_t node, struct ext2_inode *inode, blk64_t from);
/* Gives all blocks of the inode back, with that of its attributes. */
long data_free(volume_node_t node, struct ext2_inode *inode);

#endif
