/*
 * Paths: from what a program writes to a tree and a path below it.
 *
 *   "../x" + working directory -> "/data/x" -> file server
 *   "rom/hello"                -> "/rom/hello" -> boot modules
 *
 * ".", ".." and double slashes are taken out here, so servers never see
 * them. The first part decides: "rom" is the boot modules'; the rest is the
 * file server's, capability "fs". A program without "fs" may name any name
 * space it holds ("disk/x"), and finds nothing else in "/".
 *
 *  I1  The working directory is absolute and normal, and was a directory
 *      when it was set.
 *
 * Simplified: ".." behind a symbolic link is the name's parent, not the
 * target's.
 */
#define _GNU_SOURCE /* environ */
#include "paths.h"
#include "server_files.h"

#include <fcntl.h>
#include <l4/re/env.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct sleep_lock directory_lock;
static char directory[FILE_PATH_MAX] = "/"; /* the working one, I1 */
static mode_t creation_mask = 022;

/* Appends the part [from, end) to the normal path `path`. */
static int append(char *path, const char *from, const char *end)
{
    size_t length = strlen(path), more = end - from;

    if (more == 1 && from[0] == '.')
        return 0;
    if (more == 2 && from[0] == '.' && from[1] == '.') {
        *strrchr(path, '/') = 0;
        if (!*path)
            strcpy(path, "/");
        return 0;
    }
    if (length + more + 2 > FILE_PATH_MAX)
        return -ENAMETOOLONG;
    if (length > 1)
        path[length++] = '/';
    memcpy(path + length, from, more);
    path[length + more] = 0;
    return 0;
}

static int append_all(char *path, const char *from)
{
    while (*from) {
        const char *end = from + strcspn(from, "/");
        int error = end == from ? 0 : append(path, from, end);
        if (error)
            return error;
        from = end + (*end == '/');
    }
    return 0;
}

/* Where the program begins: PWD in its environment, if it is absolute. Called
 * under the lock. */
static void find_first_directory(void)
{
    static int is_known;

    if (is_known++ || !environ)
        return;
    for (char **entry = environ; *entry; entry++)
        if (!strncmp(*entry, "PWD=/", 5)) {
            char path[FILE_PATH_MAX] = "/";
            if (!append_all(path, *entry + 4))
                strcpy(directory, path);
        }
}

static long copy_directory(long fd, char *to)
{
    struct file *file;
    long result = 0;

    if (fd == AT_FDCWD) {
        sleep_lock_take(&directory_lock);
        find_first_directory();
        strcpy(to, directory);
        sleep_lock_drop(&directory_lock);
        return 0;
    }
    file = file_take(fd);
    if (!file)
        return -EBADF;
    if (file->kind->entry)
        strcpy(to, file->path);
    else
        result = -ENOTDIR;
    file_drop(file);
    return result;
}

static int names_root(const char *path, const char *name)
{
    size_t length = strlen(name);

    return !strncmp(path + 1, name, length) &&
           (!path[1 + length] || path[1 + length] == '/');
}

static const struct tree *tree_of(const char *path)
{
    if (names_root(path, "rom"))
        return &rom_tree;
    if (server_tree_is_there())
        return &server_tree;
    return path[1] ? &rom_tree : &root_tree;
}

long path_find(long fd, const char *path, struct place *ret_place)
{
    long error = 0;

    if (!*path)
        return -ENOENT;
    if (*path == '/')
        strcpy(ret_place->path, "/");
    else
        error = copy_directory(fd, ret_place->path);
    if (!error)
        error = append_all(ret_place->path, path);
    if (error)
        return error;
    ret_place->tree = tree_of(ret_place->path);
    ret_place->must_be_directory = path[strlen(path) - 1] == '/';
    return 0;
}

/* shm_open() and sem_open() make files in a directory which nobody else would
 * make. */
#define SHARED_MEMORY "/dev/shm"

static int is_first_shared(const struct place *place, int flags)
{
    const size_t length = sizeof SHARED_MEMORY - 1;

    return flags & O_CREAT && place->tree->mkdir &&
           !strncmp(place->path, SHARED_MEMORY "/", length + 1) &&
           !strchr(place->path + length + 1, '/');
}

static long open_in_tree(const struct place *place, int flags, mode_t mode,
                         struct file *file)
{
    long error = place->tree->open(place->path, flags, mode, file);

    if (error == -ENOENT && is_first_shared(place, flags)) {
        place->tree->mkdir("/dev", 0755);
        if (!place->tree->mkdir(SHARED_MEMORY, 01777))
            error = place->tree->open(place->path, flags, mode, file);
    }
    return error;
}

static long open_place(const struct place *place, int flags, mode_t mode)
{
    struct file *file;
    long error;

    if (place->must_be_directory)
        flags |= O_DIRECTORY;
    file = file_new(&unopened_kind, flags & ~O_CLOEXEC);
    if (!file)
        return -ENOMEM;
    strcpy(file->path, place->path);
    error = open_in_tree(place, flags, mode & ~creation_mask, file);
    if (error == -ENOENT && !(flags & (O_CREAT | O_ACCMODE)))
        error = net_file_open(file);
    if (error) {
        file->kind = &unopened_kind;
        file_drop(file);
        return error;
    }
    return file_install(file, 0, flags);
}

static long open_path(long fd, const char *path, int flags, mode_t mode)
{
    struct place place;
    long error = path_find(fd, path, &place);

    return error ? error : open_place(&place, flags, mode);
}

/* path, flags, mode */
long call_open(const long *a)
{
    return open_path(AT_FDCWD, (const char *)a[0], a[1], a[2]);
}

/* directory, path, flags, mode */
long call_openat(const long *a)
{
    return open_path(a[0], (const char *)a[1], a[2], a[3]);
}

static long stat_path(long fd, const char *path, int flags,
                      struct stat *ret_stat)
{
    struct place place;
    long error = path_find(fd, path, &place);

    if (error)
        return error;
    memset(ret_stat, 0, sizeof *ret_stat);
    ret_stat->st_nlink = 1;
    ret_stat->st_blksize = 4096;
    error = place.tree->stat(place.path, flags, ret_stat);
    if (!error && place.must_be_directory && !S_ISDIR(ret_stat->st_mode))
        return -ENOTDIR;
    return error;
}

/* path, result */
long call_stat(const long *a)
{
    return stat_path(AT_FDCWD, (const char *)a[0], 0, (struct stat *)a[1]);
}

long call_lstat(const long *a)
{
    return stat_path(AT_FDCWD, (const char *)a[0], AT_SYMLINK_NOFOLLOW,
                     (struct stat *)a[1]);
}

/* directory, path, result, flags; an empty path means the first. */
long call_newfstatat(const long *a)
{
    const long arguments[6] = {a[0], a[2]};

    if (!*(const char *)a[1] && (a[3] & AT_EMPTY_PATH))
        return call_fstat(arguments);
    return stat_path(a[0], (const char *)a[1], a[3], (struct stat *)a[2]);
}

/* There is one user: what anybody may, the program may. */
static long access_path(long fd, const char *path, long mode)
{
    struct stat stat;
    long error = stat_path(fd, path, 0, &stat);

    if (error)
        return error;
    if ((mode & R_OK && !(stat.st_mode & 0444)) ||
        (mode & W_OK && !(stat.st_mode & 0222)) ||
        (mode & X_OK && !(stat.st_mode & 0111)))
        return -EACCES;
    return 0;
}

/* path, mode */
long call_access(const long *a)
{
    return access_path(AT_FDCWD, (const char *)a[0], a[1]);
}

/* directory, path, mode */
long call_faccessat(const long *a)
{
    return access_path(a[0], (const char *)a[1], a[2]);
}

static long make_directory(long fd, const char *path, mode_t mode)
{
    struct place place;
    long error = path_find(fd, path, &place);

    if (error)
        return error;
    if (!place.tree->mkdir)
        return -EROFS;
    return place.tree->mkdir(place.path, mode & ~creation_mask);
}

/* path, mode */
long call_mkdir(const long *a)
{
    return make_directory(AT_FDCWD, (const char *)a[0], a[1]);
}

/* directory, path, mode */
long call_mkdirat(const long *a)
{
    return make_directory(a[0], (const char *)a[1], a[2]);
}

/* flags: AT_REMOVEDIR or 0 */
static long remove_path(long fd, const char *path, long flags)
{
    struct place place;
    long error = path_find(fd, path, &place);

    if (error)
        return error;
    if (flags & AT_REMOVEDIR)
        return place.tree->rmdir ? place.tree->rmdir(place.path) : -EROFS;
    if (place.must_be_directory)
        return -ENOTDIR;
    return place.tree->unlink ? place.tree->unlink(place.path) : -EROFS;
}

/* path */
long call_unlink(const long *a)
{
    return remove_path(AT_FDCWD, (const char *)a[0], 0);
}

long call_rmdir(const long *a)
{
    return remove_path(AT_FDCWD, (const char *)a[0], AT_REMOVEDIR);
}

/* directory, path, flags */
long call_unlinkat(const long *a)
{
    return remove_path(a[0], (const char *)a[1], a[2]);
}

/* Two names in one tree: what has the name `old` gets another. */
struct two_places {
    struct place from, to;
};

static long find_two(long old_fd, const char *old, long new_fd, const char *new,
                     struct two_places *ret)
{
    long error = path_find(old_fd, old, &ret->from);

    if (!error)
        error = path_find(new_fd, new, &ret->to);
    if (error)
        return error;
    return ret->from.tree == ret->to.tree ? 0 : -EXDEV;
}

static long rename_path(long old_fd, const char *old, long new_fd,
                        const char *new)
{
    struct two_places p;
    long error = find_two(old_fd, old, new_fd, new, &p);

    if (error)
        return error;
    return p.from.tree->rename ? p.from.tree->rename(p.from.path, p.to.path)
                               : -EROFS;
}

/* old path, new path */
long call_rename(const long *a)
{
    return rename_path(AT_FDCWD, (const char *)a[0], AT_FDCWD,
                       (const char *)a[1]);
}

/* directory, old path, directory, new path; flags (renameat2 only) */
long call_renameat(const long *a)
{
    return rename_path(a[0], (const char *)a[1], a[2], (const char *)a[3]);
}

long call_renameat2(const long *a)
{
    return a[4] ? -EINVAL : call_renameat(a);
}

/* path, size */
long call_truncate(const long *a)
{
    long fd = open_path(AT_FDCWD, (const char *)a[0], O_WRONLY | O_CLOEXEC, 0);
    const long arguments[6] = {fd, a[1]};

    if (fd < 0)
        return fd;
    long result = call_ftruncate(arguments);
    call_close(arguments);
    return result;
}

/* Where there are no symbolic links, a file that is there says EINVAL. */
static long read_link(long fd, const char *path, char *to, size_t size)
{
    struct place place;
    struct stat stat;
    long error = path_find(fd, path, &place);

    if (error)
        return error;
    if (place.tree->readlink)
        return place.tree->readlink(place.path, to, size);
    return place.tree->stat(place.path, 0, &stat) ?: -EINVAL;
}

/* path, buffer, size */
long call_readlink(const long *a)
{
    return read_link(AT_FDCWD, (const char *)a[0], (char *)a[1], a[2]);
}

/* directory, path, buffer, size */
long call_readlinkat(const long *a)
{
    return read_link(a[0], (const char *)a[1], (char *)a[2], a[3]);
}

static long make_link(long old_fd, const char *old, long new_fd,
                      const char *new)
{
    struct two_places p;
    long error = find_two(old_fd, old, new_fd, new, &p);

    if (error)
        return error;
    return p.from.tree->link ? p.from.tree->link(p.from.path, p.to.path)
                             : -EROFS;
}

/* old path, new path */
long call_link(const long *a)
{
    return make_link(AT_FDCWD, (const char *)a[0], AT_FDCWD,
                     (const char *)a[1]);
}

/* directory, old path, directory, new path, flags */
long call_linkat(const long *a)
{
    return make_link(a[0], (const char *)a[1], a[2], (const char *)a[3]);
}

static long make_symlink(const char *target, long fd, const char *path)
{
    struct place place;
    long error = path_find(fd, path, &place);

    if (error)
        return error;
    return place.tree->symlink ? place.tree->symlink(target, place.path)
                               : -EROFS;
}

/* target, path */
long call_symlink(const long *a)
{
    return make_symlink((const char *)a[0], AT_FDCWD, (const char *)a[1]);
}

/* target, directory, path */
long call_symlinkat(const long *a)
{
    return make_symlink((const char *)a[0], a[1], (const char *)a[2]);
}

static long change_mode(long fd, const char *path, mode_t mode)
{
    struct place place;
    long error = path_find(fd, path, &place);

    if (error)
        return error;
    return place.tree->chmod ? place.tree->chmod(place.path, mode & 07777)
                             : -EROFS;
}

/* path, mode */
long call_chmod(const long *a)
{
    return change_mode(AT_FDCWD, (const char *)a[0], a[1]);
}

/* directory, path, mode */
long call_fchmodat(const long *a)
{
    return change_mode(a[0], (const char *)a[1], a[2]);
}

/* One of two times: *ret_time, or 0 if it stays. */
static const time_t *time_to_set(const struct timespec *wanted,
                                 time_t *ret_time)
{
    struct timespec now;

    if (wanted && wanted->tv_nsec == UTIME_OMIT)
        return 0;
    call_clock_gettime((const long[6]){CLOCK_REALTIME, (long)&now});
    *ret_time =
        wanted && wanted->tv_nsec != UTIME_NOW ? wanted->tv_sec : now.tv_sec;
    return ret_time;
}

/* directory, path, two times or 0 (now), flags */
long call_utimensat(const long *a)
{
    const struct timespec *times = (const struct timespec *)a[2];
    struct place place;
    time_t accessed, modified;
    long error = a[1] ? path_find(a[0], (const char *)a[1], &place) : -ENOSYS;

    if (error)
        return error;
    if (!place.tree->set_times)
        return -EROFS;
    return place.tree->set_times(place.path, time_to_set(times, &accessed),
                                 time_to_set(times ? times + 1 : 0, &modified));
}

/* path, result */
long call_statfs(const long *a)
{
    struct place place;
    long error = path_find(AT_FDCWD, (const char *)a[0], &place);

    if (error)
        return error;
    return place.tree->space
               ? place.tree->space(place.path, (struct statfs *)a[1])
               : -ENOSYS;
}

long call_sync(const long *a)
{
    (void)a;
    server_sync_all();
    return 0;
}

static long set_directory(const char *path)
{
    sleep_lock_take(&directory_lock);
    find_first_directory();
    strcpy(directory, path);
    sleep_lock_drop(&directory_lock);
    return 0;
}

/* path: keeps I1 */
long call_chdir(const long *a)
{
    struct place place;
    struct stat stat;
    long error = path_find(AT_FDCWD, (const char *)a[0], &place);

    if (!error)
        error = place.tree->stat(place.path, 0, &stat);
    if (error)
        return error;
    return S_ISDIR(stat.st_mode) ? set_directory(place.path) : -ENOTDIR;
}

/* fd */
long call_fchdir(const long *a)
{
    char path[FILE_PATH_MAX];
    long error = copy_directory(a[0], path);

    return error ? error : set_directory(path);
}

/* buffer, size; the length with its 0 */
long call_getcwd(const long *a)
{
    char path[FILE_PATH_MAX];
    size_t length;

    copy_directory(AT_FDCWD, path);
    length = strlen(path) + 1;
    if ((size_t)a[1] < length)
        return -ERANGE;
    memcpy((char *)a[0], path, length);
    return length;
}

/* mask */
long call_umask(const long *a)
{
    return __atomic_exchange_n(&creation_mask, a[0] & 0777, __ATOMIC_RELAXED);
}
