/*
 * Files of other servers, by their capabilities. See server_files.c.
 */
#ifndef GLUE_SERVER_FILES_H
#define GLUE_SERVER_FILES_H

#include "files.h"

/* A result of a server as an errno, negative; results not below 0 as they
 * are. */
GLUE_HIDDEN long server_result(long result);

/* An open file for a capability from elsewhere ("stdin"); 0: what it leads to
 * does not answer as a file. Closing it gives the capability up, its index
 * stays the caller's. flags: -1, as the server says. */
GLUE_HIDDEN struct file *server_file(l4_cap_idx_t cap, int flags);

/* The file's server tells of changes from now on, by this method of it
 * (struct file_kind, watch). */
GLUE_HIDDEN long server_watch(struct file *file,
                              long (*notify)(l4_cap_idx_t cap,
                                             l4_cap_idx_t irq));

/* The capability of an open file that a server has; L4_INVALID_CAP: it is of
 * another kind. */
GLUE_HIDDEN l4_cap_idx_t server_file_cap(const struct file *file);

/* Makes `file` what `cap` leads to; the capability passes to the file. */
GLUE_HIDDEN long server_file_open(struct file *file, l4_cap_idx_t cap);

/* The same for what is known to be an end of a pipe. */
GLUE_HIDDEN long server_stream_open(struct file *file, l4_cap_idx_t cap);

/* From a server's status record. */
GLUE_HIDDEN void server_fill_stat(const void *status, size_t size,
                                  struct stat *ret_stat);

/* Until all that was written is where it stays. */
GLUE_HIDDEN long server_sync_all(void);

/* Both ends of a pipe of the file server, opened but not installed. */
GLUE_HIDDEN long server_pipe(struct file *reader, struct file *writer);

#endif
