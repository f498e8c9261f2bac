/*
 * The calls on file descriptors: find the file, ask its kind.
 *
 *   fd -> files[fd].kind -> console.c | rom_files.c
 *
 *  I1  Descriptors 0, 1 and 2 are the console until the program closes them.
 *  I2  A new file gets the lowest free number.
 *
 * Reads and writes of one file by several threads at once are the program's
 * to order (stdio does); opening and closing is locked here.
 */
#include "files.h"
#include "lock.h"

#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 64

static struct lock files_lock;
static struct file files[FILES] = {
    {.kind = &console_kind},
    {.kind = &console_kind},
    {.kind = &console_kind},
};

static struct file *file_of(long fd)
{
    if (fd < 0 || fd >= FILES || !files[fd].kind)
        return 0;
    return &files[fd];
}

static long read_at(struct file *file, void *to, size_t size, long offset)
{
    if (!file)
        return -EBADF;
    if (offset < 0)
        return -EINVAL;
    return file->kind->read ? file->kind->read(file, to, size, offset) : -EBADF;
}

static long read_on(struct file *file, void *to, size_t size)
{
    long got = read_at(file, to, size, file ? file->position : 0);

    if (got > 0)
        file->position += got;
    return got;
}

long file_read_at(int fd, void *to, size_t size, long offset)
{
    return read_at(file_of(fd), to, size, offset);
}

static long write_on(struct file *file, const void *from, size_t size)
{
    if (!file || !file->kind->write)
        return -EBADF;
    return file->kind->write(file, from, size);
}

static long install(const struct file *file)
{
    long fd;

    lock_take(&files_lock);
    for (fd = 0; fd < FILES && files[fd].kind; fd++)
        ;
    if (fd < FILES)
        files[fd] = *file;
    lock_drop(&files_lock);
    return fd < FILES ? fd : -EMFILE;
}

static long open_path(const char *path, int flags)
{
    struct file file;
    long result;

    if ((flags & O_ACCMODE) != O_RDONLY)
        return -EROFS;
    result = rom_open(path, &file);
    if (result < 0)
        return result;
    result = install(&file);
    if (result < 0)
        file.kind->close(&file);
    return result;
}

/* path, flags, mode */
long call_open(const long *a)
{
    return open_path((const char *)a[0], a[1]);
}

/* directory, path, flags, mode */
long call_openat(const long *a)
{
    return open_path((const char *)a[1], a[2]);
}

long call_close(const long *a)
{
    struct file *file = file_of(a[0]);
    struct file old;

    if (!file)
        return -EBADF;
    lock_take(&files_lock);
    old = *file;
    file->kind = 0;
    lock_drop(&files_lock);
    if (old.kind->close)
        old.kind->close(&old);
    return 0;
}

long call_read(const long *a)
{
    return read_on(file_of(a[0]), (void *)a[1], a[2]);
}

/* fd, buffer, size, offset */
long call_pread(const long *a)
{
    return read_at(file_of(a[0]), (void *)a[1], a[2], a[3]);
}

long call_readv(const long *a)
{
    const struct iovec *part = (const struct iovec *)a[1];
    long sum = 0;

    for (long i = 0; i < a[2]; i++) {
        long got = part[i].iov_len ? read_on(file_of(a[0]), part[i].iov_base,
                                             part[i].iov_len)
                                   : 0;
        if (got < 0)
            return sum ? sum : got;
        sum += got;
        if ((size_t)got < part[i].iov_len)
            break;
    }
    return sum;
}

long call_write(const long *a)
{
    return write_on(file_of(a[0]), (const void *)a[1], a[2]);
}

long call_writev(const long *a)
{
    const struct iovec *part = (const struct iovec *)a[1];
    long sum = 0;

    for (long i = 0; i < a[2]; i++) {
        long put = write_on(file_of(a[0]), part[i].iov_base, part[i].iov_len);
        if (put < 0)
            return sum ? sum : put;
        sum += put;
        if ((size_t)put < part[i].iov_len)
            break;
    }
    return sum;
}

static void stat_of(struct file *file, struct stat *ret_stat)
{
    memset(ret_stat, 0, sizeof *ret_stat);
    ret_stat->st_nlink = 1;
    ret_stat->st_blksize = 4096;
    if (file->kind->stat)
        file->kind->stat(file, ret_stat);
}

/* fd, offset, whence */
long call_lseek(const long *a)
{
    struct file *file = file_of(a[0]);
    struct stat stat;
    long base;

    if (!file)
        return -EBADF;
    stat_of(file, &stat);
    if (!S_ISREG(stat.st_mode))
        return -ESPIPE;
    base = a[2] == SEEK_SET   ? 0
           : a[2] == SEEK_CUR ? file->position
           : a[2] == SEEK_END ? (long)stat.st_size
                              : -1;
    if (base < 0 || base + a[1] < 0)
        return -EINVAL;
    file->position = base + a[1];
    return file->position;
}

/* fd, request, argument */
long call_ioctl(const long *a)
{
    struct file *file = file_of(a[0]);

    if (!file)
        return -EBADF;
    if (!file->kind->control)
        return -ENOTTY;
    return file->kind->control(file, a[1], (void *)a[2]);
}

/* fd, command, argument: flags are accepted, nothing can be inherited. */
long call_fcntl(const long *a)
{
    struct file *file = file_of(a[0]);

    if (!file)
        return -EBADF;
    switch (a[1]) {
    case F_GETFD:
    case F_SETFD:
    case F_SETFL:
        return 0;
    case F_GETFL:
        return file->kind->write ? O_RDWR : O_RDONLY;
    default:
        return -ENOSYS;
    }
}

long call_fstat(const long *a)
{
    struct file *file = file_of(a[0]);

    if (!file)
        return -EBADF;
    stat_of(file, (struct stat *)a[1]);
    return 0;
}

static long stat_path(const char *path, struct stat *ret_stat)
{
    struct file file;
    long error = rom_open(path, &file);

    if (error)
        return error;
    stat_of(&file, ret_stat);
    file.kind->close(&file);
    return 0;
}

/* path, result */
long call_stat(const long *a)
{
    return stat_path((const char *)a[0], (struct stat *)a[1]);
}

/* directory, path, result, flags; an empty path means the first. */
long call_newfstatat(const long *a)
{
    const long arguments[6] = {a[0], a[2]};

    if (!*(const char *)a[1])
        return call_fstat(arguments);
    return stat_path((const char *)a[1], (struct stat *)a[2]);
}

/* Everything that can be found can be read, and only that. */
static long access_path(const char *path, long mode)
{
    struct stat stat;
    long error = stat_path(path, &stat);

    return error ? error : mode & (W_OK | X_OK) ? -EACCES : 0;
}

/* path, mode */
long call_access(const long *a)
{
    return access_path((const char *)a[0], a[1]);
}

/* directory, path, mode */
long call_faccessat(const long *a)
{
    return access_path((const char *)a[1], a[2]);
}
