/*
 * The file system as a whole (see ext2.h).
 *
 * libext2fs keeps bitmaps and counts in memory and writes them when it is
 * asked to; inodes and directories go to the disk at once. So between a change
 * and the next sync the bitmaps on the disk are old; who opens it then makes
 * them anew from the inodes (repair.h).
 */
#include "ext2.h"
#include "disk_io.h"
#include <stdlib.h>
#include <time.h>

ext2_filsys ext2;
void (*ext2_on_change)(void);
char *ext2_block, *ext2_map_buffer;

static bool is_changed; /* since the last sync */
static bool is_closed;  /* the machine ends */

long ext2_error(errcode_t code)
{
    switch (code) {
    case 0:
        return 0;
    case EXT2_ET_BLOCK_ALLOC_FAIL:
    case EXT2_ET_INODE_ALLOC_FAIL:
    case EXT2_ET_DIR_NO_SPACE:
        return -L4_ENOSPC;
    case EXT2_ET_FILE_NOT_FOUND:
        return -L4_ENOENT;
    case EXT2_ET_DIR_EXISTS:
    case EXT2_ET_FILE_EXISTS:
        return -L4_EEXIST;
    case EXT2_ET_NO_MEMORY:
        return -L4_ENOMEM;
    case EXT2_ET_FILE_TOO_BIG:
        return -FILES_EFBIG;
    case EXT2_ET_RO_FILSYS:
        return -FILES_EROFS;
    default:
        return code < L4_ERRNOMAX ? -(long)code : -L4_EIO;
    }
}

/* ---- Closed, and not ---- */

/* The superblock alone, with the state it is to have. */
static errcode_t write_state(unsigned set, unsigned clear)
{
    ext2->super->s_state = (ext2->super->s_state | set) & ~clear;
    ext2_filsys fs = ext2;
    int flags = fs->flags;
    fs->flags |= EXT2_FLAG_SUPER_ONLY;
    ext2fs_mark_super_dirty(fs);
    errcode_t code = ext2fs_flush2(fs, EXT2_FLAG_FLUSH_NO_SYNC);
    fs->flags = (flags & ~EXT2_FLAG_DIRTY) | (code ? EXT2_FLAG_DIRTY : 0);
    return code;
}

long ext2_begin_change(void)
{
    if (!(ext2->flags & EXT2_FLAG_RW) || is_closed)
        return -FILES_EROFS;
    ext2->now = time(NULL);
    if (is_changed)
        return 0;
    if (ext2_on_change)
        ext2_on_change();
    errcode_t code = write_state(0, EXT2_VALID_FS);
    is_changed = !code; /* keeps I1 */
    return ext2_error(code);
}

long ext2_sync(void)
{
    if (!is_changed)
        return 0;
    ext2fs_mark_super_dirty(ext2);
    errcode_t code = ext2fs_flush2(ext2, 0);
    if (!code && !names_nameless()) /* keeps I1 */
        code = write_state(EXT2_VALID_FS, 0);
    if (code)
        return ext2_error(code);
    is_changed = false;
    return disk_io_flush();
}

long ext2_close(void)
{
    long error = ext2_sync();
    is_closed = true;
    return error;
}

/* ---- Inodes ---- */

long ext2_read_inode(volume_node_t node, struct ext2_inode *ret_inode)
{
    return ext2_error(ext2fs_read_inode(ext2, (ext2_ino_t)node, ret_inode));
}

long ext2_write_inode(volume_node_t node, const struct ext2_inode *inode)
{
    return ext2_error(
        ext2fs_write_inode(ext2, (ext2_ino_t)node, (void *)inode));
}

static long inode_status(volume_node_t node, struct files_status *ret_status)
{
    struct ext2_inode i;
    long error = ext2_read_inode(node, &i);
    if (error < 0)
        return error;
    *ret_status = (struct files_status){
        .inode = node,
        .mode = i.i_mode,
        .links = i.i_links_count,
        .owner = inode_uid(i),
        .group = inode_gid(i),
        .size = EXT2_I_SIZE(&i),
        .blocks = ext2fs_inode_i_blocks(ext2, &i),
        .block_size = ext2->blocksize,
        .accessed = i.i_atime,
        .modified = i.i_mtime,
        .changed = i.i_ctime,
    };
    return 0;
}

static long inode_change(volume_node_t node, unsigned what, unsigned mode,
                         long accessed, long modified)
{
    struct ext2_inode i;
    long error = ext2_begin_change();
    if (error >= 0)
        error = ext2_read_inode(node, &i);
    if (error < 0)
        return error;
    if (what & FILES_SET_MODE)
        i.i_mode = (__u16)((i.i_mode & FILES_KIND) | mode);
    if (what & FILES_SET_ACCESSED)
        i.i_atime = (__u32)accessed;
    if (what & FILES_SET_MODIFIED)
        i.i_mtime = (__u32)modified;
    i.i_ctime = (__u32)ext2->now;
    return ext2_write_inode(node, &i);
}

static long space(struct volume_space *ret_space)
{
    struct ext2_super_block *s = ext2->super;
    *ret_space = (struct volume_space){
        .block = ext2->blocksize,
        .blocks = ext2fs_blocks_count(s),
        .blocks_free = ext2fs_free_blocks_count(s),
        .files = s->s_inodes_count,
        .files_free = s->s_free_inodes_count,
    };
    return 0;
}

/* ---- Opening ---- */

/* Why it must not be written to; NULL: nothing is against it. */
static const char *why_read_only(bool is_wanted)
{
    struct ext2_super_block *s = ext2->super;
    if (is_wanted)
        return "asked for";
    if (disk_io_is_read_only())
        return "the disk is";
    if (ext2fs_has_feature_journal_needs_recovery(s))
        return "its journal must be replayed (e2fsck)";
    if (s->s_state & EXT2_ERROR_FS)
        return "it has errors (e2fsck)";
    if (ext2fs_has_feature_inline_data(s) || ext2fs_has_feature_encrypt(s) ||
        ext2fs_has_feature_casefold(s) || ext2fs_has_feature_bigalloc(s) ||
        ext2fs_has_feature_quota(s) || ext2fs_has_feature_project(s) ||
        ext2fs_has_feature_verity(s) || ext2fs_has_feature_mmp(s) ||
        ext2fs_has_feature_ea_inode(s))
        return "it has features that cannot be kept up here";
    return NULL;
}

static errcode_t open_again(int flags)
{
    if (ext2)
        ext2fs_free(ext2);
    ext2 = NULL;
    return ext2fs_open2("disk", NULL,
                        flags | EXT2_FLAG_64BITS | EXT2_FLAG_SKIP_MMP, 0, 0,
                        &disk_io_manager, &ext2);
}

static bool make_buffers(void)
{
    char *buffers = malloc(3 * (size_t)ext2->blocksize);
    ext2_block = buffers;
    ext2_map_buffer = buffers + ext2->blocksize;
    return buffers != NULL;
}

static const struct volume_driver driver = {
    .root = EXT2_ROOT_INO,
    .find = names_find,
    .status = inode_status,
    .entry = names_entry,
    .read = data_read,
    .target = data_target,
    .space = space,
    .sync = ext2_sync,
    .released = names_released,
};

const char *ext2_kind(void)
{
    if (ext2fs_has_feature_extents(ext2->super))
        return "ext4";
    return ext2fs_has_feature_journal(ext2->super) ? "ext3" : "ext2";
}

/* What is in the bitmaps: as it is there, or, if the file system was not
 * closed, made anew. *ret_why: it must not be written to. */
static long get_bitmaps(const char **ret_why)
{
    if (ext2->super->s_state & EXT2_VALID_FS)
        return ext2_error(ext2fs_read_bitmaps(ext2));
    *ret_why = ext2_repair();
    if (*ret_why)
        return ext2_error(open_again(0));
    is_changed = true;
    return ext2_sync();
}

long ext2_open(bool is_read_only, struct volume_driver *ret_driver,
               const char **ret_why)
{
    errcode_t code = open_again(0);
    if (code)
        return ext2_error(code);
    if (!make_buffers())
        return -L4_ENOMEM;
    *ret_driver = driver;
    *ret_why = why_read_only(is_read_only);
    is_changed = false;
    if (*ret_why)
        return 0;
    code = open_again(EXT2_FLAG_RW);
    if (!code) /* the others are for e2fsck, as they were */
        ext2->flags |= EXT2_FLAG_MASTER_SB_ONLY;
    long error = code ? ext2_error(code) : get_bitmaps(ret_why);
    if (error < 0 || *ret_why)
        return error;
    ret_driver->make = names_make;
    ret_driver->write = data_write;
    ret_driver->truncate = data_truncate;
    ret_driver->link = names_link;
    ret_driver->unlink = names_unlink;
    ret_driver->rename = names_rename;
    ret_driver->change = inode_change;
    return 0;
}
