/*
 * A file system server, but for the file system: fs.iface and file.iface on
 * top of a handful of functions on numbered nodes.
 *
 *      fs.iface ----> client (root node, budget) --path.c--> driver: find, ...
 *         open |
 *              v
 *      file.iface --> open file (node, position) ----------> driver: read, ...
 *          map |
 *              v
 *      mapping.iface -> mapping -> memory of the node -----> driver: read, ...
 *
 * A node is what the driver numbers: a file, a directory, a link. The library
 * knows paths, links, positions, buffers, rights, budgets and which nodes are
 * open; the driver knows what is in directories and files.
 *
 * One server serves one file system, with one thread.
 *
 * I1  a budget's `files` and `roots` count its open files, mappings, and
 * clients I2  a node is in the list of open nodes once, with the number of its
 * files and mappings
 */
#ifndef VOLUME_H
#define VOLUME_H

#include <l4/re/c/server.h>
#include <l4/vitrine/files.h>

typedef l4_uint64_t volume_node_t;

struct volume_entry {
    l4_uint64_t inode;
    unsigned kind; /* FILES_KIND_... */
    char name[FILES_NAME_MAX + 1];
};

struct volume_space {
    l4_umword_t block, blocks, blocks_free, files, files_free;
};

/*
 * What a file system can do. Functions return 0 or more, or an error; those
 * it does not have (NULL) refuse with -FILES_EROFS. `dir` is always a
 * directory, a name never empty, "." or "..", nor does it have a slash.
 */
struct volume_driver {
    volume_node_t root;
    /* -L4_ENOENT: `dir` has no such name. */
    long (*find)(volume_node_t dir, const char *name, volume_node_t *ret_node);
    long (*status)(volume_node_t node, struct files_status *ret_status);
    /* The entry at *cursor (0: the first), which moves on; "." and ".." are
     * left out. 1; 0: the end. */
    long (*entry)(volume_node_t dir, l4_umword_t *cursor,
                  struct volume_entry *ret_entry);
    long (*read)(volume_node_t node, l4_uint64_t at, void *to, size_t size);
    /* Where a link leads: room for FILES_PATH_MAX + 1. */
    long (*target)(volume_node_t node, char *ret_target);
    long (*space)(struct volume_space *ret_space);

    /* A new file, directory or link (then with `target`): mode says which. */
    long (*make)(volume_node_t dir, const char *name, unsigned mode,
                 const char *target, volume_node_t *ret_node);
    long (*write)(volume_node_t node, l4_uint64_t at, const void *from,
                  size_t size);
    long (*truncate)(volume_node_t node, l4_uint64_t size);
    long (*link)(volume_node_t dir, const char *name, volume_node_t node);
    /* Takes the name away. A node without names is freed, but if it is open
     * (volume_is_open()): then with `released`. -L4_EEXIST: not empty. */
    long (*unlink)(volume_node_t dir, const char *name, volume_node_t node);
    /* `replaced`: what is at the new name (0: nothing), of the same kind, and
     * empty if it is a directory; its name goes. */
    long (*rename)(volume_node_t dir, const char *name, volume_node_t to_dir,
                   const char *to_name, volume_node_t node,
                   volume_node_t replaced);
    long (*change)(volume_node_t node, unsigned what, unsigned mode,
                   long accessed, long modified);
    /* All written data is where it stays when this returns. Also called by
     * itself, a second after a change. */
    long (*sync)(void);
    /* The last open file of a node is closed. */
    void (*released)(volume_node_t node);
    /* The server is about to serve: what else it waits for can be attached. */
    void (*serving)(struct l4re_server *server);
};

enum {
    VOLUME_FILES_MAX = 64,          /* open at once, of a client */
    VOLUME_ROOTS_MAX = 16,          /* smaller trees, of a client */
    VOLUME_BUFFERS_MAX = 4,         /* of an open file */
    VOLUME_CLIENT_BUFFERS_MAX = 16, /* of a client */
    VOLUME_BUFFER_SIZE = 32 * 1024,
    VOLUME_MEMORY_MAX = 4 << 20, /* bytes of a file that is mapped */
    VOLUME_MAPPED_MAX = 8 << 20, /* bytes, of all a client has mapped */
    VOLUME_SLEEPERS_MAX = 64,    /* at words of mapped files, of a client */
};

/* Serves `driver` at the gate until the server is stopped. Whoever holds that
 * gate makes clients with budgets of their own (gate:create(0, "PATH", "ro"),
 * both optional); those they make themselves, or with fs.root, share theirs. */
long volume_serve(const struct volume_driver *driver, l4_cap_idx_t gate);

/* The arguments of a client to be made: type 0, its root (room for
 * FILES_PATH_MAX + 1), "ro" or "rw". -L4_EINVAL: they are others. */
long volume_client_arguments(long type, struct l4re_request *request,
                             char *ret_path, bool *ret_is_read_only);

bool volume_is_open(volume_node_t node);

/* Before the file system is closed for good: what was stored in files' memory
 * is written, and `released` is told of all nodes that are open, too. */
long volume_finish(void);

#endif
