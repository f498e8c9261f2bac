/*
 * The mount table: which file system is where. Fixed at the start.
 *
 *      "/"      -> capability "root"
 *      "/disk"  -> capability "ext2", read-only
 */
#ifndef VFS_MOUNT_H
#define VFS_MOUNT_H

#include <l4/sys/types.h>
#include <pthread.h>
#include <stdbool.h>

enum { MOUNTS_MAX = 8, MOUNT_PATH_ROOM = 1024 };

struct mount {
    char
        path[MOUNT_PATH_ROOM]; /* clean: no slashes at its ends; "": the root */
    l4_cap_idx_t fs;           /* makes clients */
    bool is_read_only;
    pthread_mutex_t lock; /* whoever asks its server: helpers.h */
    bool was_silent; /* its server did not answer last time; under the lock */
};

/* "/PATH=CAPABILITY" or "/PATH=CAPABILITY:ro". 0, -L4_EINVAL: not that,
 * -L4_ENOENT: no such capability, -L4_EEXIST: there is one at the path,
 * -L4_ENOSPC: there are MOUNTS_MAX. */
long mount_add(const char *text);
unsigned mount_count(void);
struct mount *mount_at(unsigned i);
/* The one that `path` (clean) belongs to: the longest that it begins with.
 * MOUNTS_MAX: none. */
unsigned mount_of(const char *path);

/* The one that a mount's own directory is in. MOUNTS_MAX: none. */
unsigned mount_above(unsigned i);

/* Is `path` at or below `top`? Both clean. */
bool path_is_below(const char *path, const char *top);
/* What is left of `path` below `top`, which it is. */
const char *path_below(const char *path, const char *top);

#endif
