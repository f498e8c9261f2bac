/*
 * The archive server: a tar archive among the boot modules, as files.
 *
 *      rom/archive NAME
 *      capabilities: fs_server (the gate it serves), rom (has NAME)
 *
 * Nothing can be changed, and nothing is copied: files are where the boot
 * loader has put them.
 */
#include "tar.h"
#include "volume.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <stdio.h>
#include <string.h>

static struct tar tar;

static struct tar_node *node_of(volume_node_t number)
{
    return number && number <= tar.count ? tar.nodes[number - 1] : NULL;
}

static bool is_kind(const struct tar_node *n, unsigned kind)
{
    return n && (n->mode & FILES_KIND) == kind;
}

/* ---- The driver ---- */

static long archive_find(volume_node_t dir, const char *name,
                         volume_node_t *ret_node)
{
    const struct tar_node *n = tar_child(node_of(dir), name);
    if (!n)
        return -L4_ENOENT;
    *ret_node = n->number;
    return 0;
}

static long archive_status(volume_node_t node, struct files_status *ret_status)
{
    const struct tar_node *n = node_of(node);
    if (!n)
        return -L4_EIO;
    *ret_status = (struct files_status){
        .inode = node,
        .mode = n->mode,
        .links = 1,
        .size = n->size,
        .blocks = (n->size + 511) / 512,
        .block_size = 4096,
        .accessed = (l4_uint64_t)n->modified,
        .modified = (l4_uint64_t)n->modified,
        .changed = (l4_uint64_t)n->modified,
    };
    return 0;
}

/* A cursor is the number of the last entry told, which are in order. */
static long archive_entry(volume_node_t dir, l4_umword_t *cursor,
                          struct volume_entry *ret_entry)
{
    const struct tar_node *n = node_of(dir)->children;
    const struct tar_node *last = node_of(*cursor);
    if (last && last->parent == node_of(dir))
        n = last->next;
    else if (*cursor)
        return 0;
    if (!n)
        return 0;
    ret_entry->inode = *cursor = n->number;
    ret_entry->kind = n->mode & FILES_KIND;
    strcpy(ret_entry->name, n->name);
    return 1;
}

static long archive_read(volume_node_t node, l4_uint64_t at, void *to,
                         size_t size)
{
    const struct tar_node *n = node_of(node);
    if (!is_kind(n, FILES_KIND_REGULAR))
        return -L4_EIO;
    if (at >= n->size)
        return 0;
    if (size > n->size - at)
        size = (size_t)(n->size - at);
    memcpy(to, n->data + at, size);
    return (long)size;
}

static long archive_target(volume_node_t node, char *ret_target)
{
    const struct tar_node *n = node_of(node);
    if (!is_kind(n, FILES_KIND_LINK) || !n->target)
        return -L4_EIO;
    if (n->size > FILES_PATH_MAX)
        return -L4_ENAMETOOLONG;
    strcpy(ret_target, n->target);
    return 0;
}

static long archive_space(struct volume_space *ret_space)
{
    l4_umword_t blocks = 0;
    for (uint32_t i = 0; i < tar.count; i++)
        blocks += (tar.nodes[i]->size + 511) / 512;
    *ret_space = (struct volume_space){512, blocks, 0, tar.count, 0};
    return 0;
}

static const struct volume_driver driver = {
    .root = 1,
    .find = archive_find,
    .status = archive_status,
    .entry = archive_entry,
    .read = archive_read,
    .target = archive_target,
    .space = archive_space,
};

/* ---- Beginning ---- */

static long attach(const char *name, const char **ret_bytes, size_t *ret_size)
{
    void *at = NULL;
    l4re_ds_t ds = l4re_util_cap_alloc();
    long error = l4re_ns_query_srv(l4re_env_get_cap("rom"), name, ds);
    if (error < 0)
        return error;
    *ret_size = l4re_ds_size(ds);
    error = l4re_rm_attach(&at, *ret_size, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_R,
                           ds, 0, 0);
    *ret_bytes = at;
    return error;
}

int main(int argc, char **argv)
{
    const char *bytes = NULL;
    size_t size = 0;
    if (argc != 2) {
        printf("usage: archive NAME (a tar archive among the boot modules)\n");
        return 2;
    }
    long error = attach(argv[1], &bytes, &size);
    if (error < 0) {
        printf("no %s: %s\n", argv[1], l4sys_errtostr(error));
        return 1;
    }
    const char *why = tar_read(bytes, size, &tar);
    if (why)
        printf("%s: %s\n", argv[1], why);
    if (why && tar.count <= 1)
        return 1;
    error = volume_serve(&driver, l4re_env_get_cap("fs_server"));
    printf("archive: %s\n", l4sys_errtostr(error));
    return error < 0;
}
