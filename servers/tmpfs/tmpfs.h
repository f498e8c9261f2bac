/*
 * A file system in memory, as a driver for servers/lib/volume.
 */
#ifndef TMPFS_H
#define TMPFS_H

#include "volume.h"

/* Makes the root directory in the store, which has been initialised.
 * -L4_ENOSPC: the store is too small for it. */
long tmpfs_init(struct volume_driver *ret_driver);

/* The invariants, for tests: NULL, or the one that does not hold. */
const char *tmpfs_check(void);

#endif
