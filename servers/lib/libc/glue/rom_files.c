/*
 * The tree of boot modules: dataspaces in a name space, read-only.
 *
 * "/rom/ned.lua" is the name "ned.lua" in the name space the program holds
 * under the name "rom". The dataspace found there is attached to the address
 * space for as long as the file is open, so reading is copying. The list of
 * names is the boot information's ("rom/bootinfo"); other name spaces cannot
 * be listed.
 */
#include "files.h"

#include <fcntl.h>
#include <l4/re/c/dataspace.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/vitrine/bootinfo.h>
#include <string.h>

static long rom_read(struct file *file, void *to, size_t size, long offset)
{
    size_t left = (size_t)offset < file->size ? file->size - offset : 0;

    if (size > left)
        size = left;
    memcpy(to, (const char *)file->data + offset, size);
    return size;
}

static long rom_stat(struct file *file, struct stat *ret_stat)
{
    ret_stat->st_mode = S_IFREG | 0444;
    ret_stat->st_size = file->size;
    ret_stat->st_blocks = (file->size + 511) / 512;
    return 0;
}

static void rom_close(struct file *file)
{
    l4re_ds_t memory = L4_INVALID_CAP;

    if (!file->data)
        return;
    if (l4re_rm_detach_ds(file->data, &memory) >= 0 &&
        !l4_is_invalid_cap(memory))
        l4re_util_cap_free_um(memory);
}

static const struct file_kind rom_kind = {
    .read = rom_read,
    .stat = rom_stat,
    .close = rom_close,
    .is_seekable = 1,
    .is_constant = 1,
};

static long list_stat(struct file *file, struct stat *ret_stat)
{
    (void)file;
    ret_stat->st_mode = S_IFDIR | 0555;
    ret_stat->st_nlink = 2;
    return 0;
}

/* The modules, then the table itself, which is not in it. */
static long list_entry(struct file *file, long number, struct dirent *ret_entry)
{
    const struct l4_vitrine_bootinfo *b = file->data;
    const long count = b->count;

    if (number > count)
        return 0;
    if (number == count)
        strcpy(ret_entry->d_name, "bootinfo");
    else
        strcpy(ret_entry->d_name, b->module[number].name);
    ret_entry->d_ino = number + 1;
    ret_entry->d_type = DT_REG;
    return 1;
}

static const struct file_kind list_kind = {
    .stat = list_stat,
    .entry = list_entry,
    .close = rom_close,
};

/* A capability to what `path` names, at a new index. */
static long look_up(const char *path, l4_cap_idx_t *ret_cap)
{
    const char *slash = strchr(path + 1, '/');
    const l4re_env_cap_entry_t *space = 0;

    if (slash && l4re_env())
        space = l4re_env_get_cap_l(path + 1, slash - path - 1, l4re_env());
    if (!space)
        return -ENOENT;
    l4_cap_idx_t cap = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(cap))
        return -ENOMEM;
    if (l4re_ns_query_srv(space->cap, slash + 1, cap) < 0) {
        l4re_util_cap_free(cap);
        return -ENOENT;
    }
    *ret_cap = cap;
    return 0;
}

static long attach(const char *path, struct file *file)
{
    l4_cap_idx_t memory;
    void *start = 0;
    long error = look_up(path, &memory);

    if (error)
        return error;
    size_t size = l4re_ds_size(memory);
    if (size &&
        l4re_rm_attach(&start, size, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_R,
                       memory, 0, L4_PAGESHIFT) < 0) {
        l4re_util_cap_free_um(memory);
        return -EACCES;
    }
    if (!size)
        l4re_util_cap_free_um(memory);
    file->data = start;
    file->size = size;
    return 0;
}

static long rom_open(const char *path, int flags, mode_t mode,
                     struct file *file)
{
    const int is_list = !strcmp(path, "/rom");
    long error;

    (void)mode;
    error = attach(is_list ? "/rom/bootinfo" : path, file);
    if (error)
        return error == -ENOENT && (flags & O_CREAT) ? -EROFS : error;
    file->kind = is_list ? &list_kind : &rom_kind;
    if ((flags & O_CREAT) && (flags & O_EXCL))
        error = -EEXIST;
    else if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC))
        error = is_list ? -EISDIR : -EROFS;
    else if ((flags & O_DIRECTORY) && !is_list)
        error = -ENOTDIR;
    if (error)
        rom_close(file);
    return error;
}

static long rom_stat_path(const char *path, int flags, struct stat *ret_stat)
{
    struct file file = {0};
    (void)flags;
    long error = rom_open(path, O_RDONLY, 0, &file);

    if (error)
        return error;
    file_get_stat(&file, ret_stat);
    rom_close(&file);
    return 0;
}

const struct tree rom_tree = {
    .open = rom_open,
    .stat = rom_stat_path,
};

/* The root of a program without a file server: "rom", if it has that. */

static long root_entry(struct file *file, long number, struct dirent *ret_entry)
{
    (void)file;
    if (number || l4_is_invalid_cap(l4re_env_get_cap("rom")))
        return 0;
    strcpy(ret_entry->d_name, "rom");
    ret_entry->d_ino = 1;
    ret_entry->d_type = DT_DIR;
    return 1;
}

static const struct file_kind root_kind = {
    .stat = list_stat,
    .entry = root_entry,
};

static long root_open(const char *path, int flags, mode_t mode,
                      struct file *file)
{
    (void)path, (void)mode;
    if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT))
        return -EISDIR;
    file->kind = &root_kind;
    return 0;
}

static long root_stat(const char *path, int flags, struct stat *ret_stat)
{
    (void)path, (void)flags;
    return list_stat(0, ret_stat);
}

const struct tree root_tree = {
    .open = root_open,
    .stat = root_stat,
};
