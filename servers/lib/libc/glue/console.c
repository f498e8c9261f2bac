/*
 * The console: standard input, output and error over a vcon capability.
 *
 * A write is as many messages as it takes; the log server (or the kernel's
 * own console, for sigma0 and moe) puts lines together. Input blocks until
 * there is some: the console's interrupt line 0 says when; a console without
 * one is at its end at once.
 *
 * A program's streams are what it was given as "stdin", "stdout" and
 * "stderr": a vcon, or an open file of a server, which answers questions
 * about files. Without these names all three are the log.
 */
#include "env.h"
#include "files.h"
#include "ready.h"
#include "server_files.h"
#include "threads.h"

#include <fcntl.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/sys/icu.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/vcon.h>
#include <poll.h>
#include <sys/ioctl.h>

/* What reading needs: one for each capability that is read from.
 *
 *  I1  While a reader waits at the interrupt itself, it stays bound to it;
 *      otherwise, once somebody polled, to the library's listener (ready.c).
 */
struct console {
    struct sleep_lock turn; /* one thread waits for input at a time */
    struct sleep_lock busy; /* of what follows */
    l4_cap_idx_t irq;       /* says "input"; 0: not made yet; or none */
    struct thread *bound;   /* the reader whom it tells */
    int is_waiting;         /* a reader is, at the interrupt */
    int is_polled;          /* the listener is to be told */
    int is_listening;       /* it is */
};

static long console_write(struct file *file, const void *from, size_t size,
                          long offset)
{
    const char *text = from;
    size_t done = 0;

    (void)offset;
    while (done < size) {
        size_t part = size - done;
        if (part > L4_VCON_WRITE_SIZE)
            part = L4_VCON_WRITE_SIZE;
        if (l4_vcon_write(file->cap, text + done, part) < 0)
            return done ? (long)done : -EIO;
        done += part;
    }
    return size;
}

/* A new interrupt object on the console's line 0, or L4_INVALID_CAP. */
static l4_cap_idx_t make_irq(l4_cap_idx_t vcon)
{
    l4_cap_idx_t irq = env_new_irq();

    if (l4_is_invalid_cap(irq))
        return irq;
    if (l4_error(l4_icu_bind(vcon, 0, irq)) < 0) {
        l4re_util_cap_free_um(irq);
        return L4_INVALID_CAP;
    }
    return irq;
}

/* Is there an interrupt? */
static int has_irq(struct file *file, struct console *console)
{
    if (!console->irq)
        console->irq = make_irq(file->cap);
    return !l4_is_invalid_cap(console->irq);
}

/* May the calling thread wait at the interrupt itself? (I1) */
static int begin_wait(struct console *console)
{
    struct thread *self = thread_self();
    int result;

    sleep_lock_take(&console->busy);
    result = !console->is_polled;
    if (result && console->bound != self)
        result =
            l4_error(l4_rcv_ep_bind_thread(console->irq, self->cap, 0)) >= 0;
    if (result)
        console->bound = self;
    console->is_waiting = result;
    sleep_lock_drop(&console->busy);
    return result;
}

static void end_wait(struct console *console)
{
    sleep_lock_take(&console->busy);
    console->is_waiting = 0;
    sleep_lock_drop(&console->busy);
    if (console->is_polled)
        ready_tell(); /* who polls may have the interrupt now */
}

/* The listener is told of input, unless a reader waits for it (I1). */
static long listen_to(struct console *console)
{
    long error = 0;

    sleep_lock_take(&console->busy);
    if (!console->is_waiting && !console->is_listening) {
        error = ready_listen(console->irq, READY_FILES);
        console->is_listening = !error;
    }
    sleep_lock_drop(&console->busy);
    if (!error)
        l4_irq_unmask(console->irq);
    return error;
}

/* Until there may be input; -EINTR: a signal came. */
static long wait_for_input(struct console *console, int seen)
{
    if (!begin_wait(console))
        return ready_wait(seen, READY_FOR_EVER);
    l4_irq_unmask(console->irq);
    thread_self()->sleeping = 1;
    if (!thread_self()->interrupted)
        l4_irq_receive(console->irq, L4_IPC_NEVER);
    thread_self()->sleeping = 0;
    end_wait(console);
    return thread_was_interrupted() ? -EINTR : 0;
}

/* Up to `size` bytes that are there; 0: none yet. */
static long read_now(struct file *file, void *to, size_t size)
{
    int got = l4_vcon_read(file->cap, to,
                           size < L4_VCON_READ_SIZE ? size : L4_VCON_READ_SIZE);

    if (got < 0)
        return -EIO;
    return (size_t)got < size ? (size_t)got : size;
}

static long wait_and_read(struct file *file, void *to, size_t size)
{
    struct console *console = file->data;
    const int waits = thread_self() && has_irq(file, console);

    for (;;) {
        int seen = ready_seen();
        long got = read_now(file, to, size);
        if (got || !waits)
            return got;
        if (wait_for_input(console, seen))
            return -EINTR;
    }
}

static long console_read(struct file *file, void *to, size_t size, long offset)
{
    struct console *console = file->data;
    long got;

    (void)offset;
    if (!size)
        return 0;
    got = read_now(file, to, size);
    if (got)
        return got;
    if (file->flags & O_NONBLOCK)
        return -EAGAIN;
    sleep_lock_take(&console->turn);
    got = wait_and_read(file, to, size);
    sleep_lock_drop(&console->turn);
    return got;
}

static int has_input(const struct file *file)
{
    return l4_vcon_read(file->cap, 0, 0) > 0;
}

static long console_poll(struct file *file, int events)
{
    struct console *console = file->data;

    events &= POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
    if (!(events & (POLLIN | POLLRDNORM)) || has_input(file))
        return events;
    if (console->is_polled && !listen_to(console) && has_input(file))
        return events;
    return events & ~(POLLIN | POLLRDNORM);
}

static long console_watch(struct file *file)
{
    struct console *console = file->data;

    if (!has_irq(file, console))
        return 0; /* its input never changes */
    console->is_polled = 1;
    return listen_to(console);
}

static long console_control(struct file *file, unsigned long request,
                            void *argument)
{
    (void)file;
    if (request != TIOCGWINSZ)
        return -ENOTTY;
    *(struct winsize *)argument = (struct winsize){.ws_row = 24, .ws_col = 80};
    return 0;
}

static long console_stat(struct file *file, struct stat *ret_stat)
{
    (void)file;
    ret_stat->st_mode = S_IFCHR | 0600;
    return 0;
}

static const struct file_kind console_kind = {
    .read = console_read,
    .write = console_write,
    .control = console_control,
    .stat = console_stat,
    .poll = console_poll,
    .watch = console_watch,
};

static struct file *console_on(l4_cap_idx_t vcon, struct console *console)
{
    struct file *file = file_new(&console_kind, O_RDWR);

    if (file) {
        file->cap = vcon;
        file->data = console;
    }
    return file;
}

struct file *console_open(l4_cap_idx_t vcon)
{
    static struct console console; /* input comes by one of them at a time */

    return console_on(vcon, &console);
}

struct file *console_file(int fd)
{
    static const char *const names[] = {"stdin", "stdout", "stderr"};
    static const int flags[] = {O_RDONLY, O_WRONLY, O_WRONLY};
    static struct console log_console, in_console;
    l4_cap_idx_t cap =
        l4re_env() ? l4re_env_get_cap(names[fd]) : L4_INVALID_CAP;

    if (l4_is_invalid_cap(cap))
        return console_on(env_log(), &log_console);
    return server_file(cap, flags[fd]) ?: console_on(cap, &in_console);
}
