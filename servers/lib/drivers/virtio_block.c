/*
 * Disks (see virtio_block.h).
 *
 *   a request:  {type, 0, sector} | data | status
 *
 * Source: VIRTIO 1.1, section 5.2.
 */
#include "virtio_block.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>

enum { QUEUE_SIZE = 8, IRQ_LABEL = 0x80 };
enum { CONFIG_CAPACITY = 0 };
enum { STATUS_OK = 0, STATUS_UNSUPPORTED = 2, STATUS_NONE = 0xff };

#define F_READ_ONLY (1ull << 5)
#define F_FLUSH     (1ull << 9)

struct block_head {
    l4_uint32_t type, reserved;
    l4_uint64_t sector;
    l4_uint8_t status;
};

enum { HEADER_SIZE = 16 };

long virtio_block_open(struct virtio_block *b, unsigned n, l4_cap_idx_t thread,
                       const char **ret_what)
{
    long error = virtio_open(&b->v, VIRTIO_BLOCK, n, F_READ_ONLY | F_FLUSH,
                             thread, IRQ_LABEL, ret_what);
    if (error)
        return error;
    *ret_what = "queue";
    error = virtq_init(&b->q, &b->v, 0, QUEUE_SIZE);
    if (!error)
        error = device_memory(sizeof(struct block_head), &b->head);
    if (error)
        return error;
    b->sectors = virtio_config32(&b->v, CONFIG_CAPACITY) |
                 (l4_uint64_t)virtio_config32(&b->v, CONFIG_CAPACITY + 4) << 32;
    b->read_only = b->v.features & F_READ_ONLY;
    b->interrupts = 0;
    virtio_start(&b->v);
    return 0;
}

static long wait_for_end(struct virtio_block *b)
{
    l4_uint32_t written;
    while (virtq_take(&b->q, &written) < 0) {
        device_wait(&b->v.device, L4_IPC_NEVER);
        virtio_interrupt(&b->v);
        b->interrupts++;
        if (virtio_is_broken(&b->v))
            return -L4_EBUSY;
    }
    return 0;
}

long virtio_block_do(struct virtio_block *b, enum block_request what,
                     l4_uint64_t sector, l4_uint64_t bus, l4_uint32_t bytes)
{
    struct block_head *h = b->head.at;
    *h = (struct block_head){
        .type = what, .sector = sector, .status = STATUS_NONE};
    struct virtq_piece p[3] = {{b->head.bus, HEADER_SIZE}, {bus, bytes}};
    unsigned n = bytes ? 2 : 1;
    unsigned outs = what == BLOCK_WRITE ? n : 1;
    p[n] = (struct virtq_piece){b->head.bus + HEADER_SIZE, 1};
    if (virtq_add(&b->q, p, outs, n + 1 - outs) < 0)
        return -L4_EBUSY;
    virtq_kick(&b->q);
    long error = wait_for_end(b);
    if (error)
        return error;
    switch (*(volatile l4_uint8_t *)&h->status) {
    case STATUS_OK:
        return 0;
    case STATUS_UNSUPPORTED:
        return -L4_ENOSYS;
    default:
        return -L4_EIO;
    }
}
