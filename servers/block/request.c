/*
 * Requests: checked, queued, done by the disk, answered (see block.h).
 *
 * Each port has a queue; the ports take turns at the disk, so a port full of
 * requests makes another's wait for one turn, not for all of them.
 */
#include "block.h"
#include <l4/sys/irq.h>

void queue_init(struct request_queue *q)
{
    *q = (struct request_queue){NULL, &q->first};
}

static void queue_add(struct request_queue *q, struct request *r)
{
    r->next = NULL;
    *q->last = r;
    q->last = &r->next;
}

static struct request *queue_take(struct request_queue *q)
{
    struct request *r = q->first;
    if (!r)
        return NULL;
    q->first = r->next;
    if (!q->first)
        q->last = &q->first;
    return r;
}

struct request *request_new(struct client *c)
{
    for (unsigned i = 0; i < SESSION_REQUESTS; i++) {
        struct request *r = &c->request[i];
        if (r->state != FREE)
            continue;
        *r = (struct request){.client = c};
        return r;
    }
    return NULL;
}

/* Keeps I3. */
long request_check(const struct request *r)
{
    const struct client *c = r->client;
    const struct port *p = c->port;
    l4_umword_t bytes = r->count * BLOCK_SECTOR;
    if (r->what == BLOCK_FLUSH)
        return 0;
    if (r->what != BLOCK_READ && r->what != BLOCK_WRITE)
        return -L4_EINVAL;
    if (!r->count || r->count > SECTORS_MAX)
        return -L4_EINVAL;
    if (r->sector > p->count || r->count > p->count - r->sector)
        return -L4_ERANGE;
    if (r->offset % 4 || r->offset > c->size || bytes > c->size - r->offset)
        return -L4_ERANGE;
    return r->what == BLOCK_WRITE && p->read_only ? -L4_EPERM : 0;
}

void request_begin(struct request *r)
{
    r->sector += r->client->port->first;
    r->state = QUEUED;
    r->client->queued++;
    queue_add(&r->client->port->queue, r);
    requests_start();
}

/* --- ends ------------------------------------------------------------- */

static void signal_client(const struct client *c)
{
    if (l4_is_valid_cap(c->signal))
        l4_irq_trigger(c->signal);
}

size_t requests_tell(struct client *c, l4_umword_t *ended, size_t max)
{
    size_t n = 0;
    while (n + 2 <= max / sizeof *ended && c->ended.first) {
        struct request *r = queue_take(&c->ended);
        ended[n++] = r->id;
        ended[n++] = (l4_umword_t)r->result;
        r->state = FREE;
    }
    return n * sizeof *ended;
}

static void tell_waiter(struct client *c)
{
    l4_umword_t ended[BLOCK_NEXT_ENDED_MAX / sizeof(l4_umword_t)];
    size_t size = requests_tell(c, ended, sizeof ended);
    c->is_waited_for = false;
    c->port->callers--;
    block_next_answer(&block.server, c->waiter, 0, ended, size);
}

/* Keeps I1: an ended request of nobody is free, one to be told waits. */
static void request_end(struct request *r, long result)
{
    struct client *c = r->client;
    BLOCK_POINT();
    r->result = result;
    r->state = FREE;
    if (r->has_caller) {
        c->port->callers--;
        block_transfer_answer(&block.server, r->caller, result);
    } else if (!c->has_closed) {
        r->state = ENDED;
        queue_add(&c->ended, r);
        if (c->is_waited_for)
            tell_waiter(c);
        else
            signal_client(c);
    }
    BLOCK_POINT();
    if (c->has_closed && !c->under_way)
        client_free(c);
}

void requests_end(void)
{
    struct request *r;
    long result;
    while ((r = virtio_block_ended(&block.disk, &result))) {
        r->client->under_way--;
        block.under_way--;
        request_end(r, result);
    }
}

/* --- the disk --------------------------------------------------------- */

/* Of the next port that has one; NULL: none has. */
static struct request *next_queued(void)
{
    for (unsigned i = 0; i < block.ports; i++) {
        struct port *p = &block.port[(block.turn + i) % block.ports];
        if (!p->queue.first)
            continue;
        block.turn = (block.turn + i + 1) % block.ports;
        return queue_take(&p->queue);
    }
    return NULL;
}

static bool disk_is_full(void)
{
    for (unsigned i = 0; i < BLOCK_REQUESTS; i++)
        if (!block.disk.tag[i])
            return false;
    return true;
}

/* Keeps I4. */
static void disk_listen(void)
{
    if (block.listens || !block.under_way)
        return;
    block.listens = true;
    l4_irq_unmask(block.disk.v.device.irq);
}

void requests_start(void)
{
    struct request *r;
    while (!disk_is_full() && (r = next_queued())) {
        struct client *c = r->client;
        bool has_data = r->what != BLOCK_FLUSH;
        c->queued--;
        BLOCK_POINT();
        if (!has_data && !block.disk.has_flush) {
            request_end(r, 0); /* all that is written is on the disk */
            continue;
        }
        r->state = UNDER_WAY;
        c->under_way++;
        block.under_way++;
        virtio_block_begin(
            &block.disk, r->what, has_data ? r->sector : 0, c->bus + r->offset,
            has_data ? (l4_uint32_t)r->count * BLOCK_SECTOR : 0, r);
        BLOCK_POINT();
    }
    disk_listen();
}

void requests_drop(struct client *c)
{
    struct request_queue kept;
    struct request *r;
    queue_init(&kept);
    while ((r = queue_take(&c->port->queue))) {
        if (r->client != c) {
            queue_add(&kept, r);
            continue;
        }
        c->port->callers -= r->has_caller;
        if (r->has_caller)
            block_transfer_answer(&block.server, r->caller, -L4_EIO);
        c->queued--;
        r->state = FREE;
    }
    queue_init(&c->port->queue);
    while ((r = queue_take(&kept)))
        queue_add(&c->port->queue, r);
}
