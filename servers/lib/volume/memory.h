/*
 * A file's content as memory.
 *
 *      memory  |page 0|page 1|  ...  |zeros|     one dataspace, attached here,
 *      file    |content            |             handed out to who maps the
 * file
 *
 * There is one of it for a node that is mapped, filled from the file when it is
 * made. From then on it is the truth: what is read comes from it, what is
 * written goes to the file and to it. What programs store there goes to the
 * file when somebody asks (sync), and when the last mapping ends.
 *
 * I1  What was written by requests is the same in memory and file.
 * I2  All of it has pages from the start: touching it cannot fail.
 */
#ifndef VOLUME_MEMORY_H
#define VOLUME_MEMORY_H

#include "volume.h"
#include <l4/re/c/dataspace.h>

struct mapping;
struct sleeper;

struct memory {
    char *at;
    size_t size; /* whole pages */
    l4re_ds_t whole, read_only;
    bool is_written; /* somebody may store there */
    struct mapping *mappings;
    struct sleeper *sleepers; /* first come, first served */
};

/* Of the node's content. -L4_EINVAL: there is none; -FILES_EFBIG: more than
 * VOLUME_MEMORY_MAX; -L4_ENOMEM. */
long memory_make(volume_node_t node, struct memory **ret_m);
void memory_free(struct memory *m);

/* What of [at, + size) is in memory: bytes, from `at` on. */
size_t memory_part(const struct memory *m, l4_uint64_t at, size_t size);

/* The file ends at `size` now: behind it there are zeros. */
void memory_cut(struct memory *m, l4_uint64_t size);

/* Brings what was stored to the file; pages that are the same stay. */
long memory_write_back(struct memory *m, volume_node_t node);

#endif
