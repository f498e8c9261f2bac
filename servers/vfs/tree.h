/*
 * What a client sees: a directory of the whole as its root, and for each
 * mounted file system a client of its own there, made when first wanted.
 *
 *      tree "/home"  --roots[0]--> fs "/"      at "home"
 *                    --roots[2]--> fs "/home/usb" at its root
 *      tree "/home/a" (parent: the above) ...
 *
 * A path is a matter of text until its file system is known; the rest goes to
 * that one, with a capability that leads no higher than the tree's root. So
 * links cannot lead out of a tree.
 *
 * If a file system was restarted its roots are gone: they are made anew at the
 * next request, from the parent's, as in the beginning.
 *
 * Threads: a mount's roots are under its lock (helpers.h), users and budgets
 * are counted atomically, the rest does not change.
 */
#ifndef VFS_TREE_H
#define VFS_TREE_H

#include "mount.h"
#include "path.h"

struct tree {
    struct tree *parent; /* NULL: made by the service's own gate */
    unsigned users;      /* its session, its children, its pipes */
    bool is_read_only;
    unsigned *budget; /* the oldest ancestor's counts */
    unsigned counts[3];
    l4_cap_idx_t roots[MOUNTS_MAX]; /* L4_INVALID_CAP: not yet */
    char path[PATH_ROOM];           /* clean, of the whole */
};

/* What is counted for a tree and all that descend from it. */
enum tree_count { TREE_TREES, TREE_PIPES, TREE_WAITING };
enum { TREE_TREES_MAX = 16, TREE_PIPES_MAX = 32, TREE_WAITING_MAX = 32 };

/* `path`: clean, of the whole. NULL: no memory. It has one user. */
struct tree *tree_new(struct tree *parent, const char *path, bool is_read_only);
void tree_share(struct tree *tree); /* one more user */
void tree_drop(struct tree *tree);

/* Where `path` leads: which mount, and what is left for it. */
struct tree_place {
    unsigned mount;
    char path[PATH_ROOM];
};
/* -L4_ENOENT: no file system there, -L4_ENAMETOOLONG. */
long tree_find(struct tree *tree, const char *path, struct tree_place *ret);

/* The tree's root in a mount, whose lock is held. -L4_EIO: its server does not
 * answer; errors of fs.root. */
long tree_root(struct tree *tree, unsigned mount, l4_cap_idx_t *ret_root);
/* Before a request to a mount's server: how long it is waited for. After it:
 * was it too long? */
void patience_for(unsigned mount);
bool patience_ended(unsigned mount, long result);

/* The mount's server is another one than before: forget its roots. Its lock is
 * held. */
void tree_forget(struct tree *tree, unsigned mount);

#endif
