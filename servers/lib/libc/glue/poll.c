/*
 * poll() and select(): ask each file, sleep until something changed, ask again.
 *
 * A file's kind tells what it could do at once; before the sleep each is made
 * to tell of changes (its `watch`, once), so that nobody asks while nothing
 * happens (ready.c). A file of a server that cannot tell is asked again and
 * again: after 100 us, then less often, at least every 5 ms.
 */
#include "clock.h"
#include "files.h"
#include "ready.h"
#include "signals.h"

#include <l4/sys/kip.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>

#define FIRST_NAP_US 100ul
#define LAST_NAP_US  5000ul

/* A wait for files: until when, and what is left to be done before it. */
struct wait {
    l4_uint64_t deadline; /* as of the KIP's clock, us */
    l4_uint64_t nap;      /* 0: all files tell by themselves */
    int is_watching;      /* have the files been made to? */
};

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

/* Does it tell of changes from now on? */
static int can_tell(struct file *file)
{
    return !file->kind->watch || file->kind->watch(file) >= 0;
}

/* Sleeps once between two rounds of asking. */
static long sleep_once(struct wait *wait, int seen)
{
    l4_uint64_t end = wait->deadline, now = now_us();
    long result;

    if (wait->nap && wait->deadline - now > wait->nap)
        end = now + wait->nap;
    result = ready_wait(seen, end);
    if (wait->nap && wait->nap * 2 < LAST_NAP_US)
        wait->nap *= 2;
    else if (wait->nap)
        wait->nap = LAST_NAP_US;
    return result == -ETIMEDOUT && end < wait->deadline ? 0 : result;
}

long file_await(struct file *file, int events, l4_uint64_t deadline)
{
    struct wait wait = {.deadline = deadline};

    for (;;) {
        int seen = ready_seen();
        long error;
        if (ready(file, events))
            return 0;
        if (!wait.is_watching++) {
            wait.nap = can_tell(file) ? 0 : FIRST_NAP_US;
            continue; /* what changed meanwhile was not told */
        }
        error = sleep_once(&wait, seen);
        if (error)
            return error;
    }
}

static int ask(struct pollfd *entry)
{
    struct file *file = file_take(entry->fd);
    int result = file ? ready(file, entry->events) : POLLNVAL;

    if (file)
        file_drop(file);
    return result;
}

/* One round over all; how many have something to tell. */
static long ask_all(struct pollfd *fds, unsigned long count)
{
    long told = 0;

    for (unsigned long i = 0; i < count; i++) {
        fds[i].revents = fds[i].fd < 0 ? 0 : ask(&fds[i]);
        told += fds[i].revents != 0;
    }
    return told;
}

static void watch_all(const struct pollfd *fds, unsigned long count,
                      struct wait *wait)
{
    wait->is_watching = 1;
    for (unsigned long i = 0; i < count; i++) {
        struct file *file = fds[i].fd < 0 ? 0 : file_take(fds[i].fd);
        if (file && !can_tell(file))
            wait->nap = FIRST_NAP_US;
        if (file)
            file_drop(file);
    }
}

/* Until one is ready, or the clock shows `deadline`. */
static long wait_for(struct pollfd *fds, unsigned long count,
                     l4_uint64_t deadline)
{
    struct wait wait = {.deadline = deadline};

    for (;;) {
        int seen = ready_seen();
        long told = ask_all(fds, count), error;
        if (told || now_us() >= deadline)
            return told;
        if (!wait.is_watching) {
            watch_all(fds, count, &wait);
            continue;
        }
        error = sleep_once(&wait, seen);
        if (error == -EINTR)
            return error;
    }
}

/* The same with another signal mask, if there is one. */
static long wait_with_mask(struct pollfd *fds, unsigned long count,
                           l4_uint64_t deadline, const unsigned long *mask)
{
    struct thread *self = thread_self();
    unsigned long before = self ? self->blocked : 0;
    long result = -EINTR;

    if (!mask || !self)
        return wait_for(fds, count, deadline);
    signal_mask(self, *mask);
    if (!signal_waits(self))
        result = wait_for(fds, count, deadline);
    if (result == -EINTR)
        signal_deliver(self);
    signal_mask(self, before);
    return result;
}

static l4_uint64_t deadline_of(const struct timespec *length)
{
    return length ? now_us() + time_us(length) : READY_FOR_EVER;
}

/* files, count, milliseconds (negative: for ever) */
long call_poll(const long *a)
{
    return wait_for((struct pollfd *)a[0], a[1],
                    (int)a[2] < 0 ? READY_FOR_EVER
                                  : now_us() + (int)a[2] * 1000ull);
}

/* files, count, length or 0, signal mask or 0 */
long call_ppoll(const long *a)
{
    const struct timespec *length = (const struct timespec *)a[2];

    if (length && time_is_bad(length))
        return -EINVAL;
    return wait_with_mask((struct pollfd *)a[0], a[1], deadline_of(length),
                          (const unsigned long *)a[3]);
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
                          const struct timespec *length,
                          const unsigned long *mask)
{
    struct pollfd list[FD_SETSIZE < 256 ? FD_SETSIZE : 256];
    long listed, result;

    if (count < 0 || (length && time_is_bad(length)))
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
    result = wait_with_mask(list, listed, deadline_of(length), mask);
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
    return wait_for_sets(a[0], set, length ? &exact : 0, 0);
}

/* count, three sets, length (struct timespec) or 0, mask and its size or 0 */
long call_pselect(const long *a)
{
    fd_set *const set[3] = {(fd_set *)a[1], (fd_set *)a[2], (fd_set *)a[3]};
    const long *mask = (const long *)a[5];

    return wait_for_sets(a[0], set, (const struct timespec *)a[4],
                         mask ? (const unsigned long *)mask[0] : 0);
}
