/*
 * fs.iface: each method finds the place its path names and asks the driver.
 */
#include "fs-server.h"
#include "internal.h"
#include <l4/re/env.h>
#include <l4/sys/kip.h>
#include <stdlib.h>
#include <string.h>

enum { SYNC_AFTER_US = 1000000 };

const struct volume_driver *volume;

static struct l4re_server server;
static struct l4re_timer sync_timer;

static struct volume_client *client_of(struct l4re_session *session)
{
    return (struct volume_client *)session;
}

static long walk(struct l4re_session *session, const char *path, bool follow,
                 struct path_place *ret_place)
{
    return path_walk(volume, client_of(session)->root, path, follow, ret_place);
}

/* The same for something that is there. */
static long walk_to(struct l4re_session *session, const char *path, bool follow,
                    struct path_place *ret_place)
{
    long error = walk(session, path, follow, ret_place);
    return error < 0 ? error : ret_place->exists ? 0 : -L4_ENOENT;
}

static bool is_directory(const struct path_place *place)
{
    return (place->mode & FILES_KIND) == FILES_KIND_DIRECTORY;
}

/* May this client change things, and the file system be? */
static long may_change(struct l4re_session *session, bool driver_can)
{
    if (client_of(session)->is_read_only || !driver_can)
        return -FILES_EROFS;
    if (!(l4re_session_rights(session) & L4_CAP_FPAGE_W))
        return -L4_EPERM;
    volume_note_change();
    return 0;
}

static void sync_is_due(struct l4re_server *s, struct l4re_timer *timer)
{
    (void)s, (void)timer;
    volume->sync();
}

void volume_note_change(void)
{
    if (volume->sync && !sync_timer.is_set)
        l4re_timer_set(&server, &sync_timer,
                       l4_kip_clock(l4re_kip()) + SYNC_AFTER_US, sync_is_due);
}

/* ---- Budgets ---- */

void volume_budget_drop(struct volume_budget *b)
{
    if (b && !b->roots && !b->files)
        free(b);
}

/* ---- Opening ---- */

/* Makes what is not there and is to be. */
static long make_file(struct path_place *place, unsigned mode)
{
    mode = FILES_KIND_REGULAR | (mode & 07777);
    long error =
        volume->make(place->dir, place->name, mode, NULL, &place->node);
    place->mode = mode;
    place->exists = error >= 0;
    return error;
}

/* The node for open flags: found, or made. */
static long find_to_open(struct l4re_session *session, const char *path,
                         unsigned flags, unsigned mode,
                         struct path_place *place)
{
    long error = walk(session, path, !(flags & FILES_NOFOLLOW), place);
    if (error < 0)
        return error;
    if (place->exists && (flags & FILES_CREATE) && (flags & FILES_EXCLUSIVE))
        return -L4_EEXIST;
    if (!place->exists &&
        (!(flags & FILES_CREATE) || (flags & FILES_DIRECTORY)))
        return -L4_ENOENT;
    if (!place->exists || (flags & (FILES_WRITE | FILES_TRUNCATE)))
        error = may_change(session, volume->make != NULL);
    if (!place->exists && error >= 0)
        error = make_file(place, mode);
    if (error < 0)
        return error;
    if (is_directory(place) && (flags & FILES_WRITE))
        return -FILES_EISDIR;
    if (!is_directory(place) && (flags & FILES_DIRECTORY))
        return -L4_ENOTDIR;
    if ((place->mode & FILES_KIND) == FILES_KIND_LINK)
        return -FILES_ELOOP;
    return 0;
}

static long on_open(struct l4re_session *session, const char *path,
                    l4_umword_t flags, l4_umword_t mode, l4_cap_idx_t *ret_file)
{
    struct path_place place;
    long error =
        find_to_open(session, path, (unsigned)flags, (unsigned)mode, &place);
    if (error >= 0 && (flags & FILES_TRUNCATE) && (flags & FILES_WRITE))
        error = volume_truncate(place.node, 0);
    if (error < 0)
        return error;
    return volume_file_open(client_of(session), place.node, (unsigned)flags,
                            place.mode, ret_file);
}

/* ---- What is known of names ---- */

static long on_stat(struct l4re_session *session, const char *path,
                    l4_umword_t flags, void *ret_status,
                    size_t *ret_status_size)
{
    struct path_place place;
    struct files_status status;
    long error = walk_to(session, path, !(flags & FILES_NOFOLLOW), &place);
    if (error >= 0)
        error = volume->status(place.node, &status);
    if (error < 0)
        return error;
    memcpy(ret_status, &status, sizeof status);
    *ret_status_size = sizeof status;
    return 0;
}

static long on_readlink(struct l4re_session *session, const char *path,
                        char *ret_target)
{
    struct path_place place;
    long error = walk_to(session, path, false, &place);
    if (error < 0)
        return error;
    if ((place.mode & FILES_KIND) != FILES_KIND_LINK || !volume->target)
        return -L4_EINVAL;
    error = volume->target(place.node, ret_target);
    return error < 0 ? error : 0;
}

static long on_space(struct l4re_session *session, const char *path,
                     l4_umword_t *ret_block, l4_umword_t *ret_blocks,
                     l4_umword_t *ret_blocks_free, l4_umword_t *ret_files,
                     l4_umword_t *ret_files_free)
{
    struct path_place place;
    struct volume_space space = {0};
    long error = walk_to(session, path, true, &place);
    if (error >= 0)
        error = volume->space(&space);
    *ret_block = space.block;
    *ret_blocks = space.blocks;
    *ret_blocks_free = space.blocks_free;
    *ret_files = space.files;
    *ret_files_free = space.files_free;
    return error;
}

/* ---- Changing names ---- */

/* The place of something to be made, which is not there yet. */
static long walk_to_make(struct l4re_session *session, const char *path,
                         bool driver_can, struct path_place *ret_place)
{
    long error = walk(session, path, false, ret_place);
    if (error >= 0 && ret_place->exists)
        error = -L4_EEXIST;
    return error < 0 ? error : may_change(session, driver_can);
}

static long on_mkdir(struct l4re_session *session, const char *path,
                     l4_umword_t mode)
{
    struct path_place place;
    long error = walk_to_make(session, path, volume->make != NULL, &place);
    if (error < 0)
        return error;
    return volume->make(place.dir, place.name,
                        FILES_KIND_DIRECTORY | ((unsigned)mode & 07777), NULL,
                        &place.node);
}

static long on_symlink(struct l4re_session *session, const char *target,
                       const char *path)
{
    struct path_place place;
    long error = walk_to_make(session, path, volume->make != NULL, &place);
    if (error < 0)
        return error;
    if (!target[0])
        return -L4_ENOENT;
    return volume->make(place.dir, place.name, FILES_KIND_LINK | 0777, target,
                        &place.node);
}

static long on_link(struct l4re_session *session, const char *old,
                    const char *new)
{
    struct path_place from, to;
    long error = walk_to(session, old, false, &from);
    if (error >= 0)
        error = walk_to_make(session, new, volume->link != NULL, &to);
    if (error < 0)
        return error;
    if (is_directory(&from))
        return -L4_EPERM;
    return volume->link(to.dir, to.name, from.node);
}

static long on_unlink(struct l4re_session *session, const char *path,
                      l4_umword_t flags)
{
    struct path_place place;
    long error = walk_to(session, path, false, &place);
    if (error >= 0)
        error = may_change(session, volume->unlink != NULL);
    if (error < 0)
        return error;
    if (!place.name[0])
        return -L4_EBUSY; /* the root */
    if (is_directory(&place) && !(flags & FILES_DIRECTORY))
        return -FILES_EISDIR;
    if (!is_directory(&place) && (flags & FILES_DIRECTORY))
        return -L4_ENOTDIR;
    return volume->unlink(place.dir, place.name, place.node);
}

/* A directory cannot move into itself. Links on the way would hide that from
 * the paths' texts, so it is also asked of the tree: upwards there is no way,
 * but the walk to `to` must not pass `node`. */
static bool moves_into_itself(volume_node_t root, const char *new,
                              volume_node_t node)
{
    char clean[PATH_ROOM];
    struct path_place place;
    if (path_clean(new, clean, sizeof clean) < 0)
        return true;
    for (char *slash = clean; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        if (path_walk(volume, root, clean, true, &place) < 0 ||
            (place.exists && place.node == node))
            return true;
    }
    return false;
}

/* May `to`, if it is there, give way to `from`? */
static long may_replace(const struct path_place *from,
                        const struct path_place *to)
{
    if (!to->exists)
        return 0;
    if (is_directory(from) && !is_directory(to))
        return -L4_ENOTDIR;
    if (!is_directory(from) && is_directory(to))
        return -FILES_EISDIR;
    if (!is_directory(to))
        return 0;
    struct volume_entry entry;
    l4_umword_t cursor = 0;
    long found = volume->entry(to->node, &cursor, &entry);
    return found > 0 ? -L4_EEXIST : found;
}

static long on_rename(struct l4re_session *session, const char *old,
                      const char *new)
{
    struct path_place from, to;
    long error = walk_to(session, old, false, &from);
    if (error >= 0)
        error = walk(session, new, false, &to);
    if (error >= 0)
        error = may_change(session, volume->rename != NULL);
    if (error < 0)
        return error;
    if (!from.name[0] || !to.name[0])
        return -L4_EBUSY;
    if (to.exists && to.node == from.node)
        return 0;
    if (is_directory(&from) &&
        moves_into_itself(client_of(session)->root, new, from.node))
        return -L4_EINVAL;
    error = may_replace(&from, &to);
    if (error < 0)
        return error;
    return volume->rename(from.dir, from.name, to.dir, to.name, from.node,
                          to.exists ? to.node : 0);
}

static long on_change(struct l4re_session *session, const char *path,
                      l4_umword_t what, l4_umword_t mode, long accessed,
                      long modified)
{
    struct path_place place;
    long error = walk_to(session, path, true, &place);
    if (error >= 0)
        error = may_change(session, volume->change != NULL);
    if (error < 0)
        return error;
    return volume->change(place.node, (unsigned)what, (unsigned)mode & 07777,
                          accessed, modified);
}

static long on_sync(struct l4re_session *session)
{
    (void)session;
    return volume_sync();
}

/* ---- Clients ---- */

static const struct l4re_service client_service;

/* A client with the directory at `path` below the parent's root. */
static long client_open(struct volume_client *parent, const char *path,
                        bool is_read_only, l4_cap_idx_t *ret_gate)
{
    struct path_place place;
    struct volume_budget *b = parent->budget;
    if (b && b->roots >= VOLUME_ROOTS_MAX)
        return -FILES_EMFILE;
    long error = walk_to(&parent->session, path, true, &place);
    if (error < 0)
        return error;
    if (!is_directory(&place))
        return -L4_ENOTDIR;
    struct volume_client *c = calloc(1, sizeof *c);
    if (c && !b)
        b = calloc(1, sizeof *b);
    error = c && b ? l4re_session_open(&parent->session, &c->session,
                                       &client_service, NULL)
                   : -L4_ENOMEM;
    if (error < 0) {
        free(c);
        if (b)
            volume_budget_drop(b);
        return error;
    }
    c->root = place.node;
    c->budget = b;
    c->is_read_only = is_read_only || parent->is_read_only;
    b->roots++; /* keeps I1 */
    *ret_gate = c->session.gate;
    return 0;
}

static void client_closed(struct l4re_session *session)
{
    struct volume_client *c = client_of(session);
    c->budget->roots--;
    volume_budget_drop(c->budget);
    free(c);
}

static long on_root(struct l4re_session *session, const char *path,
                    l4_umword_t flags, l4_cap_idx_t *ret_root)
{
    return client_open(client_of(session), path, flags & FILES_READ_ONLY,
                       ret_root);
}

long volume_client_arguments(long type, struct l4re_request *request,
                             char *ret_path, bool *ret_is_read_only)
{
    char mode[4] = "";
    ret_path[0] = 0;
    int found = l4re_varg_text(request, ret_path, FILES_PATH_MAX);
    if (found > 0)
        found = l4re_varg_text(request, mode, sizeof mode - 1);
    *ret_is_read_only = !strcmp(mode, "ro");
    bool is_mode = !mode[0] || !strcmp(mode, "rw") || *ret_is_read_only;
    return found < 0 || type || !is_mode ? -L4_EINVAL : 0;
}

static long client_create(struct l4re_session *parent, long type,
                          struct l4re_request *request, l4_cap_idx_t *ret_cap)
{
    char path[FILES_PATH_MAX + 1];
    bool is_read_only;
    long error = volume_client_arguments(type, request, path, &is_read_only);
    if (error < 0)
        return error;
    return client_open(client_of(parent), path, is_read_only, ret_cap);
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
};

static const struct l4re_service client_service = {
    .interface = &fs_interface,
    .methods = &methods,
    .closed = client_closed,
    .create = client_create,
};

long volume_serve(const struct volume_driver *driver, l4_cap_idx_t gate)
{
    static struct volume_client first;

    volume = driver;
    first.root = driver->root;
    long error = l4re_server_init(&server, L4RE_SERVER_LATER);
    if (error >= 0)
        error =
            l4re_server_publish(&server, &first.session, &client_service, gate);
    if (error < 0)
        return error;
    if (driver->serving)
        driver->serving(&server);
    return l4re_server_run(&server);
}
