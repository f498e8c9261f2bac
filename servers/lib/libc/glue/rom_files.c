/*
 * Files by name: dataspaces in a name space, read-only.
 *
 * "rom/ned.lua" is the name "ned.lua" in the name space the program holds
 * under the name "rom". The dataspace found there is attached to the address
 * space for as long as the file is open, so reading is copying.
 */
#include "files.h"

#include <l4/re/c/dataspace.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <string.h>

static long rom_read(struct file *file, void *to, size_t size, long offset)
{
    size_t left = (size_t)offset < file->size ? file->size - offset : 0;

    if (size > left)
        size = left;
    memcpy(to, file->data + offset, size);
    return size;
}

static void rom_stat(struct file *file, struct stat *ret_stat)
{
    ret_stat->st_mode = S_IFREG | 0444;
    ret_stat->st_size = file->size;
}

static void rom_close(struct file *file)
{
    l4re_ds_t memory = L4_INVALID_CAP;

    if (!file->data)
        return;
    if (l4re_rm_detach_ds((void *)file->data, &memory) >= 0 &&
        !l4_is_invalid_cap(memory))
        l4re_util_cap_free_um(memory);
}

static const struct file_kind rom_kind = {
    .read = rom_read,
    .stat = rom_stat,
    .close = rom_close,
};

/* A capability to what `path` names, at a new index. */
static long look_up(const char *path, l4_cap_idx_t *ret_cap)
{
    while (*path == '/')
        path++;

    const char *slash = strchr(path, '/');
    if (!slash || !l4re_env())
        return -ENOENT;
    const l4re_env_cap_entry_t *space =
        l4re_env_get_cap_l(path, slash - path, l4re_env());
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

long rom_open(const char *path, struct file *ret_file)
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
    *ret_file = (struct file){.kind = &rom_kind, .data = start, .size = size};
    return 0;
}
