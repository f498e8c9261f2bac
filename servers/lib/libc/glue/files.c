/*
 * The calls on open files: find the file, ask its kind.
 *
 *   fd -> descriptors.c -> struct file -> console.c, rom_files.c, ...
 *
 * A kind that is seekable is given an offset; the position is kept here.
 * Reads and writes that use it take turns, so that each gets a part of the
 * file of its own; others (console, pipes) may wait for ever and do not.
 */
#include "files.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

/* The calls below are one function each with this shape. */
typedef long file_action(struct file *file, const long *a);

/* Does it with the file of a[0], which stays open meanwhile. */
static long with_file(const long *a, file_action *action)
{
    struct file *file = file_take(a[0]);
    long result;

    if (!file)
        return -EBADF;
    result = action(file, a);
    file_drop(file);
    return result;
}

static int may_read(const struct file *file)
{
    return (file->flags & O_ACCMODE) != O_WRONLY;
}

static int may_write(const struct file *file)
{
    return (file->flags & O_ACCMODE) != O_RDONLY;
}

static long read_at(struct file *file, void *to, size_t size, long offset)
{
    if (!may_read(file))
        return -EBADF;
    if (!file->kind->read)
        return file->kind->entry ? -EISDIR : -EINVAL;
    return file->kind->read(file, to, size, offset);
}

static long write_at(struct file *file, const void *from, size_t size,
                     long offset)
{
    if (!may_write(file))
        return -EBADF;
    if (!file->kind->write)
        return -EINVAL;
    return file->kind->write(file, from, size, offset);
}

long file_read_at(struct file *file, void *to, size_t size, long offset)
{
    return file->kind->is_seekable ? read_at(file, to, size, offset) : -ENODEV;
}

long file_get_stat(struct file *file, struct stat *ret_stat)
{
    memset(ret_stat, 0, sizeof *ret_stat);
    ret_stat->st_nlink = 1;
    ret_stat->st_blksize = 4096;
    return file->kind->stat ? file->kind->stat(file, ret_stat) : 0;
}

static long end_of(struct file *file)
{
    struct stat stat;
    long error = file_get_stat(file, &stat);

    return error ? error : (long)stat.st_size;
}

static long position_of(const struct file *file)
{
    return file->kind->seek ? FILE_HERE : file->position;
}

static void advance(struct file *file, long bytes)
{
    if (file->kind->is_seekable && !file->kind->seek)
        file->position += bytes;
}

static void begin(struct file *file)
{
    if (file->kind->is_seekable)
        sleep_lock_take(&file->turn);
}

static void end(struct file *file)
{
    if (file->kind->is_seekable)
        sleep_lock_drop(&file->turn);
}

/* Buffer after buffer, until one is not filled; a[1], a[2]: the buffers. */
static long read_parts(struct file *file, const struct iovec *part, long count)
{
    long sum = 0;

    for (long i = 0; i < count; i++) {
        if (!part[i].iov_len)
            continue;
        long got =
            read_at(file, part[i].iov_base, part[i].iov_len, position_of(file));
        if (got < 0)
            return sum ? sum : got;
        advance(file, got);
        sum += got;
        if ((size_t)got < part[i].iov_len)
            break;
    }
    return sum;
}

static long write_parts(struct file *file, const struct iovec *part, long count)
{
    long sum = 0;

    if (file->kind->is_seekable && !file->kind->seek &&
        (file->flags & O_APPEND)) {
        long size = end_of(file);
        if (size < 0)
            return size;
        file->position = size;
    }
    for (long i = 0; i < count; i++) {
        if (!part[i].iov_len)
            continue;
        long put = write_at(file, part[i].iov_base, part[i].iov_len,
                            position_of(file));
        if (put < 0)
            return sum ? sum : put;
        advance(file, put);
        sum += put;
        if ((size_t)put < part[i].iov_len)
            break;
    }
    return sum;
}

static long move_data(struct file *file, const long *a,
                      long (*parts)(struct file *, const struct iovec *, long))
{
    if (a[2] < 0 || a[2] > IOV_MAX)
        return -EINVAL;
    begin(file);
    long result = parts(file, (const struct iovec *)a[1], a[2]);
    end(file);
    return result;
}

static long readv_action(struct file *file, const long *a)
{
    return may_read(file) ? move_data(file, a, read_parts) : -EBADF;
}

static long writev_action(struct file *file, const long *a)
{
    return may_write(file) ? move_data(file, a, write_parts) : -EBADF;
}

/* fd, parts, count */
long call_readv(const long *a)
{
    return with_file(a, readv_action);
}

long call_writev(const long *a)
{
    return with_file(a, writev_action);
}

/* fd, buffer, size: a read of one part; the kind is asked even for 0 bytes,
 * so that errors show. */
static long read_action(struct file *file, const long *a)
{
    struct iovec part = {(void *)a[1], a[2]};
    const long parts[6] = {a[0], (long)&part, 1};

    return a[2] ? readv_action(file, parts)
                : read_at(file, part.iov_base, 0, 0);
}

static long write_action(struct file *file, const long *a)
{
    struct iovec part = {(void *)a[1], a[2]};
    const long parts[6] = {a[0], (long)&part, 1};

    return writev_action(file, parts);
}

long call_read(const long *a)
{
    return with_file(a, read_action);
}

long call_write(const long *a)
{
    return with_file(a, write_action);
}

/* fd, buffer, size, offset */
static long pread_action(struct file *file, const long *a)
{
    if (!file->kind->is_seekable)
        return file->kind->entry ? -EISDIR : -ESPIPE;
    return a[3] < 0 ? -EINVAL : read_at(file, (void *)a[1], a[2], a[3]);
}

static long pwrite_action(struct file *file, const long *a)
{
    if (!file->kind->is_seekable)
        return -ESPIPE;
    return a[3] < 0 ? -EINVAL : write_at(file, (const void *)a[1], a[2], a[3]);
}

long call_pread(const long *a)
{
    return with_file(a, pread_action);
}

long call_pwrite(const long *a)
{
    return with_file(a, pwrite_action);
}

static long seek(struct file *file, long offset, long whence)
{
    long base = 0, sum;

    if (whence == SEEK_CUR)
        base = file->position;
    else if (whence == SEEK_END)
        base = file->kind->entry ? -EINVAL : end_of(file);
    else if (whence != SEEK_SET)
        return -EINVAL;
    if (base < 0)
        return base;
    if (__builtin_add_overflow(base, offset, &sum))
        return -EOVERFLOW;
    if (sum < 0)
        return -EINVAL;
    return file->position = sum;
}

/* fd, offset, whence; of a directory it is the number of an entry. */
static long lseek_action(struct file *file, const long *a)
{
    if (!file->kind->is_seekable && !file->kind->entry)
        return -ESPIPE;
    sleep_lock_take(&file->turn);
    long result = file->kind->seek ? file->kind->seek(file, a[1], a[2])
                                   : seek(file, a[1], a[2]);
    sleep_lock_drop(&file->turn);
    return result;
}

long call_lseek(const long *a)
{
    return with_file(a, lseek_action);
}

/* fd, request, argument */
static long ioctl_action(struct file *file, const long *a)
{
    if (!file->kind->control)
        return -ENOTTY;
    return file->kind->control(file, a[1], (void *)a[2]);
}

long call_ioctl(const long *a)
{
    return with_file(a, ioctl_action);
}

static long fstat_action(struct file *file, const long *a)
{
    return file_get_stat(file, (struct stat *)a[1]);
}

long call_fstat(const long *a)
{
    return with_file(a, fstat_action);
}

/* fd, size */
static long ftruncate_action(struct file *file, const long *a)
{
    if (!may_write(file) || !file->kind->truncate || a[1] < 0)
        return -EINVAL;
    return file->kind->truncate(file, a[1]);
}

long call_ftruncate(const long *a)
{
    return with_file(a, ftruncate_action);
}

/* What has nothing to be written back says so (POSIX: EINVAL), but what is
 * read-only is always in order. */
static long fsync_action(struct file *file, const long *a)
{
    (void)a;
    if (file->kind->sync)
        return file->kind->sync(file);
    return file->kind->is_seekable || file->kind->entry ? 0 : -EINVAL;
}

long call_fsync(const long *a)
{
    return with_file(a, fsync_action);
}

/* The next entry at `at`, with what readdir() wants to know; bytes, 0 at the
 * end, or an error. */
static long put_entry(struct file *file, struct dirent *entry)
{
    long found;

    memset(entry, 0, sizeof *entry);
    found = file->kind->entry(file, file->position, entry);
    if (found <= 0)
        return found;
    entry->d_off = ++file->position;
    entry->d_reclen = sizeof *entry;
    return sizeof *entry;
}

/* fd, buffer, size: entries of one size each, so d_off is a number. */
static long getdents_action(struct file *file, const long *a)
{
    char *to = (char *)a[1];
    size_t done = 0;
    long put = 0;

    if (!file->kind->entry)
        return -ENOTDIR;
    if ((size_t)a[2] < sizeof(struct dirent))
        return -EINVAL;
    sleep_lock_take(&file->turn);
    while (done + sizeof(struct dirent) <= (size_t)a[2]) {
        put = put_entry(file, (struct dirent *)(to + done));
        if (put <= 0)
            break;
        done += put;
    }
    sleep_lock_drop(&file->turn);
    return done ? (long)done : put;
}

long call_getdents(const long *a)
{
    return with_file(a, getdents_action);
}
