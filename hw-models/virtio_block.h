/*
 * virtio block device over an image in memory (a mapped file).
 *
 * One request at a time, in the driver's order; each takes its virtual time.
 */
#ifndef HW_VIRTIO_BLOCK_H
#define HW_VIRTIO_BLOCK_H

#include "clock.h"
#include "virtio.h"

enum { HW_SECTOR = 512 };

struct hw_virtio_block {
    struct hw_virtio *slot;
    struct hw_virtio_kind kind;
    struct hw_clock *clock;
    struct hw_event done; /* of the request in `chain` */
    unsigned char *image;
    uint64_t sectors;
    bool read_only;
    unsigned char config[36];
    struct hw_virtio_chain chain;
};

/* What a request costs: a constant, and each sector. */
enum { HW_BLOCK_REQUEST_NS = 50000, HW_BLOCK_SECTOR_NS = 2000 };

/* The image has sectors * HW_SECTOR bytes and stays the caller's. */
void hw_virtio_block_init(struct hw_virtio_block *b, struct hw_virtio *slot,
                          struct hw_clock *clock, unsigned char *image,
                          uint64_t sectors, bool read_only);

#endif
