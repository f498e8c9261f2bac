/*
 * Pipes inside a program: a ring of bytes between two open files.
 *
 *   write ->  [ . . x x x x . . ]  -> read
 *                   ^tail   ^head
 *
 *  I1  head - tail is the number of bytes in the ring, at most ROOM.
 *  I2  A write of at most PIPE_BUF bytes goes in at once or not at all.
 *  I3  The ring's memory goes with its second end.
 *
 * `changed` counts everything that somebody may wait for; who waits sleeps on
 * it (futex.c). A pipe that another program shall have an end of comes from
 * the file server.
 */
#include "files.h"
#include "pool.h"
#include "ready.h"
#include "server_files.h"
#include "threads.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define MEMORY 0x4000
#define ROOM   0x3000

struct pipe {
    struct lock lock;
    unsigned head, tail; /* bytes written and read so far */
    int readers, writers;
    int changed;
    char ring[ROOM];
};

static unsigned used(const struct pipe *p)
{
    return p->head - p->tail;
}

/* Copies out of the ring, or into it, around its end. */
static void move(struct pipe *p, unsigned at, char *to, const char *from,
                 size_t size)
{
    for (size_t done = 0, part; done < size; done += part) {
        char *place = p->ring + (at + done) % ROOM;
        part = ROOM - (at + done) % ROOM;
        if (part > size - done)
            part = size - done;
        memcpy(to ? to + done : place, from ? from + done : place, part);
    }
}

static void wake_all(struct pipe *p)
{
    const long arguments[6] = {(long)&p->changed, FUTEX_WAKE, INT_MAX};

    __atomic_add_fetch(&p->changed, 1, __ATOMIC_RELEASE);
    call_futex(arguments);
    ready_tell();
}

/* Until `changed` is no longer `seen`; -EINTR: a signal came. */
static long sleep_on(struct pipe *p, int seen)
{
    const long arguments[6] = {(long)&p->changed, FUTEX_WAIT, seen};

    return call_futex(arguments) == -EINTR ? -EINTR : 0;
}

/* What can be done at once; -EAGAIN: nothing yet. */
static long try_read(struct pipe *p, void *to, size_t size, int *ret_seen)
{
    long got;

    lock_take(&p->lock);
    *ret_seen = p->changed;
    got = size < used(p) ? size : used(p);
    move(p, p->tail, to, 0, got);
    p->tail += got;
    if (!got && size && p->writers)
        got = -EAGAIN;
    lock_drop(&p->lock);
    return got;
}

static long try_write(struct pipe *p, const void *from, size_t size,
                      int *ret_seen)
{
    long put;

    lock_take(&p->lock);
    *ret_seen = p->changed;
    put = ROOM - used(p);
    if ((size_t)put > size)
        put = size;
    if (!p->readers)
        put = -EPIPE;
    else if (!put || (size <= PIPE_BUF && (size_t)put < size)) /* I2 */
        put = -EAGAIN;
    if (put > 0) {
        move(p, p->head, 0, from, put);
        p->head += put;
    }
    lock_drop(&p->lock);
    return put;
}

static long pipe_read(struct file *file, void *to, size_t size, long offset)
{
    struct pipe *p = file->data;
    long got;
    int seen;

    (void)offset;
    while ((got = try_read(p, to, size, &seen)) == -EAGAIN) {
        if (file->flags & O_NONBLOCK)
            return -EAGAIN;
        if (sleep_on(p, seen))
            return -EINTR;
    }
    if (got > 0)
        wake_all(p);
    return got;
}

static long pipe_write(struct file *file, const void *from, size_t size,
                       long offset)
{
    struct pipe *p = file->data;
    size_t done = 0;

    (void)offset;
    while (done < size) {
        int seen;
        long put = try_write(p, (const char *)from + done, size - done, &seen);
        if (put > 0) {
            done += put;
            wake_all(p);
            continue;
        }
        if (put == -EPIPE)
            signal_raise(SIGPIPE);
        else if (!(file->flags & O_NONBLOCK))
            put = sleep_on(p, seen);
        if (put)
            return done ? (long)done : put;
    }
    return size;
}

static long pipe_poll(struct file *file, int events)
{
    const int is_reader = (file->flags & O_ACCMODE) == O_RDONLY;
    struct pipe *p = file->data;
    int result = 0;

    lock_take(&p->lock);
    if (is_reader && used(p))
        result |= POLLIN | POLLRDNORM;
    if (!is_reader && ROOM - used(p) >= PIPE_BUF)
        result |= POLLOUT | POLLWRNORM;
    result &= events;
    if (is_reader && !p->writers)
        result |= POLLHUP;
    if (!is_reader && !p->readers)
        result |= POLLERR;
    lock_drop(&p->lock);
    return result;
}

static long pipe_stat(struct file *file, struct stat *ret_stat)
{
    (void)file;
    ret_stat->st_mode = S_IFIFO | 0600;
    return 0;
}

static long pipe_control(struct file *file, unsigned long request,
                         void *argument)
{
    if (request != FIONREAD)
        return -ENOTTY;
    *(int *)argument = used(file->data);
    return 0;
}

static void pipe_close(struct file *file)
{
    struct pipe *p = file->data;
    const long memory[6] = {(long)p, MEMORY};
    int left;

    lock_take(&p->lock);
    if ((file->flags & O_ACCMODE) == O_RDONLY)
        p->readers = 0;
    else
        p->writers = 0;
    left = p->readers + p->writers;
    lock_drop(&p->lock);
    if (left)
        wake_all(p);
    else
        call_munmap(memory); /* keeps I3 */
}

static const struct file_kind pipe_kind = {
    .read = pipe_read,
    .write = pipe_write,
    .control = pipe_control,
    .stat = pipe_stat,
    .poll = pipe_poll,
    .close = pipe_close,
};

static struct pipe *new_pipe(void)
{
    void *memory;

    _Static_assert(sizeof(struct pipe) <= MEMORY, "ring and its record");
    return pool_page(&memory, MEMORY) ? 0 : memory;
}

/* Installs both ends in fd[]; 0 or an error, with nothing left open. */
static long install_both(struct file *reader, struct file *writer, int flags,
                         int *fd)
{
    long first = file_install(reader, 0, flags), second;

    if (first < 0) {
        file_drop(writer);
        return first;
    }
    second = file_install(writer, 0, flags);
    if (second < 0) {
        call_close((const long[6]){first});
        return second;
    }
    fd[0] = first;
    fd[1] = second;
    return 0;
}

static void set_nonblock(struct file *file, int flags)
{
    file->flags |= flags & O_NONBLOCK;
    if (flags & O_NONBLOCK)
        file->kind->set_flags(file, file->flags);
}

static struct file *new_end(struct pipe *p, int flags)
{
    struct file *file = file_new(&pipe_kind, flags);

    if (file)
        file->data = p;
    return file;
}

/* One that can be handed to another program. */
static long make_server_pipe(int *fd, int flags)
{
    struct file *reader = file_new(&unopened_kind, O_RDONLY);
    struct file *writer = file_new(&unopened_kind, O_WRONLY);
    long error = reader && writer ? server_pipe(reader, writer) : -ENFILE;

    if (!error) {
        set_nonblock(reader, flags);
        set_nonblock(writer, flags);
        return install_both(reader, writer, flags, fd);
    }
    if (reader)
        file_drop(reader);
    if (writer)
        file_drop(writer);
    return error;
}

static long make_pipe(int *fd, int flags)
{
    struct file *reader, *writer;
    struct pipe *p;

    if (flags & ~(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    if (server_tree_is_there())
        return make_server_pipe(fd, flags);
    p = new_pipe();
    if (!p)
        return -ENFILE;
    reader = new_end(p, O_RDONLY | (flags & O_NONBLOCK));
    writer = new_end(p, O_WRONLY | (flags & O_NONBLOCK));
    p->readers = reader != 0;
    p->writers = writer != 0;
    if (reader && writer)
        return install_both(reader, writer, flags, fd);
    if (reader || writer)
        file_drop(reader ?: writer); /* the ring goes with it */
    else
        call_munmap((const long[6]){(long)p, MEMORY});
    return -ENFILE;
}

/* two descriptors */
long call_pipe(const long *a)
{
    return make_pipe((int *)a[0], 0);
}

/* two descriptors, flags */
long call_pipe2(const long *a)
{
    return make_pipe((int *)a[0], a[1]);
}
