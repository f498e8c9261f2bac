/*
 * Makes a file system that was not closed writable again (see repair.h).
 *
 *      walk --> marks what is used --> fix --> counts of what is free --> sync
 *
 * This server leaves little to repair (names.c: the order of writes): old
 * bitmaps and counts, inodes without a name, counts of names and blocks, blocks
 * behind a file's end, and a directory with two names or a wrong way up. What
 * else may be there is not touched: e2fsck knows more.
 *
 * Memory: two bits for each block and inode, and some bytes for each directory
 * and each file with more than one name. If there is not enough, it is refused.
 */
#include "repair.h"
#include <ext2fs/ext2fs.h>
#include <stdio.h>
#include <time.h>

enum { TELL_EVERY_S = 2 };

void repair_refuse(struct repair *r, ext2_ino_t ino, const char *what)
{
    if (r->why[0])
        return;
    if (ino)
        snprintf(r->why, sizeof r->why, "inode %u: %s (e2fsck)", ino, what);
    else
        snprintf(r->why, sizeof r->why, "%s (e2fsck)", what);
}

void repair_progress(struct repair *r)
{
    r->seen++;
    long now = (long)time(NULL);
    if (now < r->told + TELL_EVERY_S)
        return;
    r->told = now;
    printf("%lu files looked at, of about %u\n", r->seen,
           ext2->super->s_inodes_count - ext2->super->s_free_inodes_count);
}

/* ---- What is not repaired here ---- */

static const char *text_of(errcode_t code)
{
    switch (code) {
    case EXT2_ET_INODE_CSUM_INVALID:
    case EXT2_ET_DIR_CSUM_INVALID:
    case EXT2_ET_EXTENT_CSUM_INVALID:
    case EXT2_ET_EXT_ATTR_CSUM_INVALID:
        return "a checksum is wrong";
    case EXT2_ET_NO_MEMORY:
        return "there is not enough memory to repair it";
    case EXT2_ET_DIR_CORRUPTED:
        return "a directory is damaged";
    default:
        return code < EXT2_ET_BASE ? "the disk has errors"
                                   : "something in it is damaged";
    }
}

static void look_at_groups(struct repair *r)
{
    if (ext2fs_check_desc(ext2))
        repair_refuse(r, 0, "a group's description is damaged");
    for (dgrp_t g = 0; g < ext2->group_desc_count; g++)
        if (!ext2fs_group_desc_csum_verify(ext2, g))
            repair_refuse(r, 0, "a group's checksum is wrong");
    if (ext2fs_has_feature_orphan_present(ext2->super))
        repair_refuse(r, 0, "it has a list of nameless files");
}

/* ---- What is free ---- */

/* Inodes of `group` that are used, and which is the last of them (from 1). */
static unsigned used_inodes(dgrp_t group, unsigned *ret_last)
{
    unsigned each = ext2->super->s_inodes_per_group, used = 0;
    *ret_last = 0;
    for (unsigned i = 1; i <= each; i++)
        if (ext2fs_test_inode_bitmap2(ext2->inode_map, group * each + i)) {
            *ret_last = i;
            used++;
        }
    return used;
}

static blk64_t used_blocks(dgrp_t group)
{
    blk64_t used = 0, last = ext2fs_group_last_block2(ext2, group);
    for (blk64_t b = ext2fs_group_first_block2(ext2, group); b <= last; b++)
        used += ext2fs_test_block_bitmap2(ext2->block_map, b) != 0;
    return used;
}

/* Inodes of a group whose table was used once: others may be garbage. */
static unsigned table_used(dgrp_t group)
{
    unsigned each = ext2->super->s_inodes_per_group;
    if (!ext2fs_has_group_desc_csum(ext2))
        return each;
    if (ext2fs_bg_flags_test(ext2, group, EXT2_BG_INODE_UNINIT))
        return 0;
    return each - ext2fs_bg_itable_unused(ext2, group);
}

/*
 * How much of each group's table has to be looked at: all, if zeros were
 * written there; else up to the last inode that was ever in use. (Inodes come
 * into use in the order of their numbers, so one beyond that is written anew
 * before anybody looks at it.)
 */
static void open_tables(void)
{
    unsigned each = ext2->super->s_inodes_per_group;
    for (dgrp_t g = 0; g < ext2->group_desc_count; g++) {
        unsigned last, was = table_used(g);
        used_inodes(g, &last);
        if (!ext2fs_has_group_desc_csum(ext2))
            continue;
        if (ext2fs_bg_flags_test(ext2, g, EXT2_BG_INODE_ZEROED))
            last = each;
        last = last > was ? last : was;
        ext2fs_bg_itable_unused_set(ext2, g, each - last);
        if (last)
            ext2fs_bg_flags_clear(ext2, g, EXT2_BG_INODE_UNINIT);
    }
}

static void count_free(void)
{
    struct ext2_super_block *s = ext2->super;
    blk64_t free_blocks = 0;
    ext2_ino_t free_inodes = 0;
    for (dgrp_t g = 0; g < ext2->group_desc_count; g++) {
        unsigned last, inodes = s->s_inodes_per_group - used_inodes(g, &last);
        blk64_t blocks = ext2fs_group_blocks_count(ext2, g) - used_blocks(g);
        ext2fs_bg_free_inodes_count_set(ext2, g, inodes);
        ext2fs_bg_free_blocks_count_set(ext2, g, (__u32)blocks);
        ext2fs_bg_flags_clear(ext2, g, EXT2_BG_BLOCK_UNINIT);
        ext2fs_group_desc_csum_set(ext2, g);
        free_blocks += blocks;
        free_inodes += inodes;
    }
    ext2fs_free_blocks_count_set(s, free_blocks);
    s->s_free_inodes_count = free_inodes;
    s->s_last_orphan = 0;
}

/* ---- From the beginning to the end ---- */

static errcode_t begin(struct repair *r)
{
    errcode_t code =
        ext2fs_allocate_block_bitmap(ext2, "blocks", &ext2->block_map);
    if (!code)
        code = ext2fs_allocate_inode_bitmap(ext2, "inodes", &ext2->inode_map);
    if (!code)
        code = ext2fs_allocate_inode_bitmap(ext2, "todo", &r->todo);
    if (!code)
        code = ext2fs_allocate_inode_bitmap(ext2, "flawed", &r->flawed);
    if (!code)
        code = ext2fs_create_icount2(ext2, EXT2_ICOUNT_OPT_INCREMENT, 64, NULL,
                                     &r->names);
    r->told = (long)time(NULL);
    return code;
}

static void end(struct repair *r)
{
    ext2fs_free_icount(r->names);
    if (r->todo)
        ext2fs_free_inode_bitmap(r->todo);
    if (r->flawed)
        ext2fs_free_inode_bitmap(r->flawed);
}

const char *ext2_repair(void)
{
    static struct repair r;
    r = (struct repair){0};
    printf("it was not closed: all its files are looked at\n");
    ext2->now = time(NULL);
    look_at_groups(&r);
    errcode_t code = r.why[0] ? 0 : begin(&r);
    if (!code && !r.why[0])
        code = repair_walk(&r);
    if (!code && !r.why[0]) {
        open_tables();
        code = repair_fix(&r); /* keeps I1 */
    }
    if (!code && !r.why[0])
        count_free();
    end(&r);
    if (code)
        repair_refuse(&r, 0, text_of(code));
    if (r.why[0])
        return r.why;
    ext2fs_mark_ib_dirty(ext2);
    ext2fs_mark_bb_dirty(ext2);
    printf("repaired: %lu files, %lu corrected, %lu without a name freed\n",
           r.seen, r.corrected, r.freed);
    return NULL;
}
