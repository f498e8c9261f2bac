/*
 * Sessions of the disk: opened with memory, closed when nobody has them
 * (see block.h).
 *
 * The memory is never touched here, only by the disk: a client that takes it
 * away harms itself. Its capability is not called, either: whether it is a
 * dataspace, and where it lies, the DMA space says.
 */
#include "block.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <stdlib.h>

static struct client *client_of(struct l4re_session *s)
{
    return (struct client *)s;
}

static long info_of(const struct port *p, l4_umword_t *ret_sectors,
                    l4_umword_t *ret_sector_size, l4_umword_t *ret_flags,
                    l4_umword_t *ret_requests)
{
    *ret_sectors = p->count;
    *ret_sector_size = BLOCK_SECTOR;
    *ret_flags = p->read_only;
    *ret_requests = SESSION_REQUESTS;
    return 0;
}

/* --- a session -------------------------------------------------------- */

static long on_info(struct l4re_session *s, l4_umword_t *ret_sectors,
                    l4_umword_t *ret_sector_size, l4_umword_t *ret_flags,
                    l4_umword_t *ret_requests)
{
    return info_of(client_of(s)->port, ret_sectors, ret_sector_size, ret_flags,
                   ret_requests);
}

/* A free request, filled in, for *ret_request. 0, or why it cannot be. */
static long prepare(struct client *c, l4_umword_t operation, l4_umword_t sector,
                    l4_umword_t count, l4_umword_t offset,
                    struct request **ret_request)
{
    struct request *r = request_new(c);
    if (!r)
        return -L4_EBUSY;
    r->what = (enum block_request)operation;
    r->sector = sector;
    r->count = count;
    r->offset = offset;
    if (operation > BLOCK_FLUSH)
        return -L4_EINVAL; /* before it is cut to an int */
    *ret_request = r;
    return request_check(r);
}

/* A caller who is kept waiting. */
static long keep_caller(struct client *c, struct l4re_caller *ret_caller)
{
    if (c->port->callers == PORT_CALLERS)
        return -L4_EBUSY;
    long error = l4re_session_later(&c->session, ret_caller);
    if (!error)
        c->port->callers++;
    return error;
}

static long on_transfer(struct l4re_session *s, l4_umword_t operation,
                        l4_umword_t sector, l4_umword_t count,
                        l4_umword_t offset)
{
    struct client *c = client_of(s);
    struct request *r;
    BLOCK_POINT();
    long error = prepare(c, operation, sector, count, offset, &r);
    if (!error)
        error = keep_caller(c, &r->caller);
    if (error)
        return error;
    r->has_caller = true;
    request_begin(r);
    return L4RE_LATER;
}

static long on_submit(struct l4re_session *s, l4_umword_t id,
                      l4_umword_t operation, l4_umword_t sector,
                      l4_umword_t count, l4_umword_t offset)
{
    struct request *r;
    BLOCK_POINT();
    long error = prepare(client_of(s), operation, sector, count, offset, &r);
    if (error)
        return error;
    r->id = id;
    request_begin(r);
    return 0;
}

static long on_next(struct l4re_session *s, l4_umword_t wait, void *ret_ended,
                    size_t *ret_ended_size)
{
    struct client *c = client_of(s);
    if (c->is_waited_for)
        return -L4_EBUSY;
    BLOCK_POINT();
    *ret_ended_size = requests_tell(c, ret_ended, *ret_ended_size);
    if (*ret_ended_size || !wait)
        return 0;
    long error = keep_caller(c, &c->waiter);
    c->is_waited_for = !error;
    return error ? error : L4RE_LATER;
}

static void on_closed(struct l4re_session *s)
{
    struct client *c = client_of(s);
    c->has_closed = true;
    c->port->sessions--;
    requests_drop(c);
    if (c->is_waited_for) {
        c->is_waited_for = false;
        c->port->callers--;
        block_next_answer(&block.server, c->waiter, -L4_EIO, NULL, 0);
    }
    if (!c->under_way)
        client_free(c);
}

static const struct block_methods session_methods = {
    .info = on_info,
    .transfer = on_transfer,
    .submit = on_submit,
    .next = on_next,
};
static const struct l4re_service session_service = {
    .interface = &block_interface,
    .methods = &session_methods,
    .closed = on_closed,
};

/* --- opening and closing ---------------------------------------------- */

static void give_caps_back(struct client *c)
{
    if (l4_is_valid_cap(c->memory))
        l4re_util_cap_free_um(c->memory);
    if (l4_is_valid_cap(c->signal))
        l4re_util_cap_free_um(c->signal);
}

void client_free(struct client *c)
{
    device_unshare(c->bus, c->size);
    give_caps_back(c);
    free(c);
}

/* The capabilities that came stay. */
static long keep_caps(struct client *c, l4_cap_idx_t memory,
                      l4_cap_idx_t signal)
{
    long error = l4re_session_keep_cap(&c->port->session, memory);
    if (error)
        return error;
    c->memory = memory;
    if (l4_is_valid_cap(signal))
        error = l4re_session_keep_cap(&c->port->session, signal);
    if (!error)
        c->signal = signal;
    return error;
}

static long client_open(struct client *c, l4_cap_idx_t memory,
                        l4_cap_idx_t signal)
{
    struct port *p = c->port;
    long error = keep_caps(c, memory, signal);
    if (!error)
        error = device_share(c->memory, c->size, &c->bus);
    if (error)
        return error;
    error = l4re_session_open(&p->session, &c->session, &session_service, NULL);
    if (error < 0)
        device_unshare(c->bus, c->size);
    return error;
}

static long port_open(struct l4re_session *s, l4_umword_t size,
                      l4_cap_idx_t memory, l4_cap_idx_t signal,
                      l4_cap_idx_t *ret_session)
{
    struct port *p = (struct port *)s;
    if (p->sessions == PORT_SESSIONS)
        return -L4_EBUSY;
    struct client *c = calloc(1, sizeof *c);
    if (!c)
        return -L4_ENOMEM;
    BLOCK_POINT();
    c->port = p;
    c->size = size;
    c->memory = c->signal = L4_INVALID_CAP;
    queue_init(&c->ended);
    long error = client_open(c, memory, signal);
    if (error < 0) {
        give_caps_back(c);
        free(c);
        return error;
    }
    p->sessions++;
    *ret_session = c->session.gate;
    BLOCK_POINT();
    return 0;
}

static long port_info(struct l4re_session *s, l4_umword_t *ret_sectors,
                      l4_umword_t *ret_sector_size, l4_umword_t *ret_flags,
                      l4_umword_t *ret_requests)
{
    BLOCK_POINT();
    return info_of((struct port *)s, ret_sectors, ret_sector_size, ret_flags,
                   ret_requests);
}

long port_publish(struct port *p)
{
    static const struct block_methods methods = {
        .info = port_info,
        .open = port_open,
    };
    static const struct l4re_service service = {
        .interface = &block_interface,
        .methods = &methods,
    };
    return l4re_server_publish(&block.server, &p->session, &service,
                               l4re_env_get_cap(p->name));
}
