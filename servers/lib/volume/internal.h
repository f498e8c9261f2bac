/*
 * What the parts of the library ask of each other.
 */
#ifndef VOLUME_INTERNAL_H
#define VOLUME_INTERNAL_H

#include "path.h"

/* What the clients of one ancestry share. */
struct volume_budget {
    unsigned roots, files, buffers;
};

/* Somebody who may open files: a session of fs.iface. */
struct volume_client {
    struct l4re_session session;
    volume_node_t root;
    struct volume_budget *budget; /* NULL: the gate of the server itself */
    bool is_read_only;
};

extern const struct volume_driver *volume; /* the one that is served */
extern const struct l4re_service volume_file_service;

/* Opens `node` for a client; FILES_... in `flags`. The session's gate is in
 * *ret_gate. -FILES_EMFILE, -L4_ENOMEM. */
long volume_file_open(struct volume_client *client, volume_node_t node,
                      unsigned flags, unsigned mode, l4_cap_idx_t *ret_gate);

/* Something was changed: it is written for good within SYNC_AFTER_US. */
void volume_note_change(void);

/* Counts an end of one of a budget's clients or files; the last one frees it.
 */
void volume_budget_drop(struct volume_budget *budget);

#endif
