/*
 * Disks: a virtio block device, one request at a time.
 */
#ifndef DRIVERS_VIRTIO_BLOCK_H
#define DRIVERS_VIRTIO_BLOCK_H

#include "virtio.h"

enum { BLOCK_SECTOR = 512 };
enum block_request { BLOCK_READ = 0, BLOCK_WRITE = 1, BLOCK_FLUSH = 4 };

struct virtio_block {
    struct virtio v;
    struct virtq q;
    struct device_memory head; /* header and status of the request */
    l4_uint64_t sectors;
    bool read_only;
    unsigned interrupts;
};

/* The n-th disk; `thread` receives its interrupts. 0, -L4_ENODEV, or an error
 * with what failed in *ret_what. */
long virtio_block_open(struct virtio_block *b, unsigned n, l4_cap_idx_t thread,
                       const char **ret_what);
/*
 * Does one request and waits for its end; data: `bytes` of memory at `bus`.
 * 0, -L4_EIO: the device refuses (a sector it does not have, a write to a
 * read-only disk), -L4_ENOSYS: it does not know the request, -L4_EBUSY: it is
 * broken and wants a reset.
 */
long virtio_block_do(struct virtio_block *b, enum block_request what,
                     l4_uint64_t sector, l4_uint64_t bus, l4_uint32_t bytes);

#endif
