/*
 * The tree of the file server: capability "fs" (fs.iface).
 */
#include "fs-client.h"
#include "server_files.h"

#include <fcntl.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/vitrine/files.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/time.h>

static l4_cap_idx_t server(void)
{
    return l4re_env() ? l4re_env_get_cap("fs") : L4_INVALID_CAP;
}

int server_tree_is_there(void)
{
    return !l4_is_invalid_cap(server());
}

static unsigned open_flags(int flags)
{
    static const struct {
        int posix;
        unsigned files;
    } table[] = {
        {O_APPEND, FILES_APPEND},       {O_CREAT, FILES_CREATE},
        {O_EXCL, FILES_EXCLUSIVE},      {O_TRUNC, FILES_TRUNCATE},
        {O_DIRECTORY, FILES_DIRECTORY}, {O_NONBLOCK, FILES_NONBLOCK},
        {O_NOFOLLOW, FILES_NOFOLLOW},
    };
    unsigned result = (flags & O_ACCMODE) == O_RDONLY ? FILES_READ
                      : (flags & O_ACCMODE) == O_WRONLY
                          ? FILES_WRITE
                          : FILES_READ | FILES_WRITE;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (flags & table[i].posix)
            result |= table[i].files;
    return result;
}

static long tree_open(const char *path, int flags, mode_t mode,
                      struct file *file)
{
    l4_cap_idx_t cap = l4re_util_cap_alloc();
    long error;

    if (l4_is_invalid_cap(cap))
        return -ENOMEM;
    error =
        server_result(fs_open(server(), path, open_flags(flags), mode, cap));
    if (error >= 0)
        error = server_file_open(file, cap);
    if (error < 0)
        l4re_util_cap_free_um(cap);
    return error < 0 ? error : 0;
}

static long tree_stat(const char *path, int flags, struct stat *ret_stat)
{
    char status[FS_STAT_STATUS_MAX];
    size_t size = sizeof status;
    long result = fs_stat(server(), path,
                          flags & AT_SYMLINK_NOFOLLOW ? FILES_NOFOLLOW : 0,
                          status, &size);

    if (result < 0)
        return server_result(result);
    server_fill_stat(status, size, ret_stat);
    return 0;
}

static long tree_mkdir(const char *path, mode_t mode)
{
    return server_result(fs_mkdir(server(), path, mode));
}

static long tree_unlink(const char *path)
{
    return server_result(fs_unlink(server(), path, 0));
}

static long tree_rmdir(const char *path)
{
    long result = server_result(fs_unlink(server(), path, FILES_DIRECTORY));

    return result == -EEXIST ? -ENOTEMPTY : result;
}

static long tree_rename(const char *from, const char *to)
{
    return server_result(fs_rename(server(), from, to));
}

static long tree_link(const char *old, const char *new)
{
    return server_result(fs_link(server(), old, new));
}

static long tree_symlink(const char *target, const char *path)
{
    if (strlen(target) > FILES_PATH_MAX)
        return -ENAMETOOLONG;
    return server_result(fs_symlink(server(), target, path));
}

static long tree_readlink(const char *path, char *to, size_t size)
{
    char target[FS_READLINK_TARGET_MAX + 1];
    long result = fs_readlink(server(), path, target);
    size_t length;

    if (result < 0)
        return server_result(result);
    length = strlen(target);
    if (length > size)
        length = size;
    memcpy(to, target, length);
    return length;
}

static long tree_chmod(const char *path, mode_t mode)
{
    return server_result(fs_change(server(), path, FILES_SET_MODE, mode, 0, 0));
}

/* A part of the times that is not to be changed is 0 in `what`. */
static long tree_set_times(const char *path, const time_t *accessed,
                           const time_t *modified)
{
    return server_result(fs_change(server(), path,
                                   (accessed ? FILES_SET_ACCESSED : 0) |
                                       (modified ? FILES_SET_MODIFIED : 0),
                                   0, accessed ? *accessed : 0,
                                   modified ? *modified : 0));
}

static long tree_space(const char *path, struct statfs *ret_space)
{
    l4_umword_t block, blocks, blocks_free, files, files_free;
    long result = fs_space(server(), path, &block, &blocks, &blocks_free,
                           &files, &files_free);

    if (result < 0)
        return server_result(result);
    memset(ret_space, 0, sizeof *ret_space);
    ret_space->f_bsize = ret_space->f_frsize = block;
    ret_space->f_blocks = blocks;
    ret_space->f_bfree = ret_space->f_bavail = blocks_free;
    ret_space->f_files = files;
    ret_space->f_ffree = files_free;
    ret_space->f_namelen = FILES_NAME_MAX;
    return 0;
}

long server_pipe(struct file *reader, struct file *writer)
{
    l4_cap_idx_t in = l4re_util_cap_alloc(), out = l4re_util_cap_alloc();
    long error = -ENOMEM;

    if (!l4_is_invalid_cap(in) && !l4_is_invalid_cap(out))
        error = server_result(fs_pipe(server(), in, out));
    if (error >= 0)
        error = server_stream_open(reader, in);
    if (error >= 0) {
        error = server_stream_open(writer, out);
        in = L4_INVALID_CAP; /* the reader's */
    }
    if (error >= 0)
        return 0;
    l4re_util_cap_free_um(in);
    l4re_util_cap_free_um(out);
    return error;
}

long server_sync_all(void)
{
    return server_tree_is_there() ? server_result(fs_sync(server())) : 0;
}

const struct tree server_tree = {
    .open = tree_open,
    .stat = tree_stat,
    .mkdir = tree_mkdir,
    .unlink = tree_unlink,
    .rmdir = tree_rmdir,
    .rename = tree_rename,
    .link = tree_link,
    .symlink = tree_symlink,
    .readlink = tree_readlink,
    .chmod = tree_chmod,
    .set_times = tree_set_times,
    .space = tree_space,
};
