/*
 * Programs that are files: read into memory, which the loader takes them from.
 *
 *      "rom/hello"         a boot module: the loader finds it
 *      "/disk/bin/hello"   a file of proc's own `fs`: read here, as a whole
 *
 * It is proc that reads: who may start programs may start every file that proc
 * can read. A thread beside the server's reads (servers/lib/aside), one file
 * after the other; others are served meanwhile.
 */
#ifndef PROC_IMAGE_H
#define PROC_IMAGE_H

#include "aside.h"
#include <l4/re/c/dataspace.h>

/* A file being read. */
struct image_reading {
    struct aside_work work; /* first */
    const char *path;       /* stays as long */
    l4re_ds_t image;        /* the file, in memory: the last copy frees it */
    /* 0, -L4_ENOENT (also: there is no `fs`), -L4_EINVAL: not a file with
     * something in it, -L4_ENOMEM: or above 32 MiB, or errors of fs.iface. */
    long error;
};

/* Reads r->path aside; then calls `done` on the server's thread. -L4_ENOMEM. */
long image_read_aside(struct l4re_server *server, struct image_reading *r,
                      void (*done)(struct aside_work *));

#endif
