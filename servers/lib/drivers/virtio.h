/*
 * virtio devices behind virtio-mmio (version 2), from the driver's side.
 *
 *   virtio_open()   finds the device, resets it, settles features
 *   virtq_init()    gives it a queue
 *   virtio_start()  from now on it works
 *
 *   virtq_add() .. virtq_kick() .. interrupt .. virtio_interrupt() ..
 *   virtq_take()
 */
#ifndef DRIVERS_VIRTIO_H
#define DRIVERS_VIRTIO_H

#include "device.h"

enum virtio_id {
    VIRTIO_NET = 1,
    VIRTIO_BLOCK = 2,
    VIRTIO_CONSOLE = 3,
    VIRTIO_GPU = 16,
    VIRTIO_INPUT = 18,
};

#define VIRTIO_F_VERSION_1 (1ull << 32)

struct virtio {
    struct device device;
    l4_uint64_t features; /* settled */
};

struct virtq_desc;
struct virtq_avail;
struct virtq_used;

enum { VIRTQ_MAX = 64 };

struct virtq {
    struct virtio *v;
    unsigned index, num;
    struct device_memory memory;
    volatile struct virtq_desc *desc;
    volatile struct virtq_avail *avail;
    volatile struct virtq_used *used;
    unsigned free, free_count; /* list of descriptors by `next` */
    l4_uint16_t next_avail, next_used;
};

/* One piece of a buffer. */
struct virtq_piece {
    l4_uint64_t bus;
    l4_uint32_t size;
};

/*
 * The n-th device with this ID. Of its features those in `wanted` are taken;
 * VERSION_1 must be among what it offers. 0, -L4_ENODEV: there is none, or an
 * error with what it was about in *ret_what.
 */
long virtio_open(struct virtio *v, enum virtio_id id, unsigned n,
                 l4_uint64_t wanted, l4_cap_idx_t thread, l4_umword_t label,
                 const char **ret_what);
/* Makes the device forget all it was given, and settles features again; its
 * queues are to be reset, too, and it is to be started. */
long virtio_reset(struct virtio *v, l4_uint64_t wanted);
/* Queue `index` with num entries (a power of two, at most VIRTQ_MAX).
 * 0, -L4_ENODEV: the device has none of that number or size, -L4_ENOMEM. */
long virtq_init(struct virtq *q, struct virtio *v, unsigned index,
                unsigned num);
/* After virtio_reset(): the queue is empty again. */
void virtq_reset(struct virtq *q);
void virtio_start(struct virtio *v);
/* Looks at the interrupt's reasons and acknowledges them: 1 buffers used, 2
 * configuration changed. */
unsigned virtio_interrupt(struct virtio *v);
/* Does the device say that it needs a reset? */
bool virtio_is_broken(const struct virtio *v);
/* The device's own configuration. */
l4_uint8_t virtio_config8(const struct virtio *v, unsigned offset);
l4_uint32_t virtio_config32(const struct virtio *v, unsigned offset);
void virtio_config_write8(const struct virtio *v, unsigned offset,
                          l4_uint8_t value);

/* Offers a buffer: pieces to read, then pieces to write. Its number, or -1:
 * no descriptors are left. */
int virtq_add(struct virtq *q, const struct virtq_piece *p, unsigned outs,
              unsigned ins);
/* Tells the device that there is something new. */
void virtq_kick(const struct virtq *q);
/* A buffer the device is done with: its number and the bytes written; -1:
 * there is none. */
int virtq_take(struct virtq *q, l4_uint32_t *ret_written);

#endif
