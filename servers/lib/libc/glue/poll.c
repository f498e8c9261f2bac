/*
 * poll() and select(): ask each file, sleep a little, ask again.
 *
 * A file's kind tells what it could do at once. Simplified: nobody is told
 * when a file becomes ready, so between two rounds the thread sleeps: 100 us
 * first, then longer, at most 5 ms.
 */
#include "files.h"
#include "threads.h"

#include <l4/sys/kip.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>

#define FIRST_NAP_US 100ul
#define LAST_NAP_US  5000ul
#define FOR_EVER     (~0ull)

static l4_uint64_t now_us(void)
{
    return l4_kip_clock(l4_kip());
}

/* A file that has no opinion is always ready. */
static int ready(struct file *file, int events)
{
    const int always = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;

    return file->kind->poll ? file->kind->poll(file, events) : events & always;
}

/* One round over all; how many have something to tell. */
static long ask_all(struct pollfd *fds, unsigned long count)
{
    long told = 0;

    for (unsigned long i = 0; i < count; i++) {
        struct file *file;
        fds[i].revents = 0;
        if (fds[i].fd < 0)
            continue;
        file = file_take(fds[i].fd);
        fds[i].revents = file ? ready(file, fds[i].events) : POLLNVAL;
        if (file)
            file_drop(file);
        told += fds[i].revents != 0;
    }
    return told;
}

/* Until one is ready, or the clock shows `deadline`. */
static long wait_for(struct pollfd *fds, unsigned long count,
                     l4_uint64_t deadline)
{
    l4_uint64_t nap = FIRST_NAP_US;

    for (;;) {
        long told = ask_all(fds, count);
        l4_uint64_t now = now_us();
        if (told || now >= deadline)
            return told;
        if (deadline - now < nap)
            nap = deadline - now;
        thread_sleep(nap);
        if (thread_was_interrupted())
            return -EINTR;
        nap = nap * 2 < LAST_NAP_US ? nap * 2 : LAST_NAP_US;
    }
}

static l4_uint64_t deadline_of(const struct timespec *length)
{
    return length ? now_us() + length->tv_sec * 1000000ull +
                        (length->tv_nsec + 999) / 1000
                  : FOR_EVER;
}

/* files, count, milliseconds (negative: for ever) */
long call_poll(const long *a)
{
    return wait_for((struct pollfd *)a[0], a[1],
                    (int)a[2] < 0 ? FOR_EVER : now_us() + (int)a[2] * 1000ull);
}

/* files, count, length or 0, signal mask or 0 */
long call_ppoll(const long *a)
{
    const struct timespec *length = (const struct timespec *)a[2];

    if (length && (length->tv_sec < 0 || length->tv_nsec < 0 ||
                   length->tv_nsec >= 1000000000))
        return -EINVAL;
    return wait_for((struct pollfd *)a[0], a[1], deadline_of(length));
}

/* The sets of select() as a list for poll(). */
static long list_sets(long count, fd_set *const set[3], struct pollfd *list)
{
    static const short events[3] = {POLLIN, POLLOUT, POLLPRI};
    long listed = 0;

    for (long fd = 0; fd < count; fd++) {
        struct pollfd entry = {.fd = fd};
        for (int i = 0; i < 3; i++)
            if (set[i] && FD_ISSET(fd, set[i]))
                entry.events |= events[i];
        if (entry.events)
            list[listed++] = entry;
    }
    return listed;
}

/* And back: how many bits are set. */
static long fill_sets(const struct pollfd *list, long listed,
                      fd_set *const set[3])
{
    static const short events[3] = {POLLIN | POLLHUP | POLLERR,
                                    POLLOUT | POLLERR, POLLPRI};
    long bits = 0;

    for (int i = 0; i < 3; i++) {
        if (!set[i])
            continue;
        for (long k = 0; k < listed; k++) {
            if (!FD_ISSET(list[k].fd, set[i]))
                continue;
            if (list[k].revents & events[i])
                bits++;
            else
                FD_CLR(list[k].fd, set[i]);
        }
    }
    return bits;
}

static long wait_for_sets(long count, fd_set *const set[3],
                          l4_uint64_t deadline)
{
    struct pollfd list[FD_SETSIZE < 256 ? FD_SETSIZE : 256];
    long listed, result;

    if (count < 0)
        return -EINVAL;
    if (count > (long)(sizeof list / sizeof *list))
        count = sizeof list / sizeof *list; /* there are no more files */
    listed = list_sets(count, set, list);
    for (long i = 0; i < listed; i++) {
        struct file *file = file_take(list[i].fd);
        if (!file)
            return -EBADF;
        file_drop(file);
    }
    result = wait_for(list, listed, deadline);
    return result < 0 ? result : fill_sets(list, listed, set);
}

/* count, three sets, length (struct timeval) or 0 */
long call_select(const long *a)
{
    fd_set *const set[3] = {(fd_set *)a[1], (fd_set *)a[2], (fd_set *)a[3]};
    const struct timeval *length = (const struct timeval *)a[4];
    struct timespec exact;

    if (length)
        exact = (struct timespec){length->tv_sec, length->tv_usec * 1000};
    return wait_for_sets(a[0], set, deadline_of(length ? &exact : 0));
}

/* count, three sets, length (struct timespec) or 0, mask */
long call_pselect(const long *a)
{
    fd_set *const set[3] = {(fd_set *)a[1], (fd_set *)a[2], (fd_set *)a[3]};

    return wait_for_sets(a[0], set, deadline_of((const struct timespec *)a[4]));
}
