/*
 * Paths (see path.h): text first, then the tree.
 *
 * A link is text put in front of what was left to walk; the walk then begins
 * anew with the longer path. So ".." is always a matter of text, and nothing
 * leads above the root.
 */
#include "path.h"
#include <stdio.h>
#include <string.h>

/* Drops the last part of the `size` bytes of `clean`; the new size. */
static size_t without_last(const char *clean, size_t size)
{
    while (size && clean[size - 1] != '/')
        size--;
    return size ? size - 1 : 0;
}

long path_clean(const char *path, char *ret_clean, size_t room)
{
    size_t size = 0;
    while (*path) {
        size_t n = strcspn(path, "/");
        if (n == 2 && !memcmp(path, "..", 2)) {
            size = without_last(ret_clean, size);
        } else if (n && !(n == 1 && *path == '.')) {
            if (size + (size > 0) + n + 1 > room)
                return -L4_ENAMETOOLONG;
            if (size)
                ret_clean[size++] = '/';
            memcpy(ret_clean + size, path, n);
            size += n;
        }
        path += n + (path[n] == '/');
    }
    ret_clean[size] = 0;
    return 0;
}

/* One part of a path: where it is and what is there. */
static long look(const struct volume_driver *d, volume_node_t dir,
                 const char *name, size_t size, struct path_place *place)
{
    struct files_status status;
    if (size > FILES_NAME_MAX)
        return -L4_ENAMETOOLONG;
    place->dir = dir;
    memcpy(place->name, name, size);
    place->name[size] = 0;
    long error = d->find(dir, place->name, &place->node);
    place->exists = error >= 0;
    if (error == -L4_ENOENT)
        return 0;
    if (error >= 0)
        error = d->status(place->node, &status);
    place->mode = (unsigned)status.mode;
    return error;
}

/* The path that leads past the link at `place`: what is before it, where it
 * leads, what comes after it. */
static long past_link(const struct volume_driver *d,
                      const struct path_place *place, char *path, size_t before,
                      const char *after)
{
    char target[FILES_PATH_MAX + 1], whole[PATH_ROOM];
    if (!d->target)
        return -L4_EIO;
    long error = d->target(place->node, target);
    if (error < 0)
        return error;
    if (target[0] == '/')
        before = 0;
    int n = snprintf(whole, sizeof whole, "%.*s/%s/%s", (int)before, path,
                     target, after);
    if (n >= (int)sizeof whole)
        return -L4_ENAMETOOLONG;
    return path_clean(whole, path, PATH_ROOM);
}

/* Walks until the end or a link that is to be followed. 1: the path was
 * changed by a link. */
static long walk_once(const struct volume_driver *d, volume_node_t root,
                      char *path, bool follow, struct path_place *place)
{
    volume_node_t dir = root;
    const char *at = path;
    for (;;) {
        size_t n = strcspn(at, "/");
        bool is_last = !at[n];
        long error = look(d, dir, at, n, place);
        if (error < 0)
            return error;
        unsigned kind = place->exists ? place->mode & FILES_KIND : 0;
        if (kind == FILES_KIND_LINK && (follow || !is_last)) {
            error = past_link(d, place, path, (size_t)(at - path), at + n);
            return error < 0 ? error : 1;
        }
        if (is_last)
            return 0;
        if (!place->exists)
            return -L4_ENOENT;
        if (kind != FILES_KIND_DIRECTORY)
            return -L4_ENOTDIR;
        dir = place->node;
        at += n + 1;
    }
}

static long place_of_root(const struct volume_driver *d, volume_node_t root,
                          struct path_place *place)
{
    struct files_status status;
    *place = (struct path_place){.dir = root, .node = root, .exists = true};
    long error = d->status(root, &status);
    place->mode = (unsigned)status.mode;
    return error;
}

long path_walk(const struct volume_driver *d, volume_node_t root,
               const char *path, bool follow, struct path_place *ret_place)
{
    char clean[PATH_ROOM];
    long error = path_clean(path, clean, sizeof clean);
    for (unsigned links = 0; error >= 0; links++) {
        if (links > PATH_LINKS_MAX)
            return -FILES_ELOOP;
        if (!clean[0])
            return place_of_root(d, root, ret_place);
        error = walk_once(d, root, clean, follow, ret_place);
        if (error == 0)
            return 0;
    }
    return error;
}
