/*
 * Changes what the walk found wrong (see repair.h): a directory's second name
 * and way up, then each inode of the tables.
 *
 *      reached    names counted, blocks past its end cut off, blocks counted
 *      not        a deleted one, whatever it was
 *
 * Blocks past a file's end were given to it when the power went: before the
 * size that says what is in them.
 */
#include "repair.h"
#include <string.h>

/* ---- Names ---- */

struct turn {
    const struct repair_name *name;
    bool is_done;
};

static int turn_name(ext2_ino_t dir, int kind, struct ext2_dir_entry *e,
                     int offset, int size, char *block, void *data)
{
    struct turn *t = data;
    (void)dir, (void)offset, (void)size, (void)block;
    if (kind != DIRENT_DOT_DOT_FILE)
        return 0;
    e->inode = t->name->leads_to;
    t->is_done = true;
    return DIRENT_CHANGED | DIRENT_ABORT;
}

static errcode_t fix_names(struct repair *r)
{
    errcode_t code = 0;
    if (r->second.dir)
        code = ext2fs_unlink(ext2, r->second.dir, r->second.name,
                             r->second.leads_to, 0);
    struct turn t = {.name = &r->up};
    if (!code && r->up.dir)
        code = ext2fs_dir_iterate2(ext2, r->up.dir, 0, NULL, turn_name, &t);
    if (!code && r->up.dir && !t.is_done)
        code = EXT2_ET_DIR_CORRUPTED;
    r->corrected += (r->second.dir != 0) + (r->up.dir != 0);
    return code;
}

/* ---- Inodes ---- */

/* Counts an inode's blocks, and cuts off those past its end. */
static errcode_t fix_blocks(ext2_ino_t ino, struct ext2_inode *inode)
{
    struct repair_blocks found;
    errcode_t code = repair_blocks(ino, inode, false, &found);
    if (!code)
        code = ext2fs_iblk_set(ext2, inode, found.blocks);
    if (code || !found.are_past_end)
        return code;
    blk64_t end = (EXT2_I_SIZE(inode) + ext2->blocksize - 1) / ext2->blocksize;
    return data_cut(ino, inode, end);
}

/* A directory of more names than can be counted has one. */
static unsigned links_of(struct repair *r, ext2_ino_t ino,
                         const struct ext2_inode *inode)
{
    __u16 names = 0;
    ext2fs_icount_fetch(r->names, ino, &names);
    bool is_uncounted = LINUX_S_ISDIR(inode->i_mode) &&
                        ext2fs_has_feature_dir_nlink(ext2->super) &&
                        (names >= EXT2_LINK_MAX || inode->i_links_count == 1);
    return is_uncounted ? 1 : names;
}

static errcode_t fix_reached(struct repair *r, ext2_ino_t ino,
                             struct ext2_inode *inode)
{
    unsigned links = links_of(r, ino, inode);
    bool is_flawed = ext2fs_test_inode_bitmap2(r->flawed, ino);
    if (links == inode->i_links_count && !inode->i_dtime && !is_flawed)
        return 0;
    r->corrected++;
    inode->i_links_count = (__u16)links;
    inode->i_dtime = 0;
    errcode_t code = is_flawed ? fix_blocks(ino, inode) : 0;
    return code ? code : ext2fs_write_inode(ext2, ino, inode);
}

static errcode_t fix_unreached(struct repair *r, ext2_ino_t ino,
                               struct ext2_inode *inode)
{
    if (!inode->i_links_count && (!inode->i_mode || inode->i_dtime))
        return 0;
    r->freed++;
    inode->i_links_count = 0;
    inode->i_dtime = (__u32)ext2->now;
    return ext2fs_write_inode(ext2, ino, inode);
}

errcode_t repair_fix(struct repair *r)
{
    ext2_inode_scan scan;
    ext2_ino_t ino = 0;
    struct ext2_inode inode;
    errcode_t code = fix_names(r);
    if (!code)
        code = ext2fs_open_inode_scan(ext2, 0, &scan);
    if (code)
        return code;
    for (;;) {
        code = ext2fs_get_next_inode_full(scan, &ino, &inode, sizeof inode);
        if (code || !ino)
            break;
        if (ino < EXT2_FIRST_INO(ext2->super) && ino != EXT2_ROOT_INO)
            continue;
        if (ino == ext2->super->s_orphan_file_inum)
            continue;
        code = ext2fs_test_inode_bitmap2(ext2->inode_map, ino)
                   ? fix_reached(r, ino, &inode)
                   : fix_unreached(r, ino, &inode);
        if (code)
            break;
    }
    ext2fs_close_inode_scan(scan);
    return code;
}
