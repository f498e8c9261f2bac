/*
 * virtio-mmio: the registers every virtio device has, and its queues.
 *
 * Register interface version 2 (QEMU's virtio-mmio with force-legacy=off):
 * 32-bit registers from 0x000, the device's own configuration from 0x100.
 * A device model brings a struct hw_virtio_kind and takes buffers from the
 * queues; a slot without a kind is an empty one (device ID 0).
 *
 * Source: Virtual I/O Device (VIRTIO) 1.1, sections 2.6 and 4.2; what it leaves
 * open is as QEMU 7.2 does it.
 */
#ifndef HW_VIRTIO_H
#define HW_VIRTIO_H

#include "ram.h"
#include <stdbool.h>

enum {
    HW_VIRTIO_SIZE = 0x200, /* bytes of registers a slot takes */
    HW_VIRTIO_QUEUES = 2,
    HW_VIRTIO_QUEUE_MAX = 1024, /* entries */
};

#define HW_VIRTIO_F_INDIRECT  (1ull << 28)
#define HW_VIRTIO_F_EVENT_IDX (1ull << 29)
#define HW_VIRTIO_F_VERSION_1 (1ull << 32)
/* What every device here can do. */
#define HW_VIRTIO_F_COMMON                                                     \
    (HW_VIRTIO_F_INDIRECT | HW_VIRTIO_F_EVENT_IDX | HW_VIRTIO_F_VERSION_1)

enum { HW_VIRTIO_ISR_QUEUE = 1, HW_VIRTIO_ISR_CONFIG = 2 };
enum {
    HW_VIRTIO_NET = 1,
    HW_VIRTIO_BLOCK = 2,
    HW_VIRTIO_CONSOLE = 3,
    HW_VIRTIO_GPU = 16,
    HW_VIRTIO_INPUT = 18,
};

/* What a device model brings; constant while it is plugged in. */
struct hw_virtio_kind {
    uint32_t id;
    uint64_t features;
    unsigned queues, queue_size; /* their size until the driver sets it */
    const void *config;          /* bytes from 0x100 on */
    unsigned config_size;
    /* The driver writes there, within config_size; NULL: read only. */
    void (*configure)(void *device, uint64_t offset, unsigned size,
                      uint64_t value);
    void (*notify)(void *device, unsigned queue);
    void (*reset)(void *device); /* forget what is under way */
    void *device;
};

struct hw_virtio_queue {
    bool ready;
    uint32_t asked, num; /* QUEUE_NUM as written; entries in use */
    uint32_t desc[2], avail[2], used[2]; /* as written, low and high */
    uint64_t desc_at, avail_at, used_at; /* in force; 0: none */
    uint16_t next_avail, next_used;
    uint16_t told;      /* next_used as of the last interrupt */
    bool told_is_valid; /* since reset */
};

struct hw_virtio {
    const struct hw_ram *ram;
    const struct hw_virtio_kind *kind; /* NULL: an empty slot */
    void (*irq)(void *data, bool raised);
    void *data;
    uint32_t status, isr, generation, queue_sel;
    uint32_t features_sel, driver_sel, asked[2];
    uint64_t features; /* negotiated */
    bool broken;       /* by the driver; until reset */
    struct hw_virtio_queue queue[HW_VIRTIO_QUEUES];
};

/* One buffer of the driver's: pieces of RAM, first those to read. */
struct hw_virtio_chain {
    uint16_t head;
    unsigned outs, ins; /* pieces to read; then pieces to write */
    struct hw_virtio_piece {
        unsigned char *at;
        uint32_t size;
    } piece[HW_VIRTIO_QUEUE_MAX];
};

void hw_virtio_init(struct hw_virtio *v, const struct hw_ram *ram,
                    void (*irq)(void *data, bool raised), void *data);
/* Puts a device into an empty slot. */
void hw_virtio_plug(struct hw_virtio *v, const struct hw_virtio_kind *kind);
uint64_t hw_virtio_read(struct hw_virtio *v, uint64_t offset, unsigned size);
void hw_virtio_write(struct hw_virtio *v, uint64_t offset, unsigned size,
                     uint64_t value);

/* --- for device models -------------------------------------------------- */

/* Does the driver run, so that the device may use its queues? */
bool hw_virtio_is_live(const struct hw_virtio *v);
/* Takes the next buffer the driver offers. False: there is none, or it is
 * nonsense, then the device needs a reset. */
bool hw_virtio_pop(struct hw_virtio *v, unsigned queue,
                   struct hw_virtio_chain *ret_chain);
/* Would hw_virtio_pop() find one? */
bool hw_virtio_has_buffer(const struct hw_virtio *v, unsigned queue);
/* Gives a buffer back with `written` bytes in it; interrupts if wanted. */
void hw_virtio_push(struct hw_virtio *v, unsigned queue, uint16_t head,
                    uint32_t written);
/* The driver broke the rules: nothing works until it resets the device. */
void hw_virtio_break(struct hw_virtio *v);
/* The configuration is another one: a driver that runs is told. */
void hw_virtio_config_changed(struct hw_virtio *v);
/* Sets bits of the interrupt status: HW_VIRTIO_ISR_QUEUE, ..._CONFIG. */
void hw_virtio_raise(struct hw_virtio *v, uint32_t isr);
/* Bytes to read, to write, in all. */
uint64_t hw_virtio_out_size(const struct hw_virtio_chain *c);
uint64_t hw_virtio_in_size(const struct hw_virtio_chain *c);
/* Copies between a chain (from byte `offset` on) and memory; the number of
 * bytes there were. */
uint64_t hw_virtio_out(const struct hw_virtio_chain *c, uint64_t offset,
                       void *to, uint64_t size);
uint64_t hw_virtio_in(const struct hw_virtio_chain *c, uint64_t offset,
                      const void *from, uint64_t size);
/* Asserts the invariants (virtio.c): NULL, or what does not hold. */
const char *hw_virtio_check(const struct hw_virtio *v);

#endif
