/*
 * Descriptors for a spawned program: the parent's table, changed by the file
 * actions of posix_spawn(), then given away as capabilities.
 *
 *   0, 1, 2         -> "stdin", "stdout", "stderr"
 *   other files     -> "fd.3"
 *   sockets         -> "tcp4.3", "udp6.4", ...       (descriptors.c reads them)
 *
 * There is no fork, so the actions are played through on a copy of the table.
 * What only this program has cannot be passed on: pipes made without a file
 * server, boot modules and directories.
 */
#include "spawn_files.h"
#include "paths.h"
#include "process-client.h"
#include "server_files.h"
#include "sockets.h"

#include <fcntl.h>
#include <string.h>

/* musl's list of file actions; its layout is not public. */
struct action {
    struct action *next, *previous;
    int what, fd, source, flags;
    mode_t mode;
    char path[];
};

enum { ACT_CLOSE = 1, ACT_DUP2, ACT_OPEN, ACT_CHDIR, ACT_FCHDIR };

static void table_set(struct spawn_table *t, int fd, struct file *file)
{
    if (t->file[fd])
        file_drop(t->file[fd]);
    t->file[fd] = file;
    t->is_placed[fd] = 1;
}

void spawn_table_clear(struct spawn_table *t)
{
    for (int fd = 0; fd < SPAWN_TABLE; fd++)
        table_set(t, fd, 0);
}

long spawn_path(const struct spawn_table *t, const char *path, char *to)
{
    const size_t prefix = *path == '/' ? 0 : strlen(t->directory) + 1;

    if (prefix + strlen(path) + 1 > FILE_PATH_MAX)
        return -ENAMETOOLONG;
    if (prefix) {
        strcpy(to, t->directory);
        strcat(to, "/");
    }
    strcpy(to + prefix, path);
    return 0;
}

/* --- the actions ------------------------------------------------------- */

static long act_open(struct spawn_table *t, const struct action *act)
{
    char path[FILE_PATH_MAX];
    long fd = spawn_path(t, act->path, path);
    const long arguments[6] = {AT_FDCWD, (long)path, act->flags | O_CLOEXEC,
                               act->mode};

    if (!fd)
        fd = call_openat(arguments);
    if (fd < 0)
        return fd;
    table_set(t, act->fd, file_take(fd));
    return call_close((const long[6]){fd});
}

static long act_dup2(struct spawn_table *t, const struct action *act)
{
    struct file *file;

    if (act->source < 0 || act->source >= SPAWN_TABLE || !t->file[act->source])
        return -EBADF;
    file = t->file[act->source];
    file_use(file);
    table_set(t, act->fd, file);
    return 0;
}

static long act_chdir(struct spawn_table *t, const char *to)
{
    char path[FILE_PATH_MAX];
    struct place place;
    struct stat stat;
    long error = spawn_path(t, to, path);

    if (!error)
        error = path_find(AT_FDCWD, path, &place);
    if (!error)
        error = place.tree->stat(place.path, 0, &stat);
    if (error)
        return error;
    if (!S_ISDIR(stat.st_mode))
        return -ENOTDIR;
    strcpy(t->directory, place.path);
    return 0;
}

static long act_fchdir(struct spawn_table *t, int fd)
{
    const struct file *file = t->file[fd];

    if (!file)
        return -EBADF;
    if (!file->kind->entry)
        return -ENOTDIR;
    strcpy(t->directory, file->path);
    return 0;
}

static long act(struct spawn_table *t, const struct action *a)
{
    if (a->what != ACT_CHDIR && (a->fd < 0 || a->fd >= SPAWN_TABLE))
        return -EBADF;
    switch (a->what) {
    case ACT_CLOSE:
        table_set(t, a->fd, 0);
        return 0;
    case ACT_DUP2:
        return act_dup2(t, a);
    case ACT_OPEN:
        return act_open(t, a);
    case ACT_CHDIR:
        return act_chdir(t, a->path);
    case ACT_FCHDIR:
        return act_fchdir(t, a->fd);
    default:
        return -ENOSYS;
    }
}

/* musl adds each action at the front: the last of the list comes first. */
static long act_all(struct spawn_table *t,
                    const posix_spawn_file_actions_t *actions)
{
    const struct action *a = actions ? actions->__actions : 0;
    long error = 0;

    while (a && a->next)
        a = a->next;
    for (; a && !error; a = a->previous)
        error = act(t, a);
    return error;
}

long spawn_table_fill(struct spawn_table *t,
                      const posix_spawn_file_actions_t *actions)
{
    const long where[6] = {(long)t->directory, sizeof t->directory};
    char closes[SPAWN_TABLE];
    long error;

    memset(t->is_placed, 0, sizeof t->is_placed);
    for (int fd = 0; fd < SPAWN_TABLE; fd++) {
        t->file[fd] = file_take(fd);
        closes[fd] = !descriptor_is_inherited(fd);
    }
    call_getcwd(where);
    error = act_all(t, actions);
    for (int fd = 0; fd < SPAWN_TABLE; fd++)
        if (closes[fd] && !t->is_placed[fd])
            table_set(t, fd, 0);
    return error;
}

/* --- giving ------------------------------------------------------------ */

/* Can another program have it, too? */
static int is_portable(const struct file *file)
{
    return !file->kind->entry && file->cap && l4_is_valid_cap(file->cap);
}

/* "fd.12" */
static void write_name(char *to, const char *kind, int fd)
{
    char digits[8];
    int count = 0;

    strcpy(to, kind);
    to += strlen(to);
    *to++ = '.';
    do
        digits[count++] = '0' + fd % 10;
    while (fd /= 10);
    while (count)
        *to++ = digits[--count];
    *to = 0;
}

static long give(const struct file *file, int fd, l4_cap_idx_t process)
{
    static const char *const names[3] = {"stdin", "stdout", "stderr"};
    const char *kind = socket_kind_name(file);
    char name[16];

    if (!kind && fd < 3)
        strcpy(name, names[fd]);
    else
        write_name(name, kind ? kind : "fd", fd);
    return server_result(process_give(process, name, 0, file->cap));
}

long spawn_table_give(const struct spawn_table *t, l4_cap_idx_t process)
{
    long error = 0;

    for (int fd = 0; fd < SPAWN_TABLE && error >= 0; fd++) {
        const struct file *file = t->file[fd];
        if (file && is_portable(file))
            error = give(file, fd, process);
        else if (file && fd < 3)
            error = -EINVAL;
    }
    return error;
}
