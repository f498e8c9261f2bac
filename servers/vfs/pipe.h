/*
 * Pipes: two open files, one to write to and one to read from.
 */
#ifndef VFS_PIPE_H
#define VFS_PIPE_H

#include "client.h"

/* The gates of the two ends. -FILES_EMFILE: this client has enough. */
long pipe_open(struct client *client, l4_cap_idx_t *ret_reading,
               l4_cap_idx_t *ret_writing);

#endif
