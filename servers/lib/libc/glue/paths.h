/*
 * Where a path leads: the tree, and the path there. See paths.c.
 */
#ifndef GLUE_PATHS_H
#define GLUE_PATHS_H

#include "files.h"

struct place {
    const struct tree *tree;
    int must_be_directory; /* the path ended with a slash */
    char path[FILE_PATH_MAX];
};

/* From an open directory, or AT_FDCWD. 0 or a negative errno; whether there
 * is anything at the place is not asked. */
GLUE_HIDDEN long path_find(long fd, const char *path, struct place *ret_place);

#endif
