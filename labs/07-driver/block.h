/*
 * Part 2: a virtio disk. You write block.c.
 *
 *      struct block_rings   in memory that you and the device share
 *
 *      desc[]   {address, size, flags, next}: pieces of memory, chained
 *      avail    you: which chains are new          (idx counts up for ever)
 *      used     the device: which are done         (idx counts up for ever)
 *
 * A request is a chain of three: a header the device reads, a sector it reads
 * or writes, a status byte it writes. Addresses are the device's: what
 * block_bus() says.
 *
 * Registers are 32 bits wide: mmio_read32(), mmio_write32().
 * Source: Virtual I/O Device (VIRTIO) 1.1, sections 2.6, 4.2.2 and 5.2.
 */
#ifndef BLOCK_H
#define BLOCK_H

#include "device.h"

/* Registers. */
enum {
    BLOCK_DRIVER_FEATURES = 0x020,
    BLOCK_DRIVER_FEATURES_SEL = 0x024, /* 0: bits 0-31, 1: bits 32-63 */
    BLOCK_QUEUE_SEL = 0x030,
    BLOCK_QUEUE_NUM = 0x038,
    BLOCK_QUEUE_READY = 0x044,
    BLOCK_QUEUE_NOTIFY = 0x050, /* write the queue's number */
    BLOCK_INTERRUPT_STATUS = 0x060,
    BLOCK_INTERRUPT_ACK = 0x064, /* the bits that you have seen */
    BLOCK_STATUS = 0x070,
    BLOCK_QUEUE_DESC = 0x080, /* addresses: low word, + 4: high word */
    BLOCK_QUEUE_AVAIL = 0x090,
    BLOCK_QUEUE_USED = 0x0a0,
};
/* STATUS, set one after the other; 0 resets the device. */
enum {
    BLOCK_ACKNOWLEDGE = 1,
    BLOCK_DRIVER = 2,
    BLOCK_FEATURES_OK = 8,
    BLOCK_DRIVER_OK = 4,
};
/* The one feature you need: bit 32, that is bit 0 of the upper half. */
enum { BLOCK_VERSION_1 = 1 };

enum { BLOCK_NUM = 4, BLOCK_SECTOR = 512 };
enum { BLOCK_NEXT = 1, BLOCK_WRITE_ONLY = 2 }; /* flags of a descriptor */
enum { BLOCK_READ = 0, BLOCK_WRITE = 1 };      /* type in the header */
enum { BLOCK_OK = 0 };                         /* status; others: an error */

struct block_rings {
    struct {
        l4_uint64_t address;
        l4_uint32_t size;
        l4_uint16_t flags, next;
    } desc[BLOCK_NUM];
    struct {
        l4_uint16_t flags, idx, ring[BLOCK_NUM]; /* ring: first descriptors */
    } avail;
    struct {
        l4_uint16_t flags, idx;
        struct {
            l4_uint32_t head, written;
        } ring[BLOCK_NUM];
    } used __attribute__((aligned(4)));

    /* The request. */
    struct {
        l4_uint32_t type, reserved;
        l4_uint64_t sector;
    } header;
    l4_uint8_t status;
    l4_uint64_t data[BLOCK_SECTOR / 8];
};

struct block {
    struct device device;
    struct device_memory memory;
    volatile struct block_rings *rings; /* memory.at */
};

/* Where the device finds a piece of the rings. */
static inline l4_uint64_t block_bus(const struct block *b,
                                    const volatile void *p)
{
    return b->memory.bus + (l4_uint64_t)((const volatile char *)p -
                                         (const volatile char *)b->memory.at);
}

/* Yours. From whatever state the device is in to one that takes requests;
 * rings are zero. */
void block_start(struct block *b);
/* Yours. Reads or writes (BLOCK_READ, BLOCK_WRITE) one sector from or to
 * rings->data, asleep until it is done. 0, or -L4_EIO: the device refuses. */
long block_do(struct block *b, unsigned type, l4_uint64_t sector);

/* The driver's protocol: MR0 what, MR1 sector; WRITE: 8 words from MR2 on,
 * which the driver repeats through the sector; READ: the answer has the
 * sector's first 8 words. The answer's label: 0 or an L4 error. */
enum { DISK_PROTOCOL = 0x702, DISK_WORDS = 8 };

#endif
