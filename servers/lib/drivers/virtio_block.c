/*
 * Disks (see virtio_block.h).
 *
 *   a request:  {type, 0, sector} | data | status
 *
 * I1  a slot whose tag is not NULL is the device's.
 *
 * Source: VIRTIO 1.1, section 5.2.
 */
#include "virtio_block.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stddef.h>

enum { QUEUE_SIZE = 64, PIECES = 3, IRQ_LABEL = 0x80 };
_Static_assert(BLOCK_REQUESTS *PIECES <= QUEUE_SIZE, "room for all");
enum { CONFIG_CAPACITY = 0 };
enum { STATUS_OK = 0, STATUS_UNSUPPORTED = 2, STATUS_NONE = 0xff };

#define F_READ_ONLY (1ull << 5)
#define F_FLUSH     (1ull << 9)

struct block_head {
    l4_uint32_t type, reserved;
    l4_uint64_t sector;
    l4_uint8_t status;
    l4_uint8_t unused[7];
};

enum { HEADER_SIZE = 16 };

long virtio_block_open(struct virtio_block *b, unsigned n, l4_cap_idx_t thread,
                       const char **ret_what)
{
    *b = (struct virtio_block){0};
    long error = virtio_open(&b->v, VIRTIO_BLOCK, n, F_READ_ONLY | F_FLUSH,
                             thread, IRQ_LABEL, ret_what);
    if (error)
        return error;
    *ret_what = "queue";
    error = virtq_init(&b->q, &b->v, 0, QUEUE_SIZE);
    if (!error)
        error = device_memory(BLOCK_REQUESTS * sizeof(struct block_head),
                              &b->heads);
    if (error)
        return error;
    b->sectors = virtio_config32(&b->v, CONFIG_CAPACITY) |
                 (l4_uint64_t)virtio_config32(&b->v, CONFIG_CAPACITY + 4) << 32;
    b->read_only = b->v.features & F_READ_ONLY;
    b->has_flush = b->v.features & F_FLUSH;
    virtio_start(&b->v);
    return 0;
}

static struct block_head *head_at(struct virtio_block *b, unsigned slot)
{
    return (struct block_head *)b->heads.at + slot;
}

/* Keeps I1. */
long virtio_block_begin(struct virtio_block *b, enum block_request what,
                        l4_uint64_t sector, l4_uint64_t bus, l4_uint32_t bytes,
                        void *tag)
{
    unsigned slot = 0;
    while (slot < BLOCK_REQUESTS && b->tag[slot])
        slot++;
    if (slot == BLOCK_REQUESTS)
        return -L4_EBUSY;
    l4_uint64_t head = b->heads.bus + slot * sizeof(struct block_head);
    *head_at(b, slot) = (struct block_head){
        .type = what, .sector = sector, .status = STATUS_NONE};
    struct virtq_piece p[PIECES] = {{head, HEADER_SIZE}, {bus, bytes}};
    unsigned n = bytes ? 2 : 1;
    unsigned outs = what == BLOCK_WRITE ? n : 1;
    p[n] = (struct virtq_piece){head + HEADER_SIZE, 1};
    int descriptor = virtq_add(&b->q, p, outs, n + 1 - outs);
    if (descriptor < 0)
        return -L4_EBUSY;
    b->tag[slot] = tag;
    b->slot_of[descriptor] = (unsigned char)slot;
    virtq_kick(&b->q);
    return 0;
}

static long result_of(l4_uint8_t status)
{
    switch (status) {
    case STATUS_OK:
        return 0;
    case STATUS_UNSUPPORTED:
        return -L4_ENOSYS;
    default:
        return -L4_EIO;
    }
}

void *virtio_block_ended(struct virtio_block *b, long *ret_result)
{
    l4_uint32_t written;
    int descriptor = virtq_take(&b->q, &written);
    if (descriptor < 0)
        return NULL;
    unsigned slot = b->slot_of[descriptor];
    void *tag = b->tag[slot];
    *ret_result = result_of(*(volatile l4_uint8_t *)&head_at(b, slot)->status);
    b->tag[slot] = NULL;
    return tag;
}

long virtio_block_do(struct virtio_block *b, enum block_request what,
                     l4_uint64_t sector, l4_uint64_t bus, l4_uint32_t bytes)
{
    long result = virtio_block_begin(b, what, sector, bus, bytes, b);
    if (result)
        return result;
    while (!virtio_block_ended(b, &result)) {
        device_wait(&b->v.device, L4_IPC_NEVER);
        virtio_interrupt(&b->v);
        b->interrupts++;
        if (virtio_is_broken(&b->v))
            return -L4_EBUSY;
    }
    return result;
}
