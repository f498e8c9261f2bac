/*
 * The descriptors a spawned program begins with. See spawn_files.c.
 */
#ifndef GLUE_SPAWN_FILES_H
#define GLUE_SPAWN_FILES_H

#include "files.h"

#include <l4/sys/types.h>
#include <spawn.h>

#define SPAWN_TABLE 256

/* The child's descriptors, each with a use of its file, and its directory. */
struct spawn_table {
    struct file *file[SPAWN_TABLE];
    char is_placed[SPAWN_TABLE]; /* by an action: O_CLOEXEC does not count */
    char directory[FILE_PATH_MAX];
};

/* What this program has; then the actions (0: none); 0 or an error. */
GLUE_HIDDEN long spawn_table_fill(struct spawn_table *table,
                                  const posix_spawn_file_actions_t *actions);
GLUE_HIDDEN void spawn_table_clear(struct spawn_table *table);

/* `path` as the child sees it: below its directory, if it is relative.
 * to: FILE_PATH_MAX bytes. -ENAMETOOLONG. */
GLUE_HIDDEN long spawn_path(const struct spawn_table *table, const char *path,
                            char *to);

/* Gives them to the process that is being prepared. -EINVAL: only this
 * program has one of 0, 1 and 2; others of that kind stay behind. */
GLUE_HIDDEN long spawn_table_give(const struct spawn_table *table,
                                  l4_cap_idx_t process);

#endif
