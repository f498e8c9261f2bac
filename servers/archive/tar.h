/*
 * A tar archive as a tree: what is in it, where it lies in memory.
 *
 * Read: POSIX.1-1988 (ustar), with GNU's long names and pax's path and
 * linkpath. Files, directories, links of both kinds; other entries are left
 * out. Of two entries with one name the later one counts.
 *
 * Source: POSIX.1-2017, pax, "ustar Interchange Format".
 */
#ifndef ARCHIVE_TAR_H
#define ARCHIVE_TAR_H

#include <stddef.h>
#include <stdint.h>

struct tar_node {
    char *name; /* one part of a path */
    struct tar_node *parent, *children, *last_child, *next;
    uint32_t number; /* from 1 on; the root is 1 */
    uint32_t mode;   /* kind and permissions, as POSIX has them */
    int64_t modified;
    const char *data; /* a file's bytes */
    uint64_t size;
    char *target;    /* a link's */
    unsigned within; /* children */
};

struct tar {
    struct tar_node *root;
    struct tar_node **nodes; /* [count], by number - 1 */
    uint32_t count;
    uint32_t
        left_out; /* entries of other kinds, or with names that cannot be */
};

/*
 * Reads `size` bytes, which must stay where they are. NULL: it is fine; else
 * what is wrong with the archive, what came before it is there all the same.
 */
const char *tar_read(const char *bytes, size_t size, struct tar *ret_tar);
struct tar_node *tar_child(const struct tar_node *dir, const char *name);

#endif
