/*
 * What a client sees (see tree.h).
 */
#include "tree.h"
#include "fs-client.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/sys/factory.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tree *tree_new(struct tree *parent, const char *path, bool is_read_only)
{
    struct tree *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->users = 1;
    t->parent = parent;
    t->is_read_only = is_read_only || (parent && parent->is_read_only);
    t->budget = parent ? parent->budget : t->counts;
    snprintf(t->path, sizeof t->path, "%s", path);
    for (unsigned i = 0; i < MOUNTS_MAX; i++)
        t->roots[i] = L4_INVALID_CAP;
    if (parent)
        parent->users++;
    return t;
}

void tree_drop(struct tree *t)
{
    while (t && !--t->users) {
        struct tree *parent = t->parent;
        for (unsigned i = 0; i < MOUNTS_MAX; i++)
            if (l4_is_valid_cap(t->roots[i]))
                l4re_util_cap_free_um(t->roots[i]);
        free(t);
        t = parent;
    }
}

long tree_find(struct tree *t, const char *path, struct tree_place *ret)
{
    char clean[PATH_ROOM], whole[PATH_ROOM];
    long error = path_clean(path, clean, sizeof clean);
    if (error < 0)
        return error;
    int n = snprintf(whole, sizeof whole, "%s%s%s", t->path,
                     t->path[0] && clean[0] ? "/" : "", clean);
    if (n >= (int)sizeof whole)
        return -L4_ENAMETOOLONG;
    ret->mount = mount_of(whole);
    if (ret->mount == MOUNTS_MAX)
        return -L4_ENOENT;
    const char *top = mount_at(ret->mount)->path;
    strcpy(ret->path,
           path_is_below(top, t->path) ? path_below(whole, top) : clean);
    return 0;
}

/* Where the tree's root in a mount is, in the whole: the deeper of both. */
static const char *base(const struct tree *t, const struct mount *m)
{
    return path_is_below(m->path, t->path) ? m->path : t->path;
}

/* A client of the file system with a budget of its own. A server that has not
 * begun is waited for, but all of this server's clients wait with it: so not
 * for ever, and the second time hardly at all. */
static long create_client(struct mount *m, const char *path, bool is_read_only,
                          l4_cap_idx_t slot)
{
    enum { PATIENCE_US = 3000000, SHORT_US = 10000 };
    l4_msgtag_t tag = l4_factory_create_start(0, slot);
    l4_factory_create_add_str(path, &tag);
    l4_factory_create_add_str(is_read_only ? "ro" : "rw", &tag);
    l4_timeout_s patience =
        l4_timeout_from_us(m->was_silent ? SHORT_US : PATIENCE_US);
    tag = l4_ipc_call(m->fs, l4_utcb(), tag,
                      l4_timeout(patience, L4_IPC_TIMEOUT_NEVER));
    m->was_silent = l4_ipc_error(tag, l4_utcb()) == L4_IPC_SETIMEOUT;
    return l4_error(tag);
}

/* The parent's root led to a server that is no more, and so did this. */
static long from_parent(struct tree *t, unsigned mount, const char *path,
                        l4_cap_idx_t slot)
{
    l4_cap_idx_t above;
    long error = tree_root(t->parent, mount, &above);
    if (error < 0)
        return error;
    error = fs_root(above, path, t->is_read_only ? FILES_READ_ONLY : 0, slot);
    if (error <= -L4_EIPC_LO)
        tree_forget(t->parent, mount);
    return error;
}

long tree_root(struct tree *t, unsigned mount, l4_cap_idx_t *ret_root)
{
    struct mount *m = mount_at(mount);
    if (l4_is_invalid_cap(t->roots[mount])) {
        l4_cap_idx_t slot = l4re_util_cap_alloc();
        if (l4_is_invalid_cap(slot))
            return -L4_ENOMEM;
        long error =
            t->parent
                ? from_parent(t, mount,
                              path_below(base(t, m), base(t->parent, m)), slot)
                : create_client(m, path_below(base(t, m), m->path),
                                t->is_read_only || m->is_read_only, slot);
        if (error < 0) {
            l4re_util_cap_free_um(slot);
            return error <= -L4_EIPC_LO ? -L4_EIO : error;
        }
        t->roots[mount] = slot;
    }
    *ret_root = t->roots[mount];
    return 0;
}

void tree_forget(struct tree *t, unsigned mount)
{
    for (; t; t = t->parent)
        if (l4_is_valid_cap(t->roots[mount])) {
            l4re_util_cap_free_um(t->roots[mount]);
            t->roots[mount] = L4_INVALID_CAP;
        }
}
