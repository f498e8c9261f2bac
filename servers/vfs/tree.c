/*
 * What a client sees (see tree.h).
 */
#include "patience.h"
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
        tree_share(parent);
    return t;
}

void tree_share(struct tree *t)
{
    __atomic_fetch_add(&t->users, 1, __ATOMIC_RELAXED);
}

void tree_drop(struct tree *t)
{
    while (t && !__atomic_sub_fetch(&t->users, 1, __ATOMIC_ACQ_REL)) {
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

/* ---- Patience ---- */

_Thread_local l4_timeout_t patience = L4_IPC_NEVER;

void patience_for(unsigned mount)
{
    enum { LONG_US = 10000000, SHORT_US = 50000 };
    l4_timeout_s t =
        l4_timeout_from_us(mount_at(mount)->was_silent ? SHORT_US : LONG_US);
    patience = l4_timeout(t, t);
}

bool patience_ended(unsigned mount, long result)
{
    bool ended = result == -(L4_EIPC_LO + L4_IPC_SETIMEOUT) ||
                 result == -(L4_EIPC_LO + L4_IPC_RETIMEOUT);
    mount_at(mount)->was_silent = ended;
    return ended;
}

/* ---- Roots ---- */

/* A client of the file system with a budget of its own. */
static long create_client(unsigned mount, const char *path, bool is_read_only,
                          l4_cap_idx_t slot)
{
    l4_msgtag_t tag = l4_factory_create_start(0, slot);
    l4_factory_create_add_str(path, &tag);
    l4_factory_create_add_str(is_read_only ? "ro" : "rw", &tag);
    patience_for(mount);
    tag = l4_ipc_call(mount_at(mount)->fs, l4_utcb(), tag, patience);
    long error = l4_error(tag);
    patience_ended(mount, error);
    return error;
}

/*
 * The directories that other file systems are mounted at, in this one: so they
 * are listed, also by a server that was restarted and has forgotten them. What
 * cannot be changed is left as it is.
 */
static void make_mount_points(unsigned mount)
{
    l4_cap_idx_t slot = L4_INVALID_CAP;
    for (unsigned i = 0; i < mount_count(); i++) {
        if (mount_at(mount)->is_read_only || mount_above(i) != mount)
            continue;
        if (l4_is_invalid_cap(slot)) {
            slot = l4re_util_cap_alloc();
            if (l4_is_invalid_cap(slot) ||
                create_client(mount, "", false, slot) < 0)
                break;
        }
        patience_for(mount);
        patience_ended(
            mount,
            fs_mkdir(slot, path_below(mount_at(i)->path, mount_at(mount)->path),
                     0755));
    }
    if (l4_is_valid_cap(slot))
        l4re_util_cap_free_um(slot);
}

/* The parent's root led to a server that is no more, and so did this. */
static long from_parent(struct tree *t, unsigned mount, const char *path,
                        l4_cap_idx_t slot)
{
    l4_cap_idx_t above;
    long error = tree_root(t->parent, mount, &above);
    if (error < 0)
        return error;
    patience_for(mount);
    error = fs_root(above, path, t->is_read_only ? FILES_READ_ONLY : 0, slot);
    if (!patience_ended(mount, error) && error <= -L4_EIPC_LO)
        tree_forget(t->parent, mount);
    return error;
}

static long from_mount(struct tree *t, unsigned mount, const char *path,
                       l4_cap_idx_t slot)
{
    bool is_read_only = t->is_read_only || mount_at(mount)->is_read_only;
    long error = create_client(mount, path, is_read_only, slot);
    if (error >= 0)
        make_mount_points(mount);
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
                : from_mount(t, mount, path_below(base(t, m), m->path), slot);
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
