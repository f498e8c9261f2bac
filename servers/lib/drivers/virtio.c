/*
 * virtio-mmio and split queues, from the driver's side (see virtio.h).
 *
 * The rings lie in memory that both sides write: the driver fills a
 * descriptor, then the ring's entry, then its index, with a barrier in
 * between; it reads the other index first, then the entry.
 *
 * I1  a descriptor is on the free list or part of one buffer on its way.
 *
 * Source: VIRTIO 1.1, sections 2.6, 3.1 and 4.2.
 */
#include "virtio.h"
#include <l4/sys/err.h>
#include <l4/vitrine/mmio.h>
#include <string.h>

enum {
    MAGIC = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC = 0x080,
    QUEUE_AVAIL = 0x090,
    QUEUE_USED = 0x0a0,
    CONFIG = 0x100,
};
enum { MAGIC_VIRT = 0x74726976, MODERN = 2 };
enum {
    ACKNOWLEDGE = 1,
    DRIVER = 2,
    DRIVER_OK = 4,
    FEATURES_OK = 8,
    NEEDS_RESET = 64,
};
enum { DESC_NEXT = 1, DESC_WRITE = 2 };

struct virtq_desc {
    l4_uint64_t bus;
    l4_uint32_t size;
    l4_uint16_t flags, next;
};

struct virtq_avail {
    l4_uint16_t flags, idx, ring[VIRTQ_MAX];
};

struct virtq_used {
    l4_uint16_t flags, idx;
    struct {
        l4_uint32_t head, written;
    } ring[VIRTQ_MAX];
};

static l4_uint32_t get(const struct virtio *v, unsigned offset)
{
    return mmio_read32(v->device.registers + offset);
}

static void put(const struct virtio *v, unsigned offset, l4_uint32_t value)
{
    mmio_write32(v->device.registers + offset, value);
}

/* Reads of it follow all writes before, and the other way round. */
static void put64(const struct virtio *v, unsigned offset, l4_uint64_t value)
{
    put(v, offset, (l4_uint32_t)value);
    put(v, offset + 4, (l4_uint32_t)(value >> 32));
}

/* --- the device ------------------------------------------------------------
 */

/* Is the n-th device with this ID in this slot? Counts *n down. */
static bool slot_has(const struct l4_vitrine_device *slot, enum virtio_id id,
                     unsigned *n)
{
    l4_addr_t r;
    if (device_map(slot, &r))
        return false;
    bool ours = mmio_read32(r + MAGIC) == MAGIC_VIRT &&
                mmio_read32(r + VERSION) == MODERN &&
                mmio_read32(r + DEVICE_ID) == id;
    device_unmap(slot, r);
    return ours && (*n)-- == 0;
}

static long slot_find(enum virtio_id id, unsigned n,
                      struct l4_vitrine_device *ret_slot)
{
    for (unsigned i = 0; !device_find("virtio,mmio", i, ret_slot); i++)
        if (slot_has(ret_slot, id, &n))
            return 0;
    return -L4_ENODEV;
}

static long settle_features(struct virtio *v, l4_uint64_t wanted)
{
    l4_uint64_t offered;
    put(v, DEVICE_FEATURES_SEL, 0);
    offered = get(v, DEVICE_FEATURES);
    put(v, DEVICE_FEATURES_SEL, 1);
    offered |= (l4_uint64_t)get(v, DEVICE_FEATURES) << 32;
    if (!(offered & VIRTIO_F_VERSION_1))
        return -L4_ENODEV;
    v->features = offered & (wanted | VIRTIO_F_VERSION_1);
    put(v, DRIVER_FEATURES_SEL, 0);
    put(v, DRIVER_FEATURES, (l4_uint32_t)v->features);
    put(v, DRIVER_FEATURES_SEL, 1);
    put(v, DRIVER_FEATURES, (l4_uint32_t)(v->features >> 32));
    put(v, STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    return get(v, STATUS) & FEATURES_OK ? 0 : -L4_ENODEV;
}

long virtio_reset(struct virtio *v, l4_uint64_t wanted)
{
    put(v, STATUS, 0);
    put(v, STATUS, ACKNOWLEDGE);
    put(v, STATUS, ACKNOWLEDGE | DRIVER);
    return settle_features(v, wanted);
}

long virtio_open(struct virtio *v, enum virtio_id id, unsigned n,
                 l4_uint64_t wanted, l4_cap_idx_t thread, l4_umword_t label,
                 const char **ret_what)
{
    struct l4_vitrine_device slot;
    *ret_what = "device";
    long error = slot_find(id, n, &slot);
    if (error)
        return error;
    device_level(&slot);
    error = device_open(&v->device, &slot, thread, label, ret_what);
    if (error)
        return error;
    *ret_what = "features";
    return virtio_reset(v, wanted);
}

void virtio_start(struct virtio *v)
{
    put(v, STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}

unsigned virtio_interrupt(struct virtio *v)
{
    unsigned reasons = get(v, INTERRUPT_STATUS);
    put(v, INTERRUPT_ACK, reasons);
    return reasons;
}

bool virtio_is_broken(const struct virtio *v)
{
    return get(v, STATUS) & NEEDS_RESET;
}

l4_uint8_t virtio_config8(const struct virtio *v, unsigned offset)
{
    return mmio_read8(v->device.registers + CONFIG + offset);
}

l4_uint32_t virtio_config32(const struct virtio *v, unsigned offset)
{
    return get(v, CONFIG + offset);
}

void virtio_config_write8(const struct virtio *v, unsigned offset,
                          l4_uint8_t value)
{
    mmio_write8(v->device.registers + CONFIG + offset, value);
}

/* --- a queue ------------------------------------------------------------- */

enum { AVAIL_AT = VIRTQ_MAX * sizeof(struct virtq_desc), USED_AT = 2048 };

long virtq_init(struct virtq *q, struct virtio *v, unsigned index, unsigned num)
{
    *q = (struct virtq){.v = v, .index = index, .num = num};
    put(v, QUEUE_SEL, index);
    if (num > VIRTQ_MAX || get(v, QUEUE_NUM_MAX) < num)
        return -L4_ENODEV;
    long error = device_memory(L4_PAGESIZE, &q->memory);
    if (error)
        return error;
    q->desc = q->memory.at;
    q->avail = (void *)((char *)q->memory.at + AVAIL_AT);
    q->used = (void *)((char *)q->memory.at + USED_AT);
    virtq_reset(q);
    return 0;
}

void virtq_reset(struct virtq *q)
{
    memset(q->memory.at, 0, L4_PAGESIZE);
    for (unsigned i = 0; i < q->num; i++)
        q->desc[i].next = (l4_uint16_t)(i + 1);
    q->free = 0;
    q->free_count = q->num;
    q->next_avail = q->next_used = 0;
    put(q->v, QUEUE_SEL, q->index);
    put(q->v, QUEUE_NUM, q->num);
    put64(q->v, QUEUE_DESC, q->memory.bus);
    put64(q->v, QUEUE_AVAIL, q->memory.bus + AVAIL_AT);
    put64(q->v, QUEUE_USED, q->memory.bus + USED_AT);
    put(q->v, QUEUE_READY, 1);
}

/* Keeps I1. */
int virtq_add(struct virtq *q, const struct virtq_piece *p, unsigned outs,
              unsigned ins)
{
    unsigned count = outs + ins, head = q->free, last = head;
    if (!count || count > q->free_count)
        return -1;
    for (unsigned i = 0; i < count; i++) {
        volatile struct virtq_desc *d = &q->desc[q->free];
        last = q->free;
        d->bus = p[i].bus;
        d->size = p[i].size;
        d->flags = DESC_NEXT | (i < outs ? 0 : DESC_WRITE);
        q->free = d->next;
    }
    q->desc[last].flags &= (l4_uint16_t)~DESC_NEXT;
    q->free_count -= count;
    q->avail->ring[q->next_avail % q->num] = (l4_uint16_t)head;
    l4_mb();
    q->avail->idx = ++q->next_avail;
    return (int)head;
}

void virtq_kick(const struct virtq *q)
{
    l4_mb();
    put(q->v, QUEUE_NOTIFY, q->index);
}

/* The chain that begins at `head` is free again. */
static void chain_free(struct virtq *q, unsigned head)
{
    unsigned last = head, count = 1;
    while (q->desc[last].flags & DESC_NEXT && count < q->num) {
        last = q->desc[last].next;
        count++;
    }
    q->desc[last].next = (l4_uint16_t)q->free;
    q->free = head;
    q->free_count += count;
}

int virtq_take(struct virtq *q, l4_uint32_t *ret_written)
{
    if (q->used->idx == q->next_used)
        return -1;
    l4_mb();
    unsigned at = q->next_used++ % q->num;
    unsigned head = q->used->ring[at].head;
    *ret_written = q->used->ring[at].written;
    if (head >= q->num)
        return -1; /* nonsense from the device */
    chain_free(q, head);
    return (int)head;
}
