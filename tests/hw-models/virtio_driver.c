/*
 * A driver of virtio devices for tests (see virtio_driver.h).
 */
#include "virtio_driver.h"
#include <criterion/criterion.h>

enum { RAM_SIZE = 1 << 20, QUEUE_STEP = 4096, FREE = 64 << 10 };

struct hw_ram ram;
struct hw_clock clock_;
struct hw_virtio slot;
bool irq;
unsigned rises;

static void on_irq(void *data, bool raised)
{
    (void)data;
    rises += raised && !irq;
    irq = raised;
}

void driver_init(void)
{
    cr_assert_eq(hw_ram_init(&ram, RAM_BASE, RAM_SIZE), 0);
    hw_clock_init(&clock_);
    hw_virtio_init(&slot, &ram, on_irq, NULL);
}

uint32_t get(uint64_t offset)
{
    return (uint32_t)hw_virtio_read(&slot, offset, 4);
}

void put(uint64_t offset, uint32_t value)
{
    hw_virtio_write(&slot, offset, 4, value);
    cr_assert_null(hw_virtio_check(&slot), "%s", hw_virtio_check(&slot));
}

uint64_t pa_of(const void *p)
{
    return (uint64_t)((const unsigned char *)p - ram.window) + RAM_BASE;
}

void *ram_at(uint64_t offset)
{
    return ram.window + FREE + offset;
}

struct d_queue *queue_at(unsigned queue)
{
    return (struct d_queue *)(ram.window + (size_t)queue * QUEUE_STEP);
}

static void put64(uint64_t offset, uint64_t value)
{
    put(offset, (uint32_t)value);
    put(offset + 4, (uint32_t)(value >> 32));
}

void queue_set_up(unsigned queue)
{
    struct d_queue *q = queue_at(queue);

    put(QUEUE_SEL, queue);
    put(QUEUE_NUM, NUM);
    put64(QUEUE_DESC, pa_of(q->desc));
    put64(QUEUE_AVAIL, pa_of(&q->avail_flags));
    put64(QUEUE_USED, pa_of(&q->used_flags));
    put(QUEUE_READY, 1);
}

void driver_start(uint64_t features, unsigned queues)
{
    put(STATUS, 0);
    put(STATUS, 1);
    put(STATUS, 3);
    put(DRIVER_FEATURES_SEL, 0);
    put(DRIVER_FEATURES, (uint32_t)features);
    put(DRIVER_FEATURES_SEL, 1);
    put(DRIVER_FEATURES, (uint32_t)(features >> 32));
    put(STATUS, 11);
    for (unsigned i = 0; i < queues; i++)
        queue_set_up(i);
    put(STATUS, DRIVER_OK);
}

void describe(unsigned queue, unsigned i, const void *p, uint32_t size,
              uint16_t flags, uint16_t next)
{
    queue_at(queue)->desc[i] = (struct d_desc){pa_of(p), size, flags, next};
}

void offer(unsigned queue, uint16_t head)
{
    struct d_queue *q = queue_at(queue);

    q->avail[q->avail_idx++ % NUM] = head;
    put(QUEUE_NOTIFY, queue);
}

void settle(void)
{
    while (hw_clock_next(&clock_) != HW_NEVER)
        hw_clock_advance(&clock_, hw_clock_next(&clock_));
    cr_assert_null(hw_virtio_check(&slot), "%s", hw_virtio_check(&slot));
}
