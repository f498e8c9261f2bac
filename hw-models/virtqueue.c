/*
 * Split virtqueues, from the device's side.
 *
 *   driver -> desc[num]   {address, size, flags, next}, chained
 *             avail       {flags, idx, head of a chain [num], used_event}
 *   device -> used        {flags, idx, {head, written} [num], avail_event}
 *
 * Indices count up for ever, modulo 2^16; an entry is at its index modulo
 * num. The driver is not trusted: a chain that leaves RAM, loops, or has a
 * piece to read behind one to write breaks the device (hw_virtio_break).
 *
 * Invariants:
 * V1  never more than num buffers lie between next_avail and avail.idx.
 * V2  every piece of a chain lies in RAM.
 *
 * Source: VIRTIO 1.1, section 2.6.
 */
#include "virtio.h"
#include <string.h>

enum { DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4 };
enum { AVAIL_NO_INTERRUPT = 1 };
enum { RING_HEAD = 4, AVAIL_ENTRY = 2, USED_ENTRY = 8 };

struct descriptor {
    uint64_t address;
    uint32_t size;
    uint16_t flags, next;
};

/* Two bytes of a ring; the other side may write them meanwhile. */
static uint16_t ring16(const struct hw_virtio *v, uint64_t pa)
{
    const uint16_t *at = hw_ram_at(v->ram, pa & ~1ull, sizeof(*at));

    return at ? __atomic_load_n(at, __ATOMIC_ACQUIRE) : 0;
}

static void ring16_write(struct hw_virtio *v, uint64_t pa, uint16_t value)
{
    uint16_t *at = hw_ram_at(v->ram, pa & ~1ull, sizeof(*at));

    if (at)
        __atomic_store_n(at, value, __ATOMIC_SEQ_CST);
}

static uint16_t avail_idx(const struct hw_virtio *v,
                          const struct hw_virtio_queue *q)
{
    return ring16(v, q->avail_at + 2);
}

static uint64_t used_event_at(const struct hw_virtio_queue *q)
{
    return q->avail_at + RING_HEAD + (uint64_t)AVAIL_ENTRY * q->num;
}

static uint64_t avail_event_at(const struct hw_virtio_queue *q)
{
    return q->used_at + RING_HEAD + (uint64_t)USED_ENTRY * q->num;
}

/* A table of descriptors: the queue's own, or one of its buffers. */
struct table {
    uint64_t at;
    uint32_t count;
};

static bool descriptor_read(const struct hw_virtio *v, const struct table *t,
                            uint32_t i, struct descriptor *ret_d)
{
    const void *at =
        i < t->count ? hw_ram_at(v->ram, t->at + (uint64_t)i * sizeof(*ret_d),
                                 sizeof(*ret_d))
                     : NULL;

    if (at)
        memcpy(ret_d, at, sizeof(*ret_d));
    return at;
}

/* Keeps V2. */
static bool piece_add(const struct hw_virtio *v, const struct descriptor *d,
                      struct hw_virtio_chain *c)
{
    unsigned n = c->outs + c->ins;
    void *at = hw_ram_at(v->ram, d->address, d->size);

    if (!at || !d->size || n == HW_VIRTIO_QUEUE_MAX)
        return false;
    if (!(d->flags & DESC_WRITE) && c->ins)
        return false; /* to be read, behind what is to be written */
    c->piece[n] = (struct hw_virtio_piece){at, d->size};
    if (d->flags & DESC_WRITE)
        c->ins++;
    else
        c->outs++;
    return true;
}

/* The table that a descriptor stands for, in place of *t. */
static bool table_enter(const struct hw_virtio *v, const struct descriptor *d,
                        struct table *t)
{
    if (!(v->features & HW_VIRTIO_F_INDIRECT) ||
        d->size % sizeof(struct descriptor) || !d->size)
        return false;
    *t = (struct table){d->address, d->size / sizeof(struct descriptor)};
    return true;
}

static bool chain_walk(const struct hw_virtio *v, struct table t, uint32_t i,
                       struct hw_virtio_chain *c)
{
    struct descriptor d;

    if (!descriptor_read(v, &t, i, &d))
        return false;
    if (d.flags & DESC_INDIRECT) {
        if (!table_enter(v, &d, &t) || !descriptor_read(v, &t, 0, &d))
            return false;
    }
    for (uint32_t steps = 1;; steps++) {
        if ((d.flags & DESC_INDIRECT) || !piece_add(v, &d, c))
            return false;
        if (!(d.flags & DESC_NEXT))
            return true;
        if (steps >= t.count || !descriptor_read(v, &t, d.next, &d))
            return false; /* a loop, or out of the table */
    }
}

bool hw_virtio_has_buffer(const struct hw_virtio *v, unsigned queue)
{
    const struct hw_virtio_queue *q = &v->queue[queue];

    return q->avail_at && !v->broken && avail_idx(v, q) != q->next_avail;
}

bool hw_virtio_pop(struct hw_virtio *v, unsigned queue,
                   struct hw_virtio_chain *ret_chain)
{
    struct hw_virtio_queue *q = &v->queue[queue];
    struct table t = {q->desc_at, q->num};
    uint16_t offered;

    if (!hw_virtio_has_buffer(v, queue))
        return false;
    offered = avail_idx(v, q) - q->next_avail;
    ret_chain->head =
        ring16(v, q->avail_at + RING_HEAD +
                      (uint64_t)AVAIL_ENTRY * (q->next_avail % q->num));
    ret_chain->outs = ret_chain->ins = 0;
    if (offered > q->num || !chain_walk(v, t, ret_chain->head, ret_chain)) {
        hw_virtio_break(v); /* keeps V1 */
        return false;
    }
    q->next_avail++;
    if (v->features & HW_VIRTIO_F_EVENT_IDX)
        ring16_write(v, avail_event_at(q), q->next_avail);
    return true;
}

/* Does the driver want to hear of what was used since it was last told? */
static bool wants_interrupt(const struct hw_virtio *v,
                            struct hw_virtio_queue *q)
{
    bool was_valid = q->told_is_valid;
    uint16_t old = q->told, event;

    if (!(v->features & HW_VIRTIO_F_EVENT_IDX))
        return !(ring16(v, q->avail_at) & AVAIL_NO_INTERRUPT);
    event = ring16(v, used_event_at(q));
    q->told = q->next_used;
    q->told_is_valid = true;
    return !was_valid || (uint16_t)(q->next_used - event - 1) <
                             (uint16_t)(q->next_used - old);
}

void hw_virtio_push(struct hw_virtio *v, unsigned queue, uint16_t head,
                    uint32_t written)
{
    struct hw_virtio_queue *q = &v->queue[queue];
    uint32_t entry[2] = {head, written};
    uint64_t at =
        q->used_at + RING_HEAD + (uint64_t)USED_ENTRY * (q->next_used % q->num);
    void *to = hw_ram_at(v->ram, at, sizeof(entry));

    if (v->broken || !to)
        return;
    memcpy(to, entry, sizeof(entry));
    q->next_used++;
    ring16_write(v, q->used_at + 2, q->next_used);
    if (wants_interrupt(v, q))
        hw_virtio_raise(v, HW_VIRTIO_ISR_QUEUE);
}

/* --- bytes of a chain ------------------------------------------------------
 */

static uint64_t pieces_size(const struct hw_virtio_piece *p, unsigned count)
{
    uint64_t size = 0;

    for (unsigned i = 0; i < count; i++)
        size += p[i].size;
    return size;
}

uint64_t hw_virtio_out_size(const struct hw_virtio_chain *c)
{
    return pieces_size(c->piece, c->outs);
}

uint64_t hw_virtio_in_size(const struct hw_virtio_chain *c)
{
    return pieces_size(c->piece + c->outs, c->ins);
}

/* Copies from `offset` of the pieces on: out of them (`to`) or into them. */
static uint64_t pieces_copy(const struct hw_virtio_piece *p, unsigned count,
                            uint64_t offset, char *to, const char *from,
                            uint64_t size)
{
    uint64_t done = 0;

    for (unsigned i = 0; i < count && done < size; i++) {
        uint64_t n = p[i].size;

        if (offset >= n) {
            offset -= n;
            continue;
        }
        n -= offset;
        if (n > size - done)
            n = size - done;
        if (to)
            memcpy(to + done, p[i].at + offset, n);
        else
            memcpy(p[i].at + offset, from + done, n);
        done += n;
        offset = 0;
    }
    return done;
}

uint64_t hw_virtio_out(const struct hw_virtio_chain *c, uint64_t offset,
                       void *to, uint64_t size)
{
    return pieces_copy(c->piece, c->outs, offset, to, NULL, size);
}

uint64_t hw_virtio_in(const struct hw_virtio_chain *c, uint64_t offset,
                      const void *from, uint64_t size)
{
    return pieces_copy(c->piece + c->outs, c->ins, offset, NULL, from, size);
}
