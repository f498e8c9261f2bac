/*
 * Looks at all that has a name (see repair.h), and writes nothing.
 *
 *      root --> [ todo: directories ] --> each name --> reach --> [ todo ]
 *                                                         |
 *                         marked as used, its names counted, its blocks claimed
 *
 * The directories that are still to be looked into are a bitmap, not a stack:
 * memory does not grow with the depth of the tree.
 */
#include "repair.h"
#include <string.h>

/* ---- Blocks ---- */

struct claim {
    struct repair_blocks *found;
    blk64_t end; /* the first block that is past the end */
    bool marks;
    bool may_be_marked; /* the blocks set aside for larger tables */
};

static int claim_block(ext2_filsys fs, blk64_t *block, e2_blkcnt_t number,
                       blk64_t ref_block, int ref_offset, void *data)
{
    struct claim *c = data;
    (void)ref_block, (void)ref_offset;
    c->found->blocks++;
    c->found->data += number >= 0;
    if (number >= 0 && (blk64_t)number >= c->end)
        c->found->are_past_end = true;
    if (*block < fs->super->s_first_data_block ||
        *block >= ext2fs_blocks_count(fs->super)) {
        c->found->are_wrong = true;
        return BLOCK_ABORT;
    }
    if (!c->marks)
        return 0;
    if (ext2fs_test_block_bitmap2(fs->block_map, *block) && !c->may_be_marked)
        c->found->are_wrong = true;
    ext2fs_mark_block_bitmap2(fs->block_map, *block);
    return 0;
}

/* The block of extended attributes, which must be nobody else's. */
static errcode_t claim_attributes(ext2_ino_t ino, struct ext2_inode *inode,
                                  struct claim *c)
{
    blk64_t where = ext2fs_file_acl_block(ext2, inode);
    if (!where)
        return 0;
    claim_block(ext2, &where, -1, 0, 0, c);
    if (c->found->are_wrong)
        return 0;
    errcode_t code = ext2fs_read_ext_attr3(ext2, where, ext2_block, ino);
    struct ext2_ext_attr_header *head = (void *)ext2_block;
    if (!code && (head->h_magic != EXT2_EXT_ATTR_MAGIC || head->h_refcount > 1))
        c->found->are_wrong = true;
    return code;
}

errcode_t repair_blocks(ext2_ino_t ino, struct ext2_inode *inode, bool claim,
                        struct repair_blocks *ret_blocks)
{
    *ret_blocks = (struct repair_blocks){0};
    struct claim c = {.found = ret_blocks,
                      .end = (EXT2_I_SIZE(inode) + ext2->blocksize - 1) /
                             ext2->blocksize,
                      .marks = claim,
                      .may_be_marked = ino == EXT2_RESIZE_INO};
    errcode_t code = claim_attributes(ino, inode, &c);
    if (!code && ext2fs_inode_has_valid_blocks2(ext2, inode))
        code = ext2fs_block_iterate3(ext2, ino, BLOCK_FLAG_READ_ONLY, NULL,
                                     claim_block, &c);
    return code;
}

bool repair_is_counted(const struct ext2_inode *inode, blk64_t blocks)
{
    bool in_blocks = ext2fs_has_feature_huge_file(ext2->super) &&
                     inode->i_flags & EXT4_HUGE_FILE_FL;
    return ext2fs_inode_i_blocks(ext2, (struct ext2_inode *)inode) ==
           (in_blocks ? blocks : blocks * (ext2->blocksize / 512));
}

static errcode_t claim_blocks(struct repair *r, ext2_ino_t ino,
                              struct ext2_inode *inode)
{
    struct repair_blocks found;
    errcode_t code = repair_blocks(ino, inode, true, &found);
    if (code)
        return code;
    if (found.are_wrong)
        repair_refuse(r, ino, "a block of it is another's, too");
    if (LINUX_S_ISDIR(inode->i_mode) &&
        (EXT2_I_SIZE(inode) % ext2->blocksize ||
         found.data < EXT2_I_SIZE(inode) / ext2->blocksize))
        repair_refuse(r, ino, "a directory with holes");
    if (found.are_past_end || !repair_is_counted(inode, found.blocks))
        ext2fs_mark_inode_bitmap2(r->flawed, ino);
    return 0;
}

/* ---- What has no name ---- */

static void claim_tables(void)
{
    for (dgrp_t g = 0; g < ext2->group_desc_count; g++) {
        ext2fs_bg_used_dirs_count_set(ext2, g, 0);
        ext2fs_reserve_super_and_bgd(ext2, g, ext2->block_map);
        ext2fs_mark_block_bitmap2(ext2->block_map,
                                  ext2fs_block_bitmap_loc(ext2, g));
        ext2fs_mark_block_bitmap2(ext2->block_map,
                                  ext2fs_inode_bitmap_loc(ext2, g));
        ext2fs_mark_block_bitmap_range2(ext2->block_map,
                                        ext2fs_inode_table_loc(ext2, g),
                                        ext2->inode_blocks_per_group);
    }
}

/* Inodes of the file system's own (bad blocks, journal, room to grow) are in
 * use with what they have. */
static errcode_t claim_reserved(struct repair *r, ext2_ino_t ino)
{
    struct ext2_inode inode;
    struct repair_blocks found;
    ext2fs_mark_inode_bitmap2(ext2->inode_map, ino);
    errcode_t code = ext2fs_read_inode(ext2, ino, &inode);
    if (!code)
        code = repair_blocks(ino, &inode, true, &found);
    if (!code && found.are_wrong)
        repair_refuse(r, ino, "a block of it is another's, too");
    return code;
}

/* ---- What has ---- */

static void keep_name(struct repair *r, struct repair_name *n, ext2_ino_t dir,
                      const char *name, ext2_ino_t leads_to)
{
    if (n->dir)
        repair_refuse(r, dir, "more than one directory is misplaced");
    *n = (struct repair_name){.dir = dir, .leads_to = leads_to};
    strcpy(n->name, name);
}

static errcode_t begin_directory(struct repair *r, ext2_ino_t dir,
                                 struct ext2_inode *inode, ext2_ino_t parent)
{
    ext2_ino_t up;
    dgrp_t group = ext2fs_group_of_ino(ext2, dir);
    ext2fs_bg_used_dirs_count_set(ext2, group,
                                  ext2fs_bg_used_dirs_count(ext2, group) + 1);
    ext2fs_mark_inode_bitmap2(r->todo, dir);
    if (inode->i_flags & EXT2_INDEX_FL)
        repair_refuse(r, dir, "a directory with an index");
    errcode_t code = ext2fs_lookup(ext2, dir, "..", 2, NULL, &up);
    if (code == EXT2_ET_FILE_NOT_FOUND)
        code = EXT2_ET_DIR_CORRUPTED;
    if (!code && up != parent)
        keep_name(r, &r->up, dir, "..", parent);
    if (!code)
        code = ext2fs_icount_increment(r->names, dir, NULL);
    return code ? code : ext2fs_icount_increment(r->names, parent, NULL);
}

/* A name in `dir` leads to an inode nothing has led to before. */
static errcode_t reach_first(struct repair *r, ext2_ino_t dir, ext2_ino_t ino)
{
    struct ext2_inode inode;
    ext2fs_mark_inode_bitmap2(ext2->inode_map, ino);
    repair_progress(r);
    errcode_t code = ext2fs_read_inode(ext2, ino, &inode);
    if (code)
        return code;
    if (!inode.i_mode || !inode.i_links_count) {
        repair_refuse(r, dir, "a name in it leads to nothing");
        return 0;
    }
    code = claim_blocks(r, ino, &inode);
    if (!code && LINUX_S_ISDIR(inode.i_mode))
        code = begin_directory(r, ino, &inode, dir);
    return code;
}

/* `name` in `dir` leads to `ino`; one more for a directory is too many. */
static errcode_t reach(struct repair *r, ext2_ino_t dir, const char *name,
                       ext2_ino_t ino)
{
    if (!ext2fs_test_inode_bitmap2(ext2->inode_map, ino)) {
        errcode_t code = reach_first(r, dir, ino);
        return code ? code : ext2fs_icount_increment(r->names, ino, NULL);
    }
    struct ext2_inode inode;
    errcode_t code = ext2fs_read_inode(ext2, ino, &inode);
    if (code)
        return code;
    if (!LINUX_S_ISDIR(inode.i_mode))
        return ext2fs_icount_increment(r->names, ino, NULL);
    keep_name(r, &r->second, dir, name, ino);
    return 0;
}

struct look {
    struct repair *r;
    errcode_t code;
};

static bool is_name(const char *name, size_t length)
{
    return length && strlen(name) == length && !strchr(name, '/') &&
           strcmp(name, ".") && strcmp(name, "..");
}

static int look_at_name(ext2_ino_t dir, int kind, struct ext2_dir_entry *e,
                        int offset, int size, char *block, void *data)
{
    struct look *l = data;
    (void)offset, (void)size, (void)block;
    char name[EXT2_NAME_LEN + 1] = {0};
    size_t length = (size_t)ext2fs_dirent_name_len(e);
    memcpy(name, e->name, length);
    bool is_wrong = false;
    if (kind == DIRENT_DOT_FILE)
        is_wrong = strcmp(name, ".") || e->inode != dir;
    else if (kind == DIRENT_DOT_DOT_FILE)
        is_wrong = strcmp(name, "..");
    else
        is_wrong = !is_name(name, length) ||
                   e->inode < EXT2_FIRST_INO(ext2->super) ||
                   e->inode > ext2->super->s_inodes_count;
    if (is_wrong)
        repair_refuse(l->r, dir, "a name in it is damaged");
    else if (kind != DIRENT_DOT_FILE && kind != DIRENT_DOT_DOT_FILE)
        l->code = reach(l->r, dir, name, e->inode);
    return l->code || l->r->why[0] ? DIRENT_ABORT : 0;
}

static errcode_t look_into(struct repair *r, ext2_ino_t dir)
{
    struct look l = {.r = r};
    errcode_t code = ext2fs_dir_iterate2(ext2, dir, 0, NULL, look_at_name, &l);
    return code ? code : l.code;
}

/* The next directory to look into, from the one before on. 0: none. */
static ext2_ino_t next_directory(struct repair *r, ext2_ino_t before)
{
    ext2_ino_t next, last = ext2->super->s_inodes_count;
    if (ext2fs_find_first_set_inode_bitmap2(r->todo, before, last, &next) &&
        ext2fs_find_first_set_inode_bitmap2(r->todo, 1, last, &next))
        return 0;
    ext2fs_unmark_inode_bitmap2(r->todo, next);
    return next;
}

errcode_t repair_walk(struct repair *r)
{
    errcode_t code = 0;
    claim_tables();
    for (ext2_ino_t i = 1; !code && i < EXT2_FIRST_INO(ext2->super); i++)
        if (i != EXT2_ROOT_INO)
            code = claim_reserved(r, i);
    if (!code && ext2->super->s_orphan_file_inum)
        code = claim_reserved(r, ext2->super->s_orphan_file_inum);
    if (!code)
        code = reach_first(r, EXT2_ROOT_INO, EXT2_ROOT_INO);
    for (ext2_ino_t dir = EXT2_ROOT_INO; !code && !r->why[0];) {
        dir = next_directory(r, dir);
        if (!dir)
            break;
        code = look_into(r, dir);
    }
    return code;
}
