/*
 * Part 2: a virtio disk with interrupts (see block.h).
 *
 * The rings are memory that the device writes, too: they are volatile, and
 * between filling them and telling the device belongs l4_mb().
 */
#include "block.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/vitrine/mmio.h>

enum { STATUS_NONE = 0xff, HEADER_SIZE = 16 };

static void put(struct block *b, unsigned offset, l4_uint32_t value)
{
    mmio_write32(b->device.registers + offset, value);
}

static void put_address(struct block *b, unsigned offset,
                        const volatile void *p)
{
    l4_uint64_t address = block_bus(b, p);
    put(b, offset, (l4_uint32_t)address);
    put(b, offset + 4, (l4_uint32_t)(address >> 32));
}

void block_start(struct block *b)
{
    unsigned status = 0;
    put(b, BLOCK_STATUS, 0);
    put(b, BLOCK_STATUS, status |= BLOCK_ACKNOWLEDGE);
    put(b, BLOCK_STATUS, status |= BLOCK_DRIVER);
    put(b, BLOCK_DRIVER_FEATURES_SEL, 0);
    put(b, BLOCK_DRIVER_FEATURES, 0);
    put(b, BLOCK_DRIVER_FEATURES_SEL, 1);
    put(b, BLOCK_DRIVER_FEATURES, BLOCK_VERSION_1);
    put(b, BLOCK_STATUS, status |= BLOCK_FEATURES_OK);
    put(b, BLOCK_QUEUE_SEL, 0);
    put(b, BLOCK_QUEUE_NUM, BLOCK_NUM);
    put_address(b, BLOCK_QUEUE_DESC, b->rings->desc);
    put_address(b, BLOCK_QUEUE_AVAIL, &b->rings->avail);
    put_address(b, BLOCK_QUEUE_USED, &b->rings->used);
    put(b, BLOCK_QUEUE_READY, 1);
    put(b, BLOCK_STATUS, status | BLOCK_DRIVER_OK);
}

static void describe(struct block *b, unsigned i, const volatile void *p,
                     l4_uint32_t size, unsigned flags)
{
    b->rings->desc[i].address = block_bus(b, p);
    b->rings->desc[i].size = size;
    b->rings->desc[i].flags = (l4_uint16_t)flags;
    b->rings->desc[i].next = (l4_uint16_t)(i + 1);
}

long block_do(struct block *b, unsigned type, l4_uint64_t sector)
{
    volatile struct block_rings *r = b->rings;
    r->header.type = type;
    r->header.sector = sector;
    r->status = STATUS_NONE;
    describe(b, 0, &r->header, HEADER_SIZE, BLOCK_NEXT);
    describe(b, 1, r->data, BLOCK_SECTOR,
             BLOCK_NEXT | (type == BLOCK_READ ? BLOCK_WRITE_ONLY : 0));
    describe(b, 2, &r->status, 1, BLOCK_WRITE_ONLY);
    r->avail.ring[r->avail.idx % BLOCK_NUM] = 0;
    l4_mb();
    r->avail.idx++;
    l4_mb();
    put(b, BLOCK_QUEUE_NOTIFY, 0);
    /* Waited for and acknowledged even if the request is done by now: a line
     * that is never quiet does not rise again. */
    do {
        device_wait(&b->device, L4_IPC_NEVER);
        put(b, BLOCK_INTERRUPT_ACK,
            mmio_read32(b->device.registers + BLOCK_INTERRUPT_STATUS));
    } while (r->used.idx != r->avail.idx);
    return r->status == BLOCK_OK ? 0 : -L4_EIO;
}
