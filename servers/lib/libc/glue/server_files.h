/*
 * Files of other servers, by their capabilities. See server_files.c.
 */
#ifndef GLUE_SERVER_FILES_H
#define GLUE_SERVER_FILES_H

#include "files.h"

/* An open file for a capability from elsewhere ("stdin"); 0: what it leads to
 * does not answer as a file. The capability stays the caller's. */
GLUE_HIDDEN struct file *server_file(l4_cap_idx_t cap, int flags);

#endif
