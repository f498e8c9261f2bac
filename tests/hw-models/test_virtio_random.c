/*
 * virtio devices against senseless drivers: random registers, rings and
 * descriptors. Whatever a driver does, the model stays inside RAM (the
 * sanitizer build sees to that), keeps its invariants, and works after a
 * reset.
 */
#include "virtio_block.h"
#include "virtio_console.h"
#include "virtio_driver.h"
#include "virtio_net.h"
#include <criterion/criterion.h>
#include <string.h>

enum { SECTORS = 16, ROUNDS = 3000, STEPS = 30, SIZE = 1 << 20 };

static unsigned char image[SECTORS * HW_SECTOR];
static struct hw_virtio_block block;
static struct hw_virtio_net net;
static struct hw_virtio_console console;
static uint64_t state;

static unsigned below(unsigned n)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)((state >> 33) % n);
}

/* An address at which things go wrong, or right. */
static uint64_t address(void)
{
    static const uint64_t odd[] = {
        0,         ~0ull, RAM_BASE - 1, RAM_BASE + SIZE - 1, RAM_BASE + SIZE,
        1ull << 63};

    return below(4) ? RAM_BASE + below(SIZE) : odd[below(6)];
}

static uint32_t size(void)
{
    static const uint32_t odd[] = {0, 1, 8, 15, 16, 512, 513, 1526, ~0u};

    return below(2) ? odd[below(9)] : below(5000);
}

static void random_descriptor(void)
{
    struct d_desc *d = &queue_at(below(2))->desc[below(NUM)];

    *d = (struct d_desc){address(), size(), (uint16_t)below(8),
                         (uint16_t)below(NUM + 2)};
    if (d->flags & D_INDIRECT && below(2))
        d->size = (uint32_t)(below(6) * sizeof(*d));
}

static void random_register(void)
{
    static const unsigned registers[] = {DRIVER_FEATURES, DRIVER_FEATURES_SEL,
                                         QUEUE_SEL,       QUEUE_NUM,
                                         QUEUE_READY,     QUEUE_NOTIFY,
                                         STATUS,          INTERRUPT_ACK,
                                         QUEUE_DESC,      QUEUE_AVAIL,
                                         QUEUE_USED,      QUEUE_USED + 4,
                                         CONFIG,          MAGIC,
                                         QUEUE_AVAIL,     0xff4};
    uint32_t value = below(3) ? below(16) : (uint32_t)state;

    put(registers[below(16)], value);
    get(below(0x140) & ~3u);
}

static void random_step(void)
{
    char frame[HW_NET_FRAME_MAX] = {0};

    switch (below(6)) {
    case 0:
        random_register();
        break;
    case 1:
        queue_at(below(2))->avail_idx += (uint16_t)below(4);
        break;
    case 2:
        queue_at(below(2))->avail[below(NUM)] = (uint16_t)below(NUM + 2);
        break;
    case 3:
        put(QUEUE_NOTIFY, below(3));
        break;
    case 4:
        if (slot.kind == &net.kind)
            hw_virtio_net_input(&net, frame, below(HW_NET_FRAME_MAX + 9));
        if (slot.kind == &console.kind)
            hw_virtio_console_input(&console, frame, below(100));
        break;
    default:
        random_descriptor();
    }
}

/* A request's header, more or less right, at the start of a buffer. */
static void header_at(void *at)
{
    static const uint32_t types[] = {0, 1, 1, 4, 8, 77};
    static const uint64_t sectors[] = {
        0, 3, SECTORS - 1, SECTORS, ~0ull, ~0ull / HW_SECTOR, SECTORS - 2};
    uint32_t type[2] = {types[below(6)], 0};
    uint64_t sector = sectors[below(7)];

    memcpy(at, type, sizeof(type));
    memcpy((char *)at + sizeof(type), &sector, sizeof(sector));
}

/* A chain as a driver would make it, then perhaps one slip. */
static void nearly_right(unsigned queues)
{
    unsigned queue = below(queues), count = 1 + below(NUM - 1);
    unsigned outs = below(count + 1);

    header_at(ram_at(0));
    for (unsigned i = 0; i < count; i++) {
        uint32_t bytes = i == 0           ? 16
                         : i == count - 1 ? 1
                                          : HW_SECTOR * below(5);
        describe(
            queue, i, ram_at(4096 * i), bytes,
            (uint16_t)((i < outs ? 0 : D_WRITE) | (i + 1 < count ? D_NEXT : 0)),
            (uint16_t)(i + 1));
    }
    if (!below(3))
        queue_at(queue)->desc[below(count)].next = (uint16_t)below(NUM + 2);
    if (!below(4))
        queue_at(queue)->desc[below(count)].flags ^= (uint16_t)(1u << below(3));
    if (!below(4))
        queue_at(queue)->desc[below(count)].size = size();
    if (!below(6))
        queue_at(queue)->desc[below(count)].address = address();
    offer(queue, (uint16_t)(below(20) ? 0 : below(NUM + 2)));
    settle();
}

/* Nonsense, then a driver that does all right. */
static void senseless(uint64_t features, unsigned queues)
{
    state = 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        driver_start(features & (below(2) ? ~0ull : 1ull << 32), queues);
        bool wild = !below(4);
        for (unsigned i = 0; i < STEPS; i++)
            wild ? random_step() : nearly_right(queues);
        settle();
        for (unsigned i = 0; i < queues; i++)
            memset(queue_at(i), 0, sizeof(struct d_queue));
    }
    driver_start(HW_VIRTIO_F_VERSION_1, queues);
}

Test(virtio_random, block_stays_whole)
{
    driver_init();
    hw_virtio_block_init(&block, &slot, &clock_, image, SECTORS, false);
    senseless(block.kind.features, 1);
    memset(ram_at(0), 0, 16);
    describe(0, 0, ram_at(0), 16, D_NEXT, 1);
    describe(0, 1, ram_at(4096), HW_SECTOR + 1, D_WRITE, 0);
    offer(0, 0);
    settle();
    cr_assert_eq(queue_at(0)->used[0].size, HW_SECTOR + 1);
}

Test(virtio_random, net_stays_whole)
{
    static const unsigned char mac[6] = {2};

    driver_init();
    hw_virtio_net_init(&net, &slot, &clock_, mac, NULL, NULL);
    senseless(net.kind.features, 2);
    describe(0, 0, ram_at(0), 2048, D_WRITE, 0);
    offer(0, 0);
    cr_assert(hw_virtio_net_input(&net, "0123456789", 10));
}

Test(virtio_random, console_stays_whole)
{
    driver_init();
    hw_virtio_console_init(&console, &slot, &clock_, NULL, NULL);
    senseless(console.kind.features, 2);
    describe(1, 0, ram_at(0), 10, 0, 0);
    offer(1, 0);
    settle();
    cr_assert_eq(queue_at(1)->used_idx, 1);
}
