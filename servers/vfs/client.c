/*
 * fs.iface for the whole: each method finds the file system its path leads to
 * and asks that one. What comes back goes on to the client: the capability of
 * an open file is the file system's own, so that reading and writing take no
 * way through here.
 *
 * A file system's server that was restarted is asked once more, so what the
 * old one had done already may be found done.
 *
 * The methods run on the thread of the mount that is asked (helpers.h), but for
 * pipes, which are the main thread's.
 */
#include "patience.h"
#include "client.h"
#include "fs-client.h"
#include "fs-server.h"
#include "helpers.h"
#include "pipe.h"
#include <l4/re/c/util/cap_alloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tree *tree_of(struct l4re_session *session)
{
    return ((struct client *)session)->tree;
}

/* ---- Which file system ---- */

struct route {
    struct tree_place place;
    l4_cap_idx_t root;
    bool is_second;
};

static long route(struct l4re_session *session, const char *path,
                  struct route *ret_route)
{
    long error = tree_find(tree_of(session), path, &ret_route->place);
    ret_route->is_second = false;
    if (error >= 0)
        error = tree_root(tree_of(session), ret_route->place.mount,
                          &ret_route->root);
    if (error >= 0)
        patience_for(ret_route->place.mount);
    return error;
}

/* Did the request reach nobody, and is it worth another try? */
static bool must_repeat(struct l4re_session *session, struct route *r,
                        long *result)
{
    bool is_silent = patience_ended(r->place.mount, *result);
    if (*result > -L4_EIPC_LO)
        return false;
    if (is_silent) { /* it is there: what was opened before stays */
        *result = -L4_EIO;
        return false;
    }
    tree_forget(tree_of(session), r->place.mount);
    *result = r->is_second
                  ? -L4_EIO
                  : tree_root(tree_of(session), r->place.mount, &r->root);
    bool repeats = !r->is_second && *result >= 0;
    patience_for(r->place.mount);
    r->is_second = true;
    return repeats;
}

/* Both paths of a request; they must be in one file system. */
static long route_two(struct l4re_session *session, const char *old,
                      const char *new, struct route *ret_old,
                      struct tree_place *ret_new)
{
    long error = tree_find(tree_of(session), new, ret_new);
    if (error >= 0)
        error = route(session, old, ret_old);
    if (error >= 0 && ret_old->place.mount != ret_new->mount)
        error = -FILES_EXDEV;
    return error;
}

/* Changes need the right to change, here as there. */
static long route_to_change(struct l4re_session *session, const char *path,
                            struct route *ret_route)
{
    if (!(l4re_session_rights(session) & L4_CAP_FPAGE_W))
        return -L4_EPERM;
    return route(session, path, ret_route);
}

/* ---- The methods ---- */

static long on_open(struct l4re_session *session, const char *path,
                    l4_umword_t flags, l4_umword_t mode, l4_cap_idx_t *ret_file)
{
    struct route r;
    bool changes = flags & (FILES_WRITE | FILES_CREATE | FILES_TRUNCATE);
    long result =
        changes ? route_to_change(session, path, &r) : route(session, path, &r);
    if (result < 0)
        return result;
    l4_cap_idx_t file = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(file))
        return -L4_ENOMEM;
    do
        result = fs_open(r.root, r.place.path, flags, mode, file);
    while (must_repeat(session, &r, &result));
    if (result < 0) {
        l4re_util_cap_free_um(file);
        return result;
    }
    l4re_session_give_cap(session, file);
    *ret_file = file;
    return result;
}

static long on_stat(struct l4re_session *session, const char *path,
                    l4_umword_t flags, void *ret_status,
                    size_t *ret_status_size)
{
    struct route r;
    long result = route(session, path, &r);
    if (result >= 0)
        do
            result = fs_stat(r.root, r.place.path, flags, ret_status,
                             ret_status_size);
        while (must_repeat(session, &r, &result));
    return result;
}

static long on_mkdir(struct l4re_session *session, const char *path,
                     l4_umword_t mode)
{
    struct route r;
    long result = route_to_change(session, path, &r);
    if (result >= 0)
        do
            result = fs_mkdir(r.root, r.place.path, mode);
        while (must_repeat(session, &r, &result));
    return result;
}

static long on_unlink(struct l4re_session *session, const char *path,
                      l4_umword_t flags)
{
    struct route r;
    long result = route_to_change(session, path, &r);
    if (result >= 0)
        do
            result = fs_unlink(r.root, r.place.path, flags);
        while (must_repeat(session, &r, &result));
    return result;
}

/* A request about two names of one file system. */
static long
change_two(struct l4re_session *session, const char *old, const char *new,
           long (*change)(l4_cap_idx_t root, const char *old, const char *new))
{
    struct route from;
    struct tree_place to;
    if (!(l4re_session_rights(session) & L4_CAP_FPAGE_W))
        return -L4_EPERM;
    long result = route_two(session, old, new, &from, &to);
    if (result >= 0)
        do
            result = change(from.root, from.place.path, to.path);
        while (must_repeat(session, &from, &result));
    return result;
}

static long on_rename(struct l4re_session *session, const char *old,
                      const char *new)
{
    return change_two(session, old, new, fs_rename);
}

static long on_link(struct l4re_session *session, const char *old,
                    const char *new)
{
    return change_two(session, old, new, fs_link);
}

static long on_symlink(struct l4re_session *session, const char *target,
                       const char *path)
{
    struct route r;
    long result = route_to_change(session, path, &r);
    if (result >= 0)
        do
            result = fs_symlink(r.root, target, r.place.path);
        while (must_repeat(session, &r, &result));
    return result;
}

static long on_readlink(struct l4re_session *session, const char *path,
                        char *ret_target)
{
    struct route r;
    long result = route(session, path, &r);
    if (result >= 0)
        do
            result = fs_readlink(r.root, r.place.path, ret_target);
        while (must_repeat(session, &r, &result));
    return result;
}

static long on_change(struct l4re_session *session, const char *path,
                      l4_umword_t what, l4_umword_t mode, long accessed,
                      long modified)
{
    struct route r;
    long result = route_to_change(session, path, &r);
    if (result >= 0)
        do
            result =
                fs_change(r.root, r.place.path, what, mode, accessed, modified);
        while (must_repeat(session, &r, &result));
    return result;
}

static long on_space(struct l4re_session *session, const char *path,
                     l4_umword_t *ret_block, l4_umword_t *ret_blocks,
                     l4_umword_t *ret_blocks_free, l4_umword_t *ret_files,
                     l4_umword_t *ret_files_free)
{
    struct route r;
    long result = route(session, path, &r);
    if (result >= 0)
        do
            result = fs_space(r.root, r.place.path, ret_block, ret_blocks,
                              ret_blocks_free, ret_files, ret_files_free);
        while (must_repeat(session, &r, &result));
    return result;
}

static long sync_one(struct tree *t, unsigned mount)
{
    if (l4_is_invalid_cap(t->roots[mount]))
        return 0;
    patience_for(mount);
    long error = fs_sync(t->roots[mount]);
    patience_ended(mount, error);
    return error <= -L4_EIPC_LO ? -L4_EIO : error;
}

/* All file systems this tree has used. */
static long on_sync(struct l4re_session *session)
{
    long result = 0;
    for (unsigned i = 0; i < mount_count(); i++) {
        pthread_mutex_lock(&mount_at(i)->lock);
        long error = sync_one(tree_of(session), i);
        pthread_mutex_unlock(&mount_at(i)->lock);
        if (error < 0)
            result = error;
    }
    return result;
}

static long on_pipe(struct l4re_session *session, l4_cap_idx_t *ret_reading,
                    l4_cap_idx_t *ret_writing)
{
    return pipe_open((struct client *)session, ret_reading, ret_writing);
}

/* ---- Whose thread, under which lock ---- */

/* The path that says it. False: there is none, or not one that can be read. */
static bool first_path(struct l4re_request *r, char path[FILES_PATH_MAX + 1])
{
    l4_umword_t operation = l4re_msg_in_word(&r->in);
    path[0] = 0;
    if (r->protocol == L4_PROTO_FACTORY)
        return l4re_varg_text(r, path, FILES_PATH_MAX) >= 0;
    if (operation == FS_SYMLINK) /* where it leads to comes first */
        l4re_msg_in_text(&r->in, path, FILES_PATH_MAX);
    l4re_msg_in_text(&r->in, path, FILES_PATH_MAX);
    return operation != FS_PIPE && !r->in.error;
}

/* The mount a request is about, NO_MOUNT or ALL_MOUNTS. */
static unsigned mount_of_request(struct l4re_session *session,
                                 struct l4re_request *r)
{
    char path[FILES_PATH_MAX + 1];
    struct tree_place place;
    struct l4re_msg_in in = r->in;
    if (r->protocol != FS_PROTOCOL && r->protocol != L4_PROTO_FACTORY)
        return NO_MOUNT;
    bool is_sync =
        r->protocol == FS_PROTOCOL && in.words && in.mr[0] == FS_SYNC;
    bool has_path = !is_sync && first_path(r, path);
    r->in = in;
    if (!has_path || tree_find(tree_of(session), path, &place) < 0)
        return is_sync ? ALL_MOUNTS : NO_MOUNT;
    return place.mount;
}

static struct l4re_server *client_who_serves(struct l4re_session *session,
                                             struct l4re_request *request)
{
    return helper_of(mount_of_request(session, request));
}

static void lock(unsigned mount)
{
    if (mount < NO_MOUNT)
        pthread_mutex_lock(&mount_at(mount)->lock);
}

static void unlock(unsigned mount)
{
    if (mount < NO_MOUNT)
        pthread_mutex_unlock(&mount_at(mount)->lock);
}

static long locked_dispatch(struct l4re_session *session, const void *methods,
                            struct l4re_request *r, struct l4re_msg *answer)
{
    unsigned mount = mount_of_request(session, r);
    lock(mount);
    long result = fs_dispatch(session, methods, r, answer);
    unlock(mount);
    return result;
}

/* ---- Clients ---- */

/* Is there a directory at `path`? Where in the whole, in ret_whole. */
static long find_directory(struct client *c, const char *path,
                           char ret_whole[PATH_ROOM])
{
    char clean[PATH_ROOM];
    struct files_status status;
    size_t size = sizeof status;
    long error = on_stat(&c->session, path, 0, &status, &size);
    if (error >= 0)
        error = path_clean(path, clean, sizeof clean);
    if (error < 0)
        return error;
    if ((status.mode & FILES_KIND) != FILES_KIND_DIRECTORY)
        return -L4_ENOTDIR;
    int n = snprintf(ret_whole, PATH_ROOM, "%s%s%s", c->tree->path,
                     c->tree->path[0] && clean[0] ? "/" : "", clean);
    return n < PATH_ROOM ? 0 : -L4_ENAMETOOLONG;
}

/* A client with the directory at `path` of the parent's tree. Who holds the
 * service's own gate makes clients with budgets of their own. */
static long client_open(struct client *parent, const char *path,
                        bool is_read_only, l4_cap_idx_t *ret_gate)
{
    char whole[PATH_ROOM];
    struct tree *above = parent->session.is_counted ? parent->tree : NULL;
    if (above && __atomic_load_n(&above->budget[TREE_TREES],
                                 __ATOMIC_RELAXED) >= TREE_TREES_MAX)
        return -FILES_EMFILE;
    long error = find_directory(parent, path, whole);
    if (error < 0)
        return error;
    struct client *c = calloc(1, sizeof *c);
    struct tree *t = c ? tree_new(above, whole, is_read_only) : NULL;
    error = t ? l4re_session_open(&parent->session, &c->session,
                                  &client_service, NULL)
              : -L4_ENOMEM;
    if (error < 0) {
        tree_drop(t);
        free(c);
        return error;
    }
    c->tree = t;
    __atomic_fetch_add(&t->budget[TREE_TREES], 1, __ATOMIC_RELAXED);
    *ret_gate = c->session.gate;
    return 0;
}

static void client_closed(struct l4re_session *session)
{
    struct client *c = (struct client *)session;
    __atomic_fetch_sub(&c->tree->budget[TREE_TREES], 1, __ATOMIC_RELAXED);
    tree_drop(c->tree);
    free(c);
}

static long on_root(struct l4re_session *session, const char *path,
                    l4_umword_t flags, l4_cap_idx_t *ret_root)
{
    return client_open((struct client *)session, path, flags & FILES_READ_ONLY,
                       ret_root);
}

/* gate:create(0, "PATH", "ro") */
static long client_create(struct l4re_session *parent, long type,
                          struct l4re_request *request, l4_cap_idx_t *ret_cap)
{
    char path[FILES_PATH_MAX + 1];
    bool is_read_only;
    struct tree_place place;
    long error = volume_client_arguments(type, request, path, &is_read_only);
    if (error >= 0)
        error = tree_find(tree_of(parent), path, &place);
    if (error < 0)
        return error;
    lock(place.mount);
    error = client_open((struct client *)parent, path, is_read_only, ret_cap);
    unlock(place.mount);
    return error;
}

static const struct fs_methods methods = {
    .open = on_open,
    .stat = on_stat,
    .mkdir = on_mkdir,
    .unlink = on_unlink,
    .rename = on_rename,
    .link = on_link,
    .symlink = on_symlink,
    .readlink = on_readlink,
    .change = on_change,
    .space = on_space,
    .sync = on_sync,
    .root = on_root,
    .pipe = on_pipe,
};

static const struct l4re_interface interface = {
    .name = "fs",
    .protocol = FS_PROTOCOL,
    .dispatch = locked_dispatch,
};

const struct l4re_service client_service = {
    .interface = &interface,
    .methods = &methods,
    .closed = client_closed,
    .create = client_create,
    .who_serves = client_who_serves,
};
