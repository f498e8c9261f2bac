/*
 * What the parts of the library ask of each other.
 */
#ifndef VOLUME_INTERNAL_H
#define VOLUME_INTERNAL_H

#include "memory.h"
#include "path.h"

/* What the clients of one ancestry share. */
struct volume_budget {
    unsigned roots, files, buffers; /* a mapping is a file, too */
    unsigned sleepers;
    size_t mapped; /* bytes */
};

/* Somebody who may open files: a session of fs.iface. */
struct volume_client {
    struct l4re_session session;
    volume_node_t root;
    struct volume_budget *budget; /* NULL: the gate of the server itself */
    bool is_read_only;
};

/* A node that is open: by as many files and mappings as `users`. */
struct open_node {
    volume_node_t number;
    unsigned users;
    struct memory *memory; /* NULL: nobody has mapped it */
    struct open_node *next;
};

extern const struct volume_driver *volume; /* the one that is served */
extern const struct l4re_service volume_file_service;

/* Opens `node` for a client; FILES_... in `flags`. The session's gate is in
 * *ret_gate. -FILES_EMFILE, -L4_ENOMEM. */
long volume_file_open(struct volume_client *client, volume_node_t node,
                      unsigned flags, unsigned mode, l4_cap_idx_t *ret_gate);

/* NULL: no memory. */
struct open_node *open_node_get(volume_node_t number);
void open_node_put(struct open_node *n);

/* A node gets another length, in its file and its memory. */
long volume_truncate(volume_node_t number, l4_uint64_t size);

/* All that was written and stored goes to where it stays. */
long volume_sync(void);

/* Memory of this server's, attached here; -L4_ENOMEM. */
long volume_memory_attach(size_t size, void **ret_at, l4re_ds_t *ret_memory);

/* What file.map asks for. */
struct volume_map {
    struct l4re_session *parent; /* that is asked */
    volume_node_t node;
    struct volume_budget *budget; /* NULL: none */
    bool is_writable;
    l4_umword_t program;
    /* out */
    l4_umword_t size;
    l4_cap_idx_t memory, gate;
};

/* A new mapping of a file; the session's gate, memory and size out. */
long mapping_open(struct volume_map *map);

/* Something was changed: it is written for good within SYNC_AFTER_US. */
void volume_note_change(void);

/* Counts an end of one of a budget's clients or files; the last one frees it.
 */
void volume_budget_drop(struct volume_budget *budget);

#endif
