/*
 * Programs that are files: read into memory, which the loader takes them from.
 *
 *      "rom/hello"         a boot module: the loader finds it
 *      "/disk/bin/hello"   a file of proc's own `fs`: read here, as a whole
 *
 * It is proc that reads: who may start programs may start every file that proc
 * can read. While it reads, nobody else is served.
 */
#ifndef PROC_IMAGE_H
#define PROC_IMAGE_H

#include <l4/re/c/dataspace.h>

/* The file at `path`, in memory; the capability's last copy frees it. 0,
 * -L4_ENOENT (also: there is no `fs`), -L4_EINVAL: not a file with something in
 * it, -L4_ENOMEM: or above 32 MiB, or errors of fs.iface. */
long image_open(const char *path, l4re_ds_t *ret_image);

#endif
