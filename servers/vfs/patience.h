/*
 * How long a thread of this server waits for a file system, all of whose
 * clients wait with it: to be included before what calls them
 * (<l4/re/c/message.h>).
 *
 * One that does not answer in time is waited for only for a moment the next
 * time, until it answers again.
 */
#ifndef VFS_PATIENCE_H
#define VFS_PATIENCE_H

#include <l4/sys/ipc.h>

/* For the next request: patience_for() (tree.h). */
extern _Thread_local l4_timeout_t patience;
#define L4RE_MSG_PATIENCE patience

#endif
