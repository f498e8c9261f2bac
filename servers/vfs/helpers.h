/*
 * Threads of this server's: one for each mount, so that a file system that
 * does not answer holds up those who wait for it, and nobody else.
 *
 *      main thread    reads which mount a request is about, serves pipes
 *      helper         asks that mount's file system, answers
 *      one more       sync, which waits for all of them in turn
 *
 * Whoever asks a mount's file system holds the mount's lock: its helper, sync,
 * and the main thread if no helper can be had.
 */
#ifndef VFS_HELPERS_H
#define VFS_HELPERS_H

#include "mount.h"
#include <l4/re/c/server.h>

enum { NO_MOUNT = MOUNTS_MAX, ALL_MOUNTS, HELPERS };

/* The thread for a mount or ALL_MOUNTS, begun when first wanted. NULL: there is
 * none (NO_MOUNT, or no memory). Only on the main thread. */
struct l4re_server *helper_of(unsigned mount);

#endif
