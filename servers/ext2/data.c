/*
 * What is in files of ext2 (see ext2.h).
 *
 * libext2fs says which block of the disk a file's block is; what lies together
 * there is moved together, without a stop at each block.
 */
#include "disk_io.h"
#include "ext2.h"
#include <string.h>

/* A file's blocks that follow each other on the disk, too. */
struct run {
    blk64_t where; /* 0: a hole, or never written */
    l4_uint64_t blocks;
};

static ext2_ino_t ino(volume_node_t node)
{
    return (ext2_ino_t)node;
}

/* Where one block is. `make`: it is to be written. */
static errcode_t map_block(volume_node_t node, struct ext2_inode *i, blk64_t n,
                           bool make, blk64_t *ret_where, bool *ret_is_fresh)
{
    int flags = 0;
    blk64_t where = 0;
    errcode_t code =
        ext2fs_bmap2(ext2, ino(node), i, ext2_map_buffer, 0, n, &flags, &where);
    bool is_unwritten = flags & BMAP_RET_UNINIT;
    *ret_is_fresh = !where || is_unwritten;
    if (!code && make && !where)
        code = ext2fs_bmap2(ext2, ino(node), i, ext2_map_buffer, BMAP_ALLOC, n,
                            NULL, &where);
    else if (!code && make && is_unwritten)
        code = ext2fs_bmap2(ext2, ino(node), i, ext2_map_buffer, BMAP_SET, n,
                            NULL, &where);
    else if (is_unwritten)
        where = 0;
    *ret_where = where;
    return code;
}

/* The run at block `n`, at most `most` blocks long. */
static errcode_t find_run(volume_node_t node, struct ext2_inode *i, blk64_t n,
                          l4_uint64_t most, struct run *ret_run)
{
    bool is_fresh;
    errcode_t code = map_block(node, i, n, false, &ret_run->where, &is_fresh);
    l4_uint64_t blocks = 1;
    while (!code && blocks < most) {
        blk64_t next;
        code = map_block(node, i, n + blocks, false, &next, &is_fresh);
        if (next != (ret_run->where ? ret_run->where + blocks : 0))
            break;
        blocks++;
    }
    ret_run->blocks = blocks;
    return code;
}

/* ---- Reading ---- */

/* Part of one block. */
static long read_part(blk64_t where, unsigned offset, void *to, size_t size)
{
    if (!where) {
        memset(to, 0, size);
        return 0;
    }
    long error =
        disk_io_read(where * ext2->blocksize, ext2_block, ext2->blocksize);
    if (error >= 0)
        memcpy(to, ext2_block + offset, size);
    return error;
}

/* As much as lies together from `at` on. How much, or an error. */
static long read_run(volume_node_t node, struct ext2_inode *i, l4_uint64_t at,
                     void *to, size_t size)
{
    unsigned bs = ext2->blocksize, offset = (unsigned)(at % bs);
    struct run run;
    l4_uint64_t whole = offset ? 0 : size / bs;
    errcode_t code = find_run(node, i, at / bs, whole ? whole : 1, &run);
    if (code)
        return ext2_error(code);
    if (!whole) {
        size_t part = size < bs - offset ? size : bs - offset;
        long error = read_part(run.where, offset, to, part);
        return error < 0 ? error : (long)part;
    }
    size_t part = (size_t)run.blocks * bs;
    long error = 0;
    if (run.where)
        error = disk_io_read(run.where * bs, to, part);
    else
        memset(to, 0, part);
    return error < 0 ? error : (long)part;
}

long data_read(volume_node_t node, l4_uint64_t at, void *to, size_t size)
{
    struct ext2_inode i;
    long error = ext2_read_inode(node, &i);
    if (error < 0)
        return error;
    l4_uint64_t end = EXT2_I_SIZE(&i);
    if (at >= end)
        return 0;
    if (size > end - at)
        size = (size_t)(end - at);
    for (size_t done = 0; done < size;) {
        long got =
            read_run(node, &i, at + done, (char *)to + done, size - done);
        if (got < 0)
            return done ? (long)done : got;
        done += (size_t)got;
    }
    return (long)size;
}

/* A short one is in the inode itself. */
long data_target(volume_node_t node, char *ret_target)
{
    struct ext2_inode i;
    long error = ext2_read_inode(node, &i);
    if (error < 0)
        return error;
    size_t size = EXT2_I_SIZE(&i);
    if (size > FILES_PATH_MAX)
        return -L4_ENAMETOOLONG;
    if (ext2fs_is_fast_symlink(&i))
        memcpy(ret_target, i.i_block, size);
    else
        error = data_read(node, 0, ret_target, size);
    ret_target[size] = 0;
    return error < 0 ? error : 0;
}

/* ---- Writing ---- */

/* Part of one block, whose other bytes stay, or are zeros if it is new. */
static long write_part(blk64_t where, bool is_fresh, unsigned offset,
                       const void *from, size_t size)
{
    unsigned bs = ext2->blocksize;
    long error = 0;
    if (is_fresh)
        memset(ext2_block, 0, bs);
    else
        error = disk_io_read(where * bs, ext2_block, bs);
    memcpy(ext2_block + offset, from, size);
    return error < 0 ? error : disk_io_write(where * bs, ext2_block, bs);
}

/* Makes room for whole blocks from `n` on, as far as they lie together. */
static errcode_t make_run(volume_node_t node, struct ext2_inode *i, blk64_t n,
                          l4_uint64_t most, struct run *ret_run)
{
    bool is_fresh;
    errcode_t code = map_block(node, i, n, true, &ret_run->where, &is_fresh);
    l4_uint64_t blocks = 1;
    while (!code && blocks < most) {
        blk64_t next;
        if (map_block(node, i, n + blocks, true, &next, &is_fresh) ||
            next != ret_run->where + blocks)
            break; /* it is found again, where it is, or is an error then */
        blocks++;
    }
    ret_run->blocks = blocks;
    return code;
}

/* As much as lies together from `at` on. How much, or an error. */
static long write_run(volume_node_t node, struct ext2_inode *i, l4_uint64_t at,
                      const void *from, size_t size)
{
    unsigned bs = ext2->blocksize, offset = (unsigned)(at % bs);
    if (offset || size < bs) {
        blk64_t where;
        bool is_fresh;
        size_t part = size < bs - offset ? size : bs - offset;
        errcode_t code = map_block(node, i, at / bs, true, &where, &is_fresh);
        long error = code ? ext2_error(code)
                          : write_part(where, is_fresh, offset, from, part);
        return error < 0 ? error : (long)part;
    }
    struct run run;
    errcode_t code = make_run(node, i, at / bs, size / bs, &run);
    if (code)
        return ext2_error(code);
    size_t part = (size_t)run.blocks * bs;
    long error = disk_io_write(run.where * bs, from, part);
    return error < 0 ? error : (long)part;
}

/* The inode's size and times, after its data. */
static long finish(volume_node_t node, struct ext2_inode *i, l4_uint64_t end)
{
    errcode_t code = 0;
    if (end > EXT2_I_SIZE(i))
        code = ext2fs_inode_size_set(ext2, i, end);
    i->i_mtime = i->i_ctime = (__u32)ext2->now;
    return code ? ext2_error(code) : ext2_write_inode(node, i);
}

long data_write(volume_node_t node, l4_uint64_t at, const void *from,
                size_t size)
{
    struct ext2_inode i;
    size_t done = 0;
    long error = ext2_begin_change();
    if (error >= 0)
        error = ext2_read_inode(node, &i);
    while (error >= 0 && done < size) {
        error = write_run(node, &i, at + done, (const char *)from + done,
                          size - done);
        if (error >= 0)
            done += (size_t)error;
    }
    if (!done)
        return error;
    error = finish(node, &i, at + done);
    return error < 0 ? error : (long)done;
}

/* ---- Cutting off ---- */

/*
 * libext2fs (1.47) gives no run of blocks back that ends with the last block
 * there is: it takes it for one that ends behind it (EXT2_ET_BAD_BLOCK_NUM).
 * So there is one more meanwhile; the superblock is not written then.
 */
static void count_blocks(int more)
{
    blk64_t blocks = ext2fs_blocks_count(ext2->super);
    ext2fs_blocks_count_set(ext2->super, blocks + (blk64_t)more);
}

errcode_t data_cut(ext2_ino_t node, struct ext2_inode *inode, blk64_t from)
{
    count_blocks(+1);
    errcode_t code = ext2fs_punch(ext2, node, inode, NULL, from, ~(blk64_t)0);
    count_blocks(-1);
    return code;
}

long data_truncate(volume_node_t node, l4_uint64_t size)
{
    ext2_file_t file;
    struct ext2_inode i;
    long error = ext2_begin_change();
    if (error < 0)
        return error;
    errcode_t code = ext2fs_file_open(ext2, ino(node), EXT2_FILE_WRITE, &file);
    if (code)
        return ext2_error(code);
    count_blocks(+1);
    code = ext2fs_file_set_size2(file, size);
    count_blocks(-1);
    errcode_t closed = ext2fs_file_close(file);
    error = ext2_error(code ? code : closed);
    if (error >= 0)
        error = ext2_read_inode(node, &i);
    return error < 0 ? error : finish(node, &i, 0);
}

/* The attributes' block goes last: one that is damaged stays, and all else
 * is free by then. */
long data_free(volume_node_t node, struct ext2_inode *i)
{
    errcode_t code = 0;
    if (ext2fs_inode_has_valid_blocks2(ext2, i))
        code = data_cut(ino(node), i, 0);
    if (code || !ext2fs_file_acl_block(ext2, i))
        return ext2_error(code);
    code = ext2fs_free_ext_attr(ext2, ino(node), (struct ext2_inode_large *)i);
    return code ? ext2_error(code) : ext2_write_inode(node, i);
}
