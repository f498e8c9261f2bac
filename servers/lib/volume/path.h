/*
 * Paths: cleaning them up, and following them.
 */
#ifndef VOLUME_PATH_H
#define VOLUME_PATH_H

#include "volume.h"

/* A path that links have made longer. */
enum { PATH_ROOM = 1024, PATH_LINKS_MAX = 8 };

/*
 * `path` without empty parts, "." and "..", and without slashes at its ends:
 * "" is the root, above which ".." does not lead. `room`: of ret_clean, with
 * the zero. -L4_ENAMETOOLONG: it does not fit.
 */
long path_clean(const char *path, char *ret_clean, size_t room);

/* Where a path leads. */
struct path_place {
    volume_node_t dir;
    char name[FILES_NAME_MAX + 1]; /* "": the root itself */
    bool exists;
    volume_node_t node; /* if it does */
    unsigned mode;      /* of it */
};

/*
 * Follows `path` from `root`, links on the way and, with `follow`, at its end;
 * they begin at the root if they begin with a slash. The place counts even if
 * nothing is there yet. -L4_ENOENT: its directory is not there, -L4_ENOTDIR:
 * is none, -FILES_ELOOP: more than PATH_LINKS_MAX links, -L4_ENAMETOOLONG.
 */
long path_walk(const struct volume_driver *driver, volume_node_t root,
               const char *path, bool follow, struct path_place *ret_place);

#endif
