/*
 * Directories of ext2 and what they name (see ext2.h).
 *
 * The order of what is written, which a power cut may end anywhere: an inode
 * before the name that leads to it, a name before what it led to is freed, a
 * count of names before one more name, and after one less. So no name ever
 * leads to what is not there; what may be left over is an inode without name
 * or a count too high, which repair.c puts right.
 */
#include "ext2.h"
#include <string.h>

static ext2_ino_t ino(volume_node_t node)
{
    return (ext2_ino_t)node;
}

static bool is_directory(const struct ext2_inode *i)
{
    return LINUX_S_ISDIR(i->i_mode);
}

/* ---- Looking ---- */

static unsigned kind_of(int type)
{
    switch (type) {
    case EXT2_FT_REG_FILE:
        return FILES_KIND_REGULAR;
    case EXT2_FT_DIR:
        return FILES_KIND_DIRECTORY;
    case EXT2_FT_SYMLINK:
        return FILES_KIND_LINK;
    default:
        return 0;
    }
}

static int type_of(unsigned mode)
{
    switch (mode & FILES_KIND) {
    case FILES_KIND_DIRECTORY:
        return EXT2_FT_DIR;
    case FILES_KIND_LINK:
        return EXT2_FT_SYMLINK;
    default:
        return EXT2_FT_REG_FILE;
    }
}

static bool is_dots(const char *name)
{
    return !strcmp(name, ".") || !strcmp(name, "..");
}

/* The entry at byte `at` of a block; where the next one is. 0: broken. */
static unsigned entry_at(char *block, unsigned at, struct volume_entry *entry)
{
    struct ext2_dir_entry *e = (void *)(block + at);
    unsigned length, size = (unsigned)ext2fs_dirent_name_len(e);
    if (ext2fs_get_rec_len(ext2, e, &length) || length < 8 + size ||
        length > ext2->blocksize - at || length % 4)
        return 0;
    entry->inode = e->inode;
    entry->kind = kind_of(ext2fs_dirent_file_type(e));
    memcpy(entry->name, e->name, size);
    entry->name[size] = 0;
    return at + length;
}

/* Reads the block of a directory with byte `at`. */
static long read_block(volume_node_t dir, struct ext2_inode *inode,
                       l4_uint64_t at)
{
    blk64_t where;
    errcode_t code = ext2fs_bmap2(ext2, ino(dir), inode, ext2_map_buffer, 0,
                                  at / ext2->blocksize, NULL, &where);
    if (!code && !where)
        code = EXT2_ET_DIR_CORRUPTED;
    if (!code)
        code = ext2fs_read_dir_block4(ext2, where, ext2_block, 0, ino(dir));
    return ext2_error(code);
}

/* A cursor is a byte of the directory at which an entry begins. If it does not
 * any more (others change names meanwhile), the next one that does counts. */
static long next_in_block(char *block, l4_umword_t *cursor,
                          struct volume_entry *ret_entry)
{
    unsigned bs = ext2->blocksize, from = (unsigned)(*cursor % bs), at = 0;
    l4_umword_t start = *cursor - from;
    while (at < bs) {
        unsigned next = entry_at(block, at, ret_entry);
        if (!next)
            return -L4_EIO;
        *cursor = start + next;
        if (at >= from && ret_entry->inode && !is_dots(ret_entry->name))
            return 1;
        at = next;
    }
    return 0;
}

long names_entry(volume_node_t dir, l4_umword_t *cursor,
                 struct volume_entry *ret_entry)
{
    struct ext2_inode inode;
    long found = ext2_read_inode(dir, &inode);
    while (found == 0 && *cursor < EXT2_I_SIZE(&inode)) {
        found = read_block(dir, &inode, *cursor);
        if (found >= 0)
            found = next_in_block(ext2_block, cursor, ret_entry);
    }
    return found;
}

/* The entry called `name` in a block. 1: there it is. */
static long find_in_block(char *block, const char *name,
                          struct volume_entry *ret_entry)
{
    for (unsigned at = 0; at < ext2->blocksize;) {
        at = entry_at(block, at, ret_entry);
        if (!at)
            return -L4_EIO;
        if (ret_entry->inode && !strcmp(ret_entry->name, name))
            return 1;
    }
    return 0;
}

/* (libext2fs' own search takes and gives memory back each time.) */
long names_find(volume_node_t dir, const char *name, volume_node_t *ret_node)
{
    static struct volume_entry entry;
    struct ext2_inode inode;
    long found = ext2_read_inode(dir, &inode);
    l4_uint64_t size = found < 0 ? 0 : EXT2_I_SIZE(&inode);
    for (l4_uint64_t at = 0; found == 0 && at < size; at += ext2->blocksize) {
        found = read_block(dir, &inode, at);
        if (found >= 0)
            found = find_in_block(ext2_block, name, &entry);
    }
    if (found <= 0)
        return found < 0 ? found : -L4_ENOENT;
    *ret_node = entry.inode;
    return 0;
}

/* ---- Names come ---- */

/* Puts a name into a directory, which grows if it must. */
static errcode_t add_name(volume_node_t dir, const char *name, ext2_ino_t node,
                          unsigned mode)
{
    errcode_t code = ext2fs_link(ext2, ino(dir), name, node, type_of(mode));
    if (code != EXT2_ET_DIR_NO_SPACE)
        return code;
    code = ext2fs_expand_dir(ext2, ino(dir));
    if (!code)
        code = ext2fs_link(ext2, ino(dir), name, node, type_of(mode));
    return code;
}

/* The directory's own times. */
static long touch(volume_node_t dir, int more_links)
{
    struct ext2_inode i;
    long error = ext2_read_inode(dir, &i);
    if (error < 0)
        return error;
    i.i_mtime = i.i_ctime = (__u32)ext2->now;
    i.i_links_count = (__u16)(i.i_links_count + more_links);
    return ext2_write_inode(dir, &i);
}

/* An empty file's extents, where files have them. */
static errcode_t begin_extents(ext2_ino_t node, struct ext2_inode *inode)
{
    ext2_extent_handle_t handle;
    if (!ext2fs_has_feature_extents(ext2->super))
        return 0;
    inode->i_flags |= EXT4_EXTENTS_FL;
    errcode_t code = ext2fs_extent_open2(ext2, node, inode, &handle);
    if (!code)
        ext2fs_extent_free(handle);
    return code;
}

static errcode_t make_regular(volume_node_t dir, const char *name,
                              unsigned mode, ext2_ino_t *ret_node)
{
    struct ext2_inode i = {.i_mode = (__u16)mode, .i_links_count = 1};
    ext2_ino_t node;
    errcode_t code = ext2fs_new_inode(ext2, ino(dir), (int)mode, NULL, &node);
    if (!code)
        code = begin_extents(node, &i);
    if (!code)
        code = ext2fs_write_new_inode(ext2, node, &i);
    if (code)
        return code;
    ext2fs_inode_alloc_stats2(ext2, node, +1, 0);
    code = add_name(dir, name, node, mode);
    if (code)
        ext2fs_inode_alloc_stats2(ext2, node, -1, 0);
    *ret_node = node;
    return code;
}

/* libext2fs makes these; a directory that must grow for them does it first. */
static errcode_t make_other(volume_node_t dir, const char *name, unsigned mode,
                            const char *target, ext2_ino_t *ret_node)
{
    errcode_t code = 0;
    for (unsigned again = 0; again < 2; again++) {
        code = target ? ext2fs_symlink(ext2, ino(dir), 0, name, target)
                      : ext2fs_mkdir(ext2, ino(dir), 0, name);
        if (code != EXT2_ET_DIR_NO_SPACE || again)
            break;
        code = ext2fs_expand_dir(ext2, ino(dir));
        if (code)
            break;
    }
    if (!code)
        code = ext2fs_lookup(ext2, ino(dir), name, (int)strlen(name), NULL,
                             ret_node);
    struct ext2_inode i;
    if (!code && !target)
        code = ext2fs_read_inode(ext2, *ret_node, &i);
    if (!code && !target) {
        i.i_mode = (__u16)mode;
        code = ext2fs_write_inode(ext2, *ret_node, &i);
    }
    return code;
}

long names_make(volume_node_t dir, const char *name, unsigned mode,
                const char *target, volume_node_t *ret_node)
{
    ext2_ino_t node = 0;
    long error = ext2_begin_change();
    if (error < 0)
        return error;
    bool is_regular = (mode & FILES_KIND) == FILES_KIND_REGULAR;
    errcode_t code = is_regular ? make_regular(dir, name, mode, &node)
                                : make_other(dir, name, mode, target, &node);
    if (code)
        return ext2_error(code);
    *ret_node = node;
    return touch(dir, 0);
}

/* The count of a node's names is now larger or smaller. */
static long count_names(volume_node_t node, int change)
{
    struct ext2_inode i;
    long error = ext2_read_inode(node, &i);
    if (error < 0)
        return error;
    if (change > 0 && i.i_links_count >= EXT2_LINK_MAX)
        return -FILES_EMLINK;
    i.i_links_count = (__u16)(i.i_links_count + change);
    i.i_ctime = (__u32)ext2->now;
    return ext2_write_inode(node, &i);
}

long names_link(volume_node_t dir, const char *name, volume_node_t node)
{
    struct ext2_inode i;
    long error = ext2_begin_change();
    if (error >= 0)
        error = ext2_read_inode(node, &i);
    if (error >= 0)
        error = count_names(node, +1);
    if (error < 0)
        return error;
    error = ext2_error(add_name(dir, name, ino(node), i.i_mode));
    if (error < 0) {
        count_names(node, -1);
        return error;
    }
    return touch(dir, 0);
}

/* ---- Names go ---- */

/* An inode without names and users: its blocks and itself are free. */
static long free_node(volume_node_t node, struct ext2_inode *i)
{
    bool was_directory = is_directory(i);
    i->i_links_count = 0;
    i->i_dtime = (__u32)ext2->now;
    long error = ext2_write_inode(node, i);
    if (error >= 0)
        error = data_free(node, i);
    if (error < 0)
        return error;
    ext2fs_inode_alloc_stats2(ext2, ino(node), -1, was_directory);
    return 0;
}

static unsigned nameless;

unsigned names_nameless(void)
{
    return nameless;
}

/* After a name of `node` in `dir` has gone. */
static long drop_name(volume_node_t dir, volume_node_t node)
{
    struct ext2_inode i;
    long error = ext2_read_inode(node, &i);
    if (error < 0)
        return error;
    if (is_directory(&i))
        error = touch(dir, -1);
    i.i_links_count = (__u16)(is_directory(&i) ? 0 : i.i_links_count - 1);
    i.i_ctime = (__u32)ext2->now;
    if (error < 0)
        return error;
    if (!i.i_links_count && !volume_is_open(node))
        return free_node(node, &i);
    nameless += !i.i_links_count;
    return ext2_write_inode(node, &i);
}

void names_released(volume_node_t node)
{
    struct ext2_inode i;
    if (ext2_read_inode(node, &i) >= 0 && !i.i_links_count && !i.i_dtime &&
        ext2_begin_change() >= 0) {
        free_node(node, &i);
        nameless--;
    }
}

static bool is_empty(volume_node_t dir)
{
    struct volume_entry entry;
    l4_umword_t cursor = 0;
    return names_entry(dir, &cursor, &entry) == 0;
}

long names_unlink(volume_node_t dir, const char *name, volume_node_t node)
{
    struct ext2_inode i;
    long error = ext2_read_inode(node, &i);
    if (error >= 0 && is_directory(&i) && !is_empty(node))
        error = -L4_EEXIST;
    if (error >= 0)
        error = ext2_begin_change();
    if (error >= 0)
        error = ext2_error(ext2fs_unlink(ext2, ino(dir), name, 0, 0));
    if (error >= 0)
        error = touch(dir, 0);
    return error < 0 ? error : drop_name(dir, node);
}

/* ---- Names move ---- */

struct lead {
    const char *name;
    ext2_ino_t node;
    int type;
    bool is_done;
};

static int lead_entry(ext2_ino_t dir, int entry, struct ext2_dir_entry *e,
                      int offset, int size, char *block, void *data)
{
    struct lead *l = data;
    (void)dir, (void)entry, (void)offset, (void)size, (void)block;
    size_t length = (size_t)ext2fs_dirent_name_len(e);
    if (!e->inode || length != strlen(l->name) ||
        memcmp(e->name, l->name, length))
        return 0;
    e->inode = l->node;
    if (ext2fs_has_feature_filetype(ext2->super))
        ext2fs_dirent_set_file_type(e, l->type);
    l->is_done = true;
    return DIRENT_CHANGED | DIRENT_ABORT;
}

/* A name that is there leads to `node` now: one block is written. */
static errcode_t lead_name(volume_node_t dir, const char *name, ext2_ino_t node,
                           unsigned mode)
{
    struct lead l = {.name = name, .node = node, .type = type_of(mode)};
    errcode_t code =
        ext2fs_dir_iterate2(ext2, ino(dir), 0, NULL, lead_entry, &l);
    return !code && !l.is_done ? EXT2_ET_FILE_NOT_FOUND : code;
}

/* A directory's way up, and its parents' counts. */
static long move_up(volume_node_t node, volume_node_t dir, volume_node_t to_dir)
{
    long error = touch(to_dir, +1);
    if (error >= 0)
        error = ext2_error(
            lead_name(node, "..", ino(to_dir), FILES_KIND_DIRECTORY));
    return error < 0 ? error : touch(dir, -1);
}

/* Between the two names the node has both, and its count says so. */
long names_rename(volume_node_t dir, const char *name, volume_node_t to_dir,
                  const char *to_name, volume_node_t node,
                  volume_node_t replaced)
{
    struct ext2_inode i;
    long error = ext2_begin_change();
    if (error >= 0)
        error = ext2_read_inode(node, &i);
    bool moves_directory = error >= 0 && is_directory(&i);
    if (error >= 0 && !moves_directory)
        error = count_names(node, +1);
    if (error < 0)
        return error;
    errcode_t code = replaced ? lead_name(to_dir, to_name, ino(node), i.i_mode)
                              : add_name(to_dir, to_name, ino(node), i.i_mode);
    if (code) {
        if (!moves_directory)
            count_names(node, -1);
        return ext2_error(code);
    }
    error = ext2_error(ext2fs_unlink(ext2, ino(dir), name, 0, 0));
    if (error >= 0)
        error = touch(to_dir, 0);
    if (error >= 0)
        error = touch(dir, 0);
    if (error >= 0 && !moves_directory)
        error = count_names(node, -1);
    if (error >= 0 && moves_directory && dir != to_dir)
        error = move_up(node, dir, to_dir);
    if (error >= 0 && replaced)
        error = drop_name(to_dir, replaced);
    return error;
}
