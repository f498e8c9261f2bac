/*
 * A driver of virtio devices for tests: one instance, rings at fixed places
 * in RAM, everything by hand so that a test can do it wrong.
 */
#ifndef VIRTIO_DRIVER_H
#define VIRTIO_DRIVER_H

#include "clock.h"
#include "virtio.h"

enum {
    MAGIC = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    VENDOR_ID = 0x00c,
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
    CONFIG_GENERATION = 0x0fc,
    CONFIG = 0x100,
};
enum { DRIVER_OK = 15, NEEDS_RESET = 64 }; /* 15: with all bits before it */
enum { D_NEXT = 1, D_WRITE = 2, D_INDIRECT = 4 };
enum { NUM = 8 }; /* entries of a queue */
#define RAM_BASE 0x80000000ull

struct d_desc {
    uint64_t address;
    uint32_t size;
    uint16_t flags, next;
};

/* A queue as it lies in RAM. */
struct d_queue {
    struct d_desc desc[NUM];
    uint16_t avail_flags, avail_idx, avail[NUM], used_event;
    uint16_t padding;
    uint16_t used_flags, used_idx;
    struct {
        uint32_t id, size;
    } used[NUM];
    uint16_t avail_event;
};

extern struct hw_ram ram;
extern struct hw_clock clock_;
extern struct hw_virtio slot;
extern bool irq;       /* the line */
extern unsigned rises; /* how often it went up */

void driver_init(void); /* RAM, clock, an empty slot */
uint32_t get(uint64_t offset);
void put(uint64_t offset, uint32_t value);
uint64_t pa_of(const void *p);
/* RAM for tests, zeroed by driver_init(). */
void *ram_at(uint64_t offset);
struct d_queue *queue_at(unsigned queue);
/* From reset to DRIVER_OK with these features. */
void driver_start(uint64_t features, unsigned queues);
void queue_set_up(unsigned queue);
/* Descriptor i: size bytes at p. */
void describe(unsigned queue, unsigned i, const void *p, uint32_t size,
              uint16_t flags, uint16_t next);
/* Offers the chain that begins at descriptor `head`, and notifies. */
void offer(unsigned queue, uint16_t head);
/* Time passes until nothing is under way. */
void settle(void);

#endif
