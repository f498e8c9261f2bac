/*
 * Pipes: 4 KiB in between, and those who wait for more or for room.
 *
 *      writing end --write--> [ ring of bytes ] --read--> reading end
 *                  \                                    /
 *                   +--> waiting callers, oldest first +
 *
 * A caller who cannot be served is kept (L4RE_LATER) and answered when the
 * other side has done something. A write of what a message holds is not torn.
 * An end closes when nobody holds its capability any more.
 *
 * I1  whoever waits could not be served now
 * I2  `waiting` of a budget counts its callers that wait
 */
#include "pipe.h"
#include "file-server.h"
#include <stdlib.h>
#include <string.h>

enum { SIZE = 4096 };

struct pipe_end {
    struct l4re_session session;
    struct pipe *pipe;
    bool is_open;
    unsigned flags; /* FILES_READ or FILES_WRITE, FILES_NONBLOCK */
    struct l4re_watchers watchers; /* of notify() */
};

enum wish { TO_READ, TO_WRITE, TO_KNOW };

struct waiter {
    struct waiter *next;
    struct pipe_end *end;
    struct l4re_caller caller;
    enum wish wish;
    l4_umword_t events;
    size_t size;
    char data[FILE_WRITE_DATA_MAX];
};

struct pipe {
    struct pipe_end reading, writing;
    struct tree *tree; /* who pays */
    struct waiter *waiters;
    size_t first, count; /* in the ring */
    char ring[SIZE];
};

static struct pipe_end *end_of(struct l4re_session *session)
{
    return (struct pipe_end *)session;
}

/* ---- The ring ---- */

static size_t ring_take(struct pipe *p, char *to, size_t size)
{
    size = size < p->count ? size : p->count;
    for (size_t i = 0; i < size; i++)
        to[i] = p->ring[(p->first + i) % SIZE];
    p->first = (p->first + size) % SIZE;
    p->count -= size;
    return size;
}

static void ring_put(struct pipe *p, const char *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        p->ring[(p->first + p->count + i) % SIZE] = from[i];
    p->count += size;
}

/* What was taken last, and reached nobody, is the next again. */
static void ring_untake(struct pipe *p, size_t size)
{
    p->first = (p->first + SIZE - size) % SIZE;
    p->count += size;
}

/* ---- What is possible now ---- */

static unsigned ready(const struct pipe_end *e)
{
    const struct pipe *p = e->pipe;
    unsigned now = 0;
    if (e->flags & FILES_READ && (p->count || !p->writing.is_open))
        now |= FILES_CAN_READ;
    if (e->flags & FILES_WRITE &&
        (SIZE - p->count >= FILE_WRITE_DATA_MAX || !p->reading.is_open))
        now |= FILES_CAN_WRITE;
    if (!p->reading.is_open || !p->writing.is_open)
        now |= FILES_HUNG_UP;
    return now;
}

static bool can_serve(const struct pipe_end *e, enum wish wish, size_t size,
                      l4_umword_t events)
{
    const struct pipe *p = e->pipe;
    switch (wish) {
    case TO_READ:
        return p->count || !p->writing.is_open || !size;
    case TO_WRITE:
        return SIZE - p->count >= size || !p->reading.is_open;
    default:
        return !events || ready(e) & (events | FILES_HUNG_UP);
    }
}

/* ---- Callers who wait ---- */

static bool is_before(const struct pipe *p, enum wish wish)
{
    for (const struct waiter *w = p->waiters; w; w = w->next)
        if (w->wish == wish && wish != TO_KNOW)
            return true;
    return false;
}

/* Keeps the caller. L4RE_LATER, or why not. */
static long keep(struct pipe_end *e, enum wish wish, const void *data,
                 size_t size, l4_umword_t events)
{
    unsigned *waiting = &e->pipe->tree->budget[TREE_WAITING];
    if (e->flags & FILES_NONBLOCK && wish != TO_KNOW)
        return -L4_EAGAIN;
    if (*waiting >= TREE_WAITING_MAX)
        return -L4_EBUSY;
    struct waiter *w = calloc(1, sizeof *w);
    if (!w)
        return -L4_ENOMEM;
    long error = l4re_session_later(&e->session, &w->caller);
    if (error < 0) {
        free(w);
        return error;
    }
    w->end = e;
    w->wish = wish;
    w->events = events;
    w->size = size;
    if (data)
        memcpy(w->data, data, size);
    struct waiter **last = &e->pipe->waiters;
    while (*last)
        last = &(*last)->next;
    *last = w;
    ++*waiting; /* keeps I2 */
    return L4RE_LATER;
}

static void waiter_take_out(struct pipe *p, struct waiter *w)
{
    struct waiter **at = &p->waiters;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    p->tree->budget[TREE_WAITING]--;
}

static void serve_reader(struct pipe *p, struct waiter *w)
{
    char data[FILE_READ_DATA_MAX];
    size_t got = ring_take(p, data, w->size);
    if (file_read_answer(w->end->session.server, w->caller, 0, data, got) < 0)
        ring_untake(p, got); /* it is gone */
}

static void serve_writer(struct pipe *p, struct waiter *w)
{
    struct l4re_server *server = w->end->session.server;
    if (!p->reading.is_open) {
        file_write_answer(server, w->caller, -FILES_EPIPE, 0);
        return;
    }
    ring_put(p, w->data, w->size);
    file_write_answer(server, w->caller, 0, w->size);
}

static void serve(struct pipe *p, struct waiter *w)
{
    waiter_take_out(p, w);
    if (w->wish == TO_READ)
        serve_reader(p, w);
    else if (w->wish == TO_WRITE)
        serve_writer(p, w);
    else
        file_wait_answer(w->end->session.server, w->caller, 0, ready(w->end));
    free(w);
}

/* The oldest that can be served; a writer passes no other one. */
static struct waiter *next_to_serve(struct pipe *p)
{
    bool writer_waits = false;
    for (struct waiter *w = p->waiters; w; w = w->next) {
        bool is_writer = w->wish == TO_WRITE;
        if (can_serve(w->end, w->wish, w->size, w->events) &&
            !(is_writer && writer_waits))
            return w;
        writer_waits = writer_waits || is_writer;
    }
    return NULL;
}

/* After a change: serves whom it can (I1), tells the others. */
static void serve_all(struct pipe *p)
{
    struct waiter *w;
    while ((w = next_to_serve(p)))
        serve(p, w);
    l4re_watchers_tell(&p->reading.watchers);
    l4re_watchers_tell(&p->writing.watchers);
}

/* ---- The methods ---- */

static long on_read(struct l4re_session *session, l4_umword_t at,
                    l4_umword_t size, void *ret_data, size_t *ret_data_size)
{
    struct pipe_end *e = end_of(session);
    size_t room = *ret_data_size;
    if (!(e->flags & FILES_READ))
        return -L4_EPERM;
    if (at != FILES_HERE)
        return -FILES_ESPIPE;
    room = size < room ? (size_t)size : room;
    if (is_before(e->pipe, TO_READ) || !can_serve(e, TO_READ, room, 0))
        return keep(e, TO_READ, NULL, room, 0);
    *ret_data_size = ring_take(e->pipe, ret_data, room);
    serve_all(e->pipe);
    return 0;
}

static long on_write(struct l4re_session *session, l4_umword_t at,
                     const void *data, size_t data_size,
                     l4_umword_t *ret_written)
{
    struct pipe_end *e = end_of(session);
    struct pipe *p = e->pipe;
    if (!(e->flags & FILES_WRITE) ||
        !(l4re_session_rights(session) & L4_CAP_FPAGE_W))
        return -L4_EPERM;
    if (at != FILES_HERE)
        return -FILES_ESPIPE;
    if (!p->reading.is_open)
        return -FILES_EPIPE;
    if (is_before(p, TO_WRITE) || !can_serve(e, TO_WRITE, data_size, 0))
        return keep(e, TO_WRITE, data, data_size, 0);
    ring_put(p, data, data_size);
    *ret_written = data_size;
    serve_all(p);
    return 0;
}

static long on_wait(struct l4re_session *session, l4_umword_t events,
                    l4_umword_t *ret_ready)
{
    struct pipe_end *e = end_of(session);
    if (!can_serve(e, TO_KNOW, 0, events))
        return keep(e, TO_KNOW, NULL, 0, events);
    *ret_ready = ready(e);
    return 0;
}

static long on_notify(struct l4re_session *session, l4_cap_idx_t irq)
{
    return l4re_watchers_add(&end_of(session)->watchers, session, irq);
}

static long on_share(struct l4re_session *session, l4_umword_t *ret_buffer,
                     l4_umword_t *ret_size, l4_cap_idx_t *ret_memory)
{
    (void)session, (void)ret_buffer, (void)ret_size, (void)ret_memory;
    return -FILES_ESPIPE;
}

static long on_seek(struct l4re_session *session, long offset,
                    l4_umword_t whence, l4_umword_t *ret_at)
{
    (void)session, (void)offset, (void)whence, (void)ret_at;
    return -FILES_ESPIPE;
}

static long on_stat(struct l4re_session *session, void *ret_status,
                    size_t *ret_status_size)
{
    const struct pipe_end *e = end_of(session);
    const struct files_status status = {
        .mode = FILES_KIND_PIPE | 0600,
        .links = 1,
        .size = e->pipe->count,
        .block_size = SIZE,
    };
    memcpy(ret_status, &status, sizeof status);
    *ret_status_size = sizeof status;
    return 0;
}

static long on_flags(struct l4re_session *session, l4_umword_t mask,
                     l4_umword_t value, l4_umword_t *ret_flags)
{
    struct pipe_end *e = end_of(session);
    unsigned may = (unsigned)mask & FILES_NONBLOCK;
    e->flags = (e->flags & ~may) | ((unsigned)value & may);
    *ret_flags = e->flags;
    return 0;
}

static const struct file_methods methods = {
    .read = on_read,
    .write = on_write,
    .share = on_share,
    .seek = on_seek,
    .stat = on_stat,
    .flags = on_flags,
    .wait = on_wait,
    .notify = on_notify,
};

/* ---- Open and closed ---- */

static void pipe_free(struct pipe *p)
{
    p->tree->budget[TREE_PIPES]--;
    tree_drop(p->tree);
    free(p);
}

static void end_closed(struct l4re_session *session)
{
    struct pipe_end *e = end_of(session);
    struct pipe *p = e->pipe;
    struct waiter *next;
    e->is_open = false;
    l4re_watchers_clear(&e->watchers);
    for (struct waiter *w = p->waiters; w; w = next) {
        next = w->next;
        if (w->end != e)
            continue;
        waiter_take_out(p, w);
        file_wait_answer(session->server, w->caller, -L4_EIO, 0);
        free(w); /* who waited is gone, too */
    }
    serve_all(p);
    if (!p->reading.is_open && !p->writing.is_open)
        pipe_free(p);
}

static const struct l4re_service end_service = {
    .interface = &file_interface,
    .methods = &methods,
    .closed = end_closed,
};

static long end_open(struct client *client, struct pipe *p, struct pipe_end *e,
                     unsigned flags)
{
    long error =
        l4re_session_open(&client->session, &e->session, &end_service, NULL);
    e->pipe = p;
    e->flags = flags;
    e->is_open = error >= 0;
    return error;
}

long pipe_open(struct client *client, l4_cap_idx_t *ret_reading,
               l4_cap_idx_t *ret_writing)
{
    struct tree *t = client->tree;
    if (t->budget[TREE_PIPES] >= TREE_PIPES_MAX)
        return -FILES_EMFILE;
    struct pipe *p = calloc(1, sizeof *p);
    if (!p)
        return -L4_ENOMEM;
    long error = end_open(client, p, &p->reading, FILES_READ);
    if (error >= 0 &&
        (error = end_open(client, p, &p->writing, FILES_WRITE)) < 0)
        l4re_session_close(&p->reading.session);
    if (error < 0) {
        free(p);
        return error;
    }
    p->tree = t;
    tree_share(t);
    t->budget[TREE_PIPES]++;
    *ret_reading = p->reading.session.gate;
    *ret_writing = p->writing.session.gate;
    return 0;
}
