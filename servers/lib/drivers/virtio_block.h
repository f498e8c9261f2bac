/*
 * Disks: a virtio block device, several requests at a time.
 *
 *   virtio_block_begin() .. interrupt .. virtio_block_ended() ..
 *   virtio_block_do(): one request, and wait for its end
 */
#ifndef DRIVERS_VIRTIO_BLOCK_H
#define DRIVERS_VIRTIO_BLOCK_H

#include "virtio.h"

enum { BLOCK_SECTOR = 512, BLOCK_REQUESTS = 16 };
enum block_request { BLOCK_READ = 0, BLOCK_WRITE = 1, BLOCK_FLUSH = 4 };

struct virtio_block {
    struct virtio v;
    struct virtq q;
    struct device_memory heads;       /* header and status of each request */
    void *tag[BLOCK_REQUESTS];        /* NULL: that one is free */
    unsigned char slot_of[VIRTQ_MAX]; /* descriptor to request */
    l4_uint64_t sectors;
    bool read_only, has_flush;
    unsigned interrupts;
};

/* The n-th disk; `thread` receives its interrupts. 0, -L4_ENODEV, or an error
 * with what failed in *ret_what. */
long virtio_block_open(struct virtio_block *b, unsigned n, l4_cap_idx_t thread,
                       const char **ret_what);

/* Begins a request; data: `bytes` of memory at `bus`. `tag`, not NULL, comes
 * back at its end. 0, or -L4_EBUSY: BLOCK_REQUESTS are under way. */
long virtio_block_begin(struct virtio_block *b, enum block_request what,
                        l4_uint64_t sector, l4_uint64_t bus, l4_uint32_t bytes,
                        void *tag);
/*
 * The tag of a request that has ended, NULL: there is none. Its result: 0,
 * -L4_EIO: the device refuses (a sector it does not have, a write to a
 * read-only disk), -L4_ENOSYS: it does not know the request.
 */
void *virtio_block_ended(struct virtio_block *b, long *ret_result);

/* Does one request and waits for its end, while no other is under way; result
 * as above, -L4_EBUSY: it is broken and wants a reset. */
long virtio_block_do(struct virtio_block *b, enum block_request what,
                     l4_uint64_t sector, l4_uint64_t bus, l4_uint32_t bytes);

#endif
