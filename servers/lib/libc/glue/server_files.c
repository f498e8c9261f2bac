/*
 * Open files of servers (file.iface): a capability and a buffer.
 *
 *   struct file -> struct server_file -> struct fio, or a directory's entries
 *
 * The server keeps the position: whoever has the capability shares it, also
 * in another program. What is not a regular file or a directory is a stream:
 * it may make its reader wait, so the server is asked to tell when it is
 * ready (file.wait), which a signal may interrupt; a request that moves data
 * is never torn.
 *
 *  I1  A struct fio is used by who has `busy`.
 *  I2  `entry` holds the directory's records from number `first` on.
 */
#include "server_files.h"
#include "file-client.h"
#include "fio.h"
#include "mappings.h"
#include "pool.h"
#include "ready.h"
#include "sockets.h"
#include "threads.h"

#include <fcntl.h>
#include <l4/re/env.h>
#include <l4/sys/task.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>

#define RECORD_HEAD 10 /* inode, kind, length of the name */

struct server_file {
    struct sleep_lock busy;
    struct fio f;
    int is_borrowed; /* the capability's index is somebody else's */
    mode_t kind;

    /* Directories. */
    long first;       /* number of the record at `at` */
    l4_umword_t next; /* cookie of what follows the records */
    size_t at, size;  /* in records */
    char records[FILE_ENTRIES_RECORDS_MAX];
};

static struct pool pool = {.size = sizeof(struct server_file),
                           .page = pool_page};

long server_result(long result)
{
    return result < 0 ? -(long)files_errno(result) : result;
}

static struct fio *begin(struct file *file)
{
    struct server_file *s = file->data;

    sleep_lock_take(&s->busy);
    return &s->f;
}

static long end(struct file *file, long result)
{
    sleep_lock_drop(&((struct server_file *)file->data)->busy);
    return server_result(result);
}

static l4_umword_t place(long offset)
{
    return offset == FILE_HERE ? FILES_HERE : (l4_umword_t)offset;
}

static long regular_read(struct file *file, void *to, size_t size, long offset)
{
    return end(file, fio_read(begin(file), place(offset), to, size));
}

static long regular_write(struct file *file, const void *from, size_t size,
                          long offset)
{
    return end(file, fio_write(begin(file), place(offset), from, size));
}

static long regular_seek(struct file *file, long offset, long whence)
{
    l4_umword_t at;
    long result = file_seek(file->cap, offset, whence, &at);

    return result < 0 ? server_result(result) : (long)at;
}

static long server_truncate(struct file *file, long size)
{
    return server_result(file_truncate(file->cap, size));
}

static long server_sync(struct file *file)
{
    return server_result(file_sync(file->cap));
}

static long regular_map(struct file *file, int is_writable,
                        struct file_memory *ret_memory)
{
    return file_memory_get(file->cap, is_writable, ret_memory);
}

static void fill_stat(const struct files_status *from, struct stat *to)
{
    to->st_dev = from->device;
    to->st_ino = from->inode;
    to->st_mode = from->mode;
    to->st_nlink = from->links;
    to->st_uid = from->owner;
    to->st_gid = from->group;
    to->st_size = from->size;
    to->st_blocks = from->blocks;
    to->st_blksize = from->block_size;
    to->st_atim.tv_sec = from->accessed;
    to->st_mtim.tv_sec = from->modified;
    to->st_ctim.tv_sec = from->changed;
}

void server_fill_stat(const void *status, size_t size, struct stat *ret_stat)
{
    struct files_status s = {0};

    memcpy(&s, status, size < sizeof s ? size : sizeof s);
    fill_stat(&s, ret_stat);
}

static long stat_cap(l4_cap_idx_t cap, struct stat *ret_stat)
{
    char status[FILE_STAT_STATUS_MAX];
    size_t size = sizeof status;
    long result = file_stat(cap, status, &size);

    if (result < 0)
        return server_result(result);
    server_fill_stat(status, size, ret_stat);
    return 0;
}

static long server_stat(struct file *file, struct stat *ret_stat)
{
    return stat_cap(file->cap, ret_stat);
}

static long server_set_flags(struct file *file, int flags)
{
    l4_umword_t value = (flags & O_APPEND ? FILES_APPEND : 0) |
                        (flags & O_NONBLOCK ? FILES_NONBLOCK : 0);
    l4_umword_t now;

    return server_result(
        file_flags(file->cap, FILES_APPEND | FILES_NONBLOCK, value, &now));
}

static void server_close(struct file *file)
{
    struct server_file *s = file->data;

    if (s->is_borrowed) {
        l4_task_release_cap(L4RE_THIS_TASK_CAP, file->cap);
        s->f.cap = L4_INVALID_CAP; /* for fio_close() */
    }
    fio_close(&s->f);
    pool_give(&pool, s);
}

static long ask_ready(struct file *file, l4_umword_t events)
{
    l4_umword_t ready;
    long result = file_wait(file->cap, events, &ready);

    return result < 0 ? result : (long)ready;
}

/* Until it can be read or written; -EINTR: a signal came. */
static long wait_ready(struct file *file, l4_umword_t events)
{
    struct thread *self = thread_self();
    long result = 0;

    if ((file->flags & O_NONBLOCK) || !self)
        return 0;
    self->sleeping = 1;
    if (!self->interrupted)
        result = ask_ready(file, events);
    self->sleeping = 0;
    if (thread_was_interrupted())
        return -EINTR;
    /* A file that cannot say is asked without. */
    return result == -L4_ENOSYS || result >= 0 ? 0 : server_result(result);
}

static long stream_read(struct file *file, void *to, size_t size, long offset)
{
    size_t got = size < FILE_READ_DATA_MAX ? size : FILE_READ_DATA_MAX;
    long error = size ? wait_ready(file, FILES_CAN_READ) : 0;

    (void)offset;
    if (error)
        return error;
    error = file_read(file->cap, FILES_HERE, got, to, &got);
    return error < 0 ? server_result(error) : (long)got;
}

static long write_piece(struct file *file, const char *from, size_t size)
{
    l4_umword_t written = 0;
    long error = wait_ready(file, FILES_CAN_WRITE);

    if (!error)
        error = server_result(file_write(
            file->cap, FILES_HERE, from,
            size < FILE_WRITE_DATA_MAX ? size : FILE_WRITE_DATA_MAX, &written));
    return error < 0 ? error : (long)written;
}

static long stream_write(struct file *file, const void *from, size_t size,
                         long offset)
{
    size_t done = 0;

    (void)offset;
    while (done < size) {
        long put = write_piece(file, (const char *)from + done, size - done);
        if (put == -EPIPE)
            signal_raise(SIGPIPE);
        if (put <= 0)
            return done ? (long)done : put;
        done += put;
    }
    return size;
}

static long stream_poll(struct file *file, int events)
{
    long ready = ask_ready(file, 0);
    int result = 0;

    if (ready < 0)
        return POLLERR;
    if (ready & FILES_CAN_READ)
        result |= POLLIN | POLLRDNORM;
    if (ready & FILES_CAN_WRITE)
        result |= POLLOUT | POLLWRNORM;
    result &= events;
    if (ready & FILES_HUNG_UP)
        result |= (file->flags & O_ACCMODE) == O_WRONLY ? POLLERR : POLLHUP;
    return result;
}

long server_watch(struct file *file,
                  long (*notify)(l4_cap_idx_t cap, l4_cap_idx_t irq))
{
    l4_cap_idx_t irq = ready_irq();
    long error;

    if (file->is_watched)
        return 0;
    if (l4_is_invalid_cap(irq))
        return -ENOMEM;
    error = server_result(notify(file->cap, irq));
    file->is_watched = error >= 0;
    return error;
}

static long stream_watch(struct file *file)
{
    return server_watch(file, file_notify);
}

static long stream_control(struct file *file, unsigned long request,
                           void *argument)
{
    const struct server_file *s = file->data;

    if (request != TIOCGWINSZ || !S_ISCHR(s->kind))
        return -ENOTTY;
    *(struct winsize *)argument = (struct winsize){.ws_row = 24, .ws_col = 80};
    return 0;
}

/* Directories */

/* The next records from the server; 0 at the end. */
static long fetch(struct file *file, struct server_file *s)
{
    size_t size = sizeof s->records;
    long result = file_entries(file->cap, s->next, &s->next, s->records, &size);

    s->at = 0;
    s->size = result < 0 ? 0 : size;
    return result < 0 ? server_result(result) : (long)size;
}

/* How long the record at s->at is; 0: it is broken. */
static size_t record_size(const struct server_file *s)
{
    size_t left = s->size - s->at, length;

    if (left < RECORD_HEAD)
        return 0;
    length = RECORD_HEAD + (unsigned char)s->records[s->at + 9];
    return length <= left ? length : 0;
}

/* Moves to record `number`; 1: it is there, 0: there are not so many. */
static long find_record(struct file *file, struct server_file *s, long number)
{
    if (number < s->first) {
        s->first = s->next = 0;
        s->at = s->size = 0;
    }
    for (;;) {
        if (s->at == s->size) {
            long got = fetch(file, s);
            if (got <= 0)
                return got;
        }
        if (!record_size(s))
            return -EIO;
        if (s->first == number)
            return 1;
        s->at += record_size(s);
        s->first++; /* keeps I2 */
    }
}

static long directory_entry(struct file *file, long number,
                            struct dirent *ret_entry)
{
    struct server_file *s = file->data;
    long found = find_record(file, s, number);
    const char *record = s->records + s->at;

    if (found <= 0)
        return found;
    memcpy(&ret_entry->d_ino, record, sizeof ret_entry->d_ino);
    ret_entry->d_type = (unsigned char)record[8];
    memcpy(ret_entry->d_name, record + RECORD_HEAD, (unsigned char)record[9]);
    return 1;
}

static const struct file_kind regular_kind = {
    .read = regular_read,
    .write = regular_write,
    .stat = server_stat,
    .truncate = server_truncate,
    .sync = server_sync,
    .seek = regular_seek,
    .set_flags = server_set_flags,
    .map = regular_map,
    .close = server_close,
    .is_seekable = 1,
};

static const struct file_kind stream_kind = {
    .read = stream_read,
    .write = stream_write,
    .control = stream_control,
    .stat = server_stat,
    .poll = stream_poll,
    .watch = stream_watch,
    .set_flags = server_set_flags,
    .close = server_close,
};

static const struct file_kind directory_kind = {
    .stat = server_stat,
    .sync = server_sync,
    .entry = directory_entry,
    .close = server_close,
};

static long attach(struct file *file, l4_cap_idx_t cap, mode_t kind)
{
    struct server_file *s = pool_take(&pool);

    if (!s)
        return -ENOMEM;
    memset(s, 0, sizeof *s);
    s->kind = kind;
    fio_from_cap(cap, &s->f);
    file->data = s;
    file->cap = cap;
    file->kind = S_ISREG(kind)   ? &regular_kind
                 : S_ISDIR(kind) ? &directory_kind
                                 : &stream_kind;
    return 0;
}

long server_file_open(struct file *file, l4_cap_idx_t cap)
{
    struct stat stat;
    long error = stat_cap(cap, &stat);

    return error ? error : attach(file, cap, stat.st_mode & S_IFMT);
}

/* How it was opened. */
static int access_of(l4_cap_idx_t cap)
{
    l4_umword_t flags = FILES_READ | FILES_WRITE;

    file_flags(cap, 0, 0, &flags);
    switch (flags & (FILES_READ | FILES_WRITE)) {
    case FILES_READ:
        return O_RDONLY;
    case FILES_WRITE:
        return O_WRONLY;
    default:
        return O_RDWR;
    }
}

struct file *server_file(l4_cap_idx_t cap, int flags)
{
    struct file *file =
        file_new(&unopened_kind, flags < 0 ? access_of(cap) : flags);

    if (!file)
        return 0;
    if (server_file_open(file, cap)) {
        file_drop(file);
        return 0;
    }
    ((struct server_file *)file->data)->is_borrowed = 1;
    return file;
}

l4_cap_idx_t server_file_cap(const struct file *file)
{
    return file->kind == &regular_kind || file->kind == &stream_kind ||
                   file->kind == &directory_kind
               ? file->cap
               : L4_INVALID_CAP;
}

long server_stream_open(struct file *file, l4_cap_idx_t cap)
{
    return attach(file, cap, S_IFIFO);
}

struct file *inherited_file(const char *kind, l4_cap_idx_t cap)
{
    if (!strcmp(kind, "fd"))
        return server_file(cap, -1) ?: console_open(cap);
    return socket_inherit(kind, cap);
}
