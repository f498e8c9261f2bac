/*
 * The console: standard input, output and error over the log capability.
 *
 * A write is as many messages as it takes; the log server (or the kernel's
 * own console, for sigma0 and moe) puts lines together. Input blocks until
 * there is some: the console's interrupt line 0 says when; a log without
 * input is at its end at once.
 */
#include "env.h"
#include "files.h"
#include "threads.h"

#include <l4/re/c/util/cap_alloc.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/vcon.h>
#include <sys/ioctl.h>

static long console_write(struct file *file, const void *from, size_t size)
{
    const char *text = from;
    size_t done = 0;

    (void)file;
    while (done < size) {
        size_t part = size - done;
        if (part > L4_VCON_WRITE_SIZE)
            part = L4_VCON_WRITE_SIZE;
        if (l4_vcon_write(env_log(), text + done, part) < 0)
            return done ? (long)done : -EIO;
        done += part;
    }
    return size;
}

/* The interrupt that says "input"; L4_INVALID_CAP when there is none. */
static l4_cap_idx_t input_irq(void)
{
    static l4_cap_idx_t irq;
    struct thread *self = thread_self();

    if (irq)
        return irq;
    irq = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(irq))
        return irq;
    if (!self || l4_error(l4_factory_create_irq(env_factory(), irq)) < 0) {
        l4re_util_cap_free(irq);
        return irq = L4_INVALID_CAP;
    }
    if (l4_error(l4_rcv_ep_bind_thread(irq, self->cap, 0)) < 0 ||
        l4_error(l4_icu_bind(env_log(), 0, irq)) < 0) {
        l4re_util_cap_free_um(irq);
        return irq = L4_INVALID_CAP;
    }
    return irq;
}

static long console_read(struct file *file, void *to, size_t size, long offset)
{
    int got = 0;

    (void)file;
    (void)offset;
    if (!size)
        return 0;
    l4_cap_idx_t irq = input_irq();
    for (;;) {
        got = l4_vcon_read(env_log(), to,
                           size < L4_VCON_READ_SIZE ? size : L4_VCON_READ_SIZE);
        if (got < 0)
            return -EIO;
        if (got > 0)
            return (size_t)got < size ? (size_t)got : size;
        if (l4_is_invalid_cap(irq))
            return 0;
        l4_irq_unmask(irq);
        thread_self()->sleeping = 1;
        l4_irq_receive(irq, L4_IPC_NEVER);
        thread_self()->sleeping = 0;
        if (thread_was_interrupted())
            return -EINTR;
    }
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

static void console_stat(struct file *file, struct stat *ret_stat)
{
    (void)file;
    ret_stat->st_mode = S_IFCHR | 0600;
}

const struct file_kind console_kind = {
    .read = console_read,
    .write = console_write,
    .control = console_control,
    .stat = console_stat,
};
