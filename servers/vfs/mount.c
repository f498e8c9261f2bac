/*
 * The mount table (see mount.h).
 */
#include "mount.h"
#include "path.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <string.h>

static struct mount mounts[MOUNTS_MAX];
static unsigned count;

bool path_is_below(const char *path, const char *top)
{
    size_t n = strlen(top);
    return !n || (!strncmp(path, top, n) && (!path[n] || path[n] == '/'));
}

const char *path_below(const char *path, const char *top)
{
    path += strlen(top);
    return path + (*path == '/');
}

unsigned mount_count(void)
{
    return count;
}

struct mount *mount_at(unsigned i)
{
    return &mounts[i];
}

/* The longest that `path` begins with, but for `other`. */
static unsigned longest(const char *path, unsigned other)
{
    unsigned found = MOUNTS_MAX;
    for (unsigned i = 0; i < count; i++)
        if (i != other && path_is_below(path, mounts[i].path) &&
            (found == MOUNTS_MAX ||
             strlen(mounts[i].path) > strlen(mounts[found].path)))
            found = i;
    return found;
}

unsigned mount_of(const char *path)
{
    return longest(path, MOUNTS_MAX);
}

unsigned mount_above(unsigned i)
{
    return longest(mounts[i].path, i);
}

long mount_add(const char *text)
{
    char path[FILES_PATH_MAX + 1], name[64];
    const char *is = strchr(text, '='), *end = text + strlen(text);
    if (*text != '/' || !is || (size_t)(is - text) >= sizeof path)
        return -L4_EINVAL;
    if (count == MOUNTS_MAX)
        return -L4_ENOSPC;
    struct mount *m = &mounts[count];
    m->is_read_only = end - is > 4 && !strcmp(end - 3, ":ro");
    size_t size = (size_t)(end - is - 1) - (m->is_read_only ? 3 : 0);
    if (size >= sizeof name)
        return -L4_EINVAL;
    memcpy(name, is + 1, size);
    name[size] = 0;
    memcpy(path, text, (size_t)(is - text));
    path[is - text] = 0;
    path_clean(path, m->path, sizeof m->path);
    for (unsigned i = 0; i < count; i++)
        if (!strcmp(mounts[i].path, m->path))
            return -L4_EEXIST;
    pthread_mutex_init(&m->lock, NULL);
    m->fs = l4re_env_get_cap(name);
    if (l4_is_invalid_cap(m->fs))
        return -L4_ENOENT;
    count++;
    return 0;
}
